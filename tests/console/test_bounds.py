"""No document, however odd, makes help, search or checks fail or run without end."""

from __future__ import annotations

import io
import json
import logging
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from cnct import ConnectClient
from cnct.console import sections
from cnct.console.blocks import HelpPage, Prose
from cnct.console.markup import first_sentence, to_markdown
from cnct.console.payloads import payload_shapes
from cnct.console.terminal import as_text
from cnct.openapi import OpenAPISpecs
from cnct.openapi.checks import check_payload, translation
from cnct.openapi.words import words
from cnct.text import did_you_mean

THIS = {"$ref": "#/components/schemas/N"}


def to(number: int) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/S{number}"}


def within(levels: int, schema: dict[str, Any], *, lists: bool = False) -> dict[str, Any]:
    for _ in range(levels):
        below = {"items": schema} if lists else {"properties": {"a": schema}}
        schema = {"type": "array" if lists else "object", **below}
    return schema


def chain(length: int, link: Any) -> dict[str, Any]:
    links = {f"S{number}": link(number + 1) for number in range(length)}
    return {"N": to(0), **links, f"S{length}": {"type": "object"}}


SCHEMAS: dict[str, dict[str, Any]] = {
    "oneOf itself": {"N": {"oneOf": [THIS, {"type": "string"}]}},
    "a list of itself": {"N": {"type": "array", "items": THIS}},
    "anyOf a list of itself": {"N": {"anyOf": [{"type": "array", "items": THIS}]}},
    "allOf itself": {"N": {"allOf": [THIS, {"properties": {"a": THIS}}]}},
    "a property allOf itself": {"N": {"properties": {"a": {"allOf": [THIS]}}}},
    "itself": {"N": THIS},
    "additional properties": {"N": {"type": "object", "additionalProperties": THIS}},
    "doubling by allOf": chain(25, lambda n: {"allOf": [to(n), to(n)], "properties": {"a": {}}}),
    "doubling by oneOf": chain(25, lambda n: {"oneOf": [to(n), to(n)]}),
    "doubling by properties": chain(25, lambda n: {"properties": {"a": to(n), "b": to(n)}}),
    "a long chain of references": chain(2000, to),
    "a long chain of allOf": chain(2000, lambda n: {"allOf": [to(n)]}),
    "a long chain of properties": chain(2000, lambda n: {"properties": {"a": to(n)}}),
    "a long chain of lists": chain(2000, lambda n: {"type": "array", "items": to(n)}),
    "nested objects": {"N": within(400, {"type": "string"})},
    "nested lists": {"N": within(400, {"type": "string"}, lists=True)},
    "many properties": {"N": {"properties": {f"p{n}": {"type": "string"} for n in range(1_500)}}},
    "mutual": {
        "N": to(0),
        **{f"S{n}": {"properties": {f"p{k}": to(k) for k in range(25)}} for n in range(25)},
    },
    "numbers without end": {
        "N": {"properties": {"a": {"type": "array", "minItems": 10**9, "items": {}}}},
    },
    "a long default": {"N": {"properties": {"a": {"default": "x" * 1000, "maximum": 10**400}}}},
}


def written(tmp_path: Path, schemas: dict[str, Any], **paths: Any) -> Path:
    content = {"application/json": {"schema": THIS}}
    answer = {"responses": {"200": {"description": "", "content": content}}}
    things = {"get": answer, "post": {"requestBody": {"content": content}, **answer}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1"},
        "paths": {"/things": things, "/things/{id}": {"get": answer}, **paths},
        "components": {"schemas": schemas},
    }
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document))
    return path


def printed(client: ConnectClient, *, full: bool) -> str:
    """Print help as on a terminal, which cuts it unless it is wanted in full."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as out:
        patch.setenv("FORCE_COLOR", "1")
        patch.setenv("TERM", "dumb")
        for thing in (client, client.things, client.things["x"]):
            thing.help(full=full)
    return out.getvalue()


@pytest.mark.parametrize("schemas", SCHEMAS.values(), ids=SCHEMAS.keys())
def test_schemas_without_end_are_shown_searched_and_checked(tmp_path, monkeypatch, schemas):
    monkeypatch.setattr(translation, "_MOST_SCHEMAS", 1_000)
    path = written(tmp_path, schemas)
    client = ConnectClient("ApiKey SU-1:secret", "http://127.0.0.1:9", specs_location=path)
    assert "The collection of" in printed(client, full=False)
    assert client.find("things")
    assert isinstance(dir(client.things.fields), list)
    check_payload(client.specs, "POST", "things", {"a": {"a": "x"}})


def test_what_is_left_out_of_a_table_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(sections, "_MOST_ROWS", 40)
    path = written(tmp_path, SCHEMAS["many properties"])
    client = ConnectClient("ApiKey SU-1:secret", "http://127.0.0.1:9", specs_location=path)
    assert "971 more rows" in printed(client, full=False)
    page = printed(client, full=True)
    assert "961 more rows" in page
    assert "1200 more" in page
    (shape,) = payload_shapes(THIS, client.specs.resolve)
    assert shape.fields[-1].description == "More than 1000 fields."


def test_a_great_many_paths_are_listed_in_part(tmp_path, monkeypatch):
    monkeypatch.setattr(sections, "_MOST_ROWS", 40)
    paths = {f"/things{n}": {"get": {"responses": {}}} for n in range(300)}
    path = written(tmp_path, {"N": {}}, **paths)
    client = ConnectClient("ApiKey SU-1:secret", "http://127.0.0.1:9", specs_location=path)
    assert "271 more rows" in printed(client, full=False)
    assert "261 more rows" in printed(client, full=True)


def test_a_field_of_a_bounded_schema_is_checked_as_before(tmp_path):
    schemas = {"N": {"properties": {"a": {"type": "string"}, "b": {"allOf": [to(0)]}}}}
    doubling = chain(25, lambda n: {"allOf": [to(n), to(n), to(n)]})
    specs = OpenAPISpecs(written(tmp_path, {**doubling, **schemas}))
    (problem,) = check_payload(specs, "POST", "things", {"a": 1, "b": 5})
    assert problem.message == "a: expected a string, not 1."


def test_schemas_that_are_not_checked_are_logged(tmp_path, caplog):
    specs = OpenAPISpecs(written(tmp_path, SCHEMAS["doubling by allOf"]))
    with caplog.at_level(logging.INFO, "cnct.specs"):
        check_payload(specs, "POST", "things", {"a": 5})
    assert "too deeply composed" in caplog.text


@pytest.mark.parametrize(
    "keyword",
    [{"pattern": r"^[\w-]+\Z"}, {"pattern": "(?P<a>x"}, {"minLength": "1"}, {"minimum": "1"}],
)
def test_a_keyword_that_cannot_be_read_costs_its_own_check_alone(tmp_path, keyword):
    code = {"type": "string", **keyword}
    properties = {"code": code, "name": {"type": "string"}, "pattern": code, "type": code}
    read_only = {"minimum": {"type": "integer", "readOnly": True}}
    schemas = {"N": {"type": "object", "properties": {**properties, **read_only}}}
    specs = OpenAPISpecs(written(tmp_path, schemas))
    assert check_payload(specs, "POST", "things", {"name": "x", "code": "-", "type": "y"}) == ()
    wrong = {"name": 5, "pattern": 5, "type": 5, "code": 5, "minimum": 5}
    problems = check_payload(specs, "POST", "things", wrong)
    assert sorted(problem.path for problem in problems) == sorted(wrong)


TEXTS = {
    "white space": " " * 150_000 + "x",
    "line feeds": "\n" * 150_000,
    "start tags": "<b>" * 2_000,
    "nested tags": "<b>" * 2_000 + "x" + "</b>" * 2_000,
    "signs": "<" * 150_000,
    "breaks": "<br> " * 30_000,
    "a heading": "# " + "#" * 150_000 + "x",
    "links": "](" * 50_000,
    "stars": "**a " * 4_000,
    "half tags": "<a " * 50_000,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_text_is_read_in_linear_time(text):
    first_sentence(text)
    as_text(HelpPage("title", "subtitle", [Prose(to_markdown(text))]))
    words({"info": {}, "paths": {"/a": {"description": text}}}, b"")


def test_a_text_that_is_cut_says_so():
    assert to_markdown("a " * 20_000).endswith("… (cut)")


def test_tags_without_a_partner_stay_as_text():
    assert to_markdown("<b>a <i>b</b> c</i> </br> d") == r"**a \<i>b** c\</i> \</br> d"


def test_a_suggestion_among_a_great_many_names_is_one_that_begins_alike():
    names = [f"n{number}" for number in range(50_000)] + ["product"]
    assert did_you_mean("prodct", names) == " Did you mean 'product'?"
