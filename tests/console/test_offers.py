"""Whatever completes is tried, for the whole document that comes with the emulator."""

from __future__ import annotations

import rlcompleter
from collections.abc import Iterator
from typing import Any

import jedi
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from tests.conftest import KEY
from tests.console.conftest import NOWHERE

from cnct import AsyncConnectClient, ConnectClient, R
from cnct.client import models
from cnct.client.models.known_fields import KnownFields
from cnct.openapi.checks import check_payload, check_query
from cnct.openapi.fields import FilterField

COLLECTIONS = (models.Collection, models.AsyncCollection)
RESOURCES = (models.Resource, models.AsyncResource)
SAMPLES = {"integer": 1, "decimal": 1, "float": 1, "boolean": True, "date": "2024-01-31"}
SAMPLES["datetime"] = "2024-01-31T00:00:00+00:00"
PAYLOADS = {"create": "POST", "update": "PUT", "post": "POST", "put": "PUT"}


def everything(thing: Any) -> Iterator[Any]:
    """Yield an object and all objects below it that the document has."""
    yield thing
    if isinstance(thing, COLLECTIONS):
        yield thing.all()
        yield from everything(thing["ID"])
    for kind in ("ns", "collection", "action"):
        for name in getattr(thing, kind) if hasattr(type(thing), kind) else ():
            yield from everything(getattr(thing, kind)(name))


def lists(client: ConnectClient) -> Iterator[tuple[Any, dict[str, FilterField]]]:
    """Yield the collections that have fields, with these."""
    for thing in everything(client):
        fields = thing.fields if isinstance(thing, COLLECTIONS) else None
        if isinstance(fields, KnownFields):
            yield thing, {**fields._fields}


def plain(text: str, thing: Any) -> dict[str, Any]:
    """Return all that the plain prompt completes, with the objects that it leads to.

    Where there is nothing else, it completes names with underscores.
    """
    offered = rlcompleter.Completer({"it": thing}).attr_matches(text)
    names = (name for name in offered if not name.startswith(f"{text}_"))
    return {name: eval(name.rstrip("()"), {"it": thing}) for name in names}  # noqa: S307 - tried


@pytest.mark.parametrize("kind", [ConnectClient, AsyncConnectClient])
def test_what_the_plain_prompt_offers_is_a_method_or_a_collection(
    client: ConnectClient, kind: type
):
    specs = client.specs
    assert specs
    collections = set()
    for thing in everything(kind(KEY, NOWHERE, specs_location=client.specs_location)):
        for text, value in plain("it.", thing).items():
            name = text[3:].rstrip("()")
            if not hasattr(type(thing), name) and name not in vars(thing):
                assert isinstance(value, COLLECTIONS), (thing, text)
                assert specs.kind(value.path) == "collection"
                collections.add(value.path)
    assert len(collections) == 22


def test_what_the_plain_prompt_offers_behind_a_method_is_of_its_kind(client: ConnectClient):
    specs = client.specs
    assert specs
    for thing in everything(client):
        for method, kind in (
            ("ns", "namespace"),
            ("collection", "collection"),
            ("action", "action"),
        ):
            names = plain(f"it.{method}.", thing) if hasattr(type(thing), method) else {}
            assert {specs.kind(value.path) for value in names.values()} <= {kind}
            assert len(names) == len([*getattr(thing, method)] if names else ())


def sample(field: Any, operator: str) -> Any:
    value = field.enum[0] if field.enum else SAMPLES.get(field.type, "x")
    return {"in": [value], "oneof": [value], "out": [value], "null": True}.get(operator, value)


def test_what_the_plain_prompt_offers_of_a_field_is_an_operator_that_it_takes(
    client: ConnectClient,
):
    specs = client.specs
    assert specs
    count = 0
    for thing, _ in lists(client):
        todo = [thing.fields]
        while todo:
            field = todo.pop()
            for text, value in plain("it.", field).items():
                if isinstance(value, KnownFields):
                    todo.append(value)
                    continue
                operator = text[3:].rstrip("(").rstrip("_")
                condition = value(sample(field._fields[field._path], operator))
                assert isinstance(condition, R)
                assert check_query(specs, thing.path, str(condition)) == ()
                count += 1
    assert count > 1_000


class Prompt:
    """IPython as a program uses it, with the completions of the library alone."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        shell.Completer.disable_matchers = [
            f"IPCompleter.{name}_matcher"
            for name in ("python", "file", "magic", "magic_config", "python_func_kw", "dict_key")
        ]

    def offered(self, code: str, **variables: Any) -> Iterator[tuple[str, Any]]:
        """Yield each completion, and the value of the code with it and the brackets closed."""
        self.shell.user_ns.update(variables)
        with provisionalcompleter():
            completions = [*self.shell.Completer.completions(code, len(code))]
        for completion in completions:
            whole = f"{code[: completion.start]}{completion.text}"
            yield completion.text, whole

    def tried(self, code: str, closing: str, **variables: Any) -> dict[str, Any]:
        """Return all completions with the values of the code that they make."""
        return {
            text: eval(whole + closing, {"R": R, **variables})  # noqa: S307 - tried
            for text, whole in self.offered(code, **variables)
        }


@pytest.fixture
def prompt(client: ConnectClient, monkeypatch: pytest.MonkeyPatch) -> Prompt:
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    ConnectClient(KEY, NOWHERE, use_specs=False)
    shell.Completer.use_jedi = False
    return Prompt(shell)


BRACKETS = {
    'it("': '")',
    'it.ns("': '")',
    'it.ns["': '"]',
    "it.ns.": "",
    'it.collection("': '")',
    'it.collection["': '"]',
    "it.collection.": "",
    'it.action("': '")',
    'it.action["': '"]',
    "it.action.": "",
}


def test_names_in_brackets_lead_to_what_they_name(client: ConnectClient, prompt: Prompt):
    specs = client.specs
    assert specs
    kinds = {models.NS: "namespace", models.Collection: "collection", models.Action: "action"}
    count = 0
    for thing in everything(client):
        for code, closing in BRACKETS.items():
            if not hasattr(type(thing), code[3:].rstrip("([\"').") or "__call__"):
                continue
            for value in prompt.tried(code, closing, it=thing).values():
                assert specs.kind(value.path) == kinds[type(value)]
                count += 1
    assert count > 150


def test_keywords_and_values_of_filters_are_accepted(client: ConnectClient, prompt: Prompt):
    """Each keyword with one of its values or a sample, as the check of the call sees it."""
    specs = client.specs
    assert specs
    checked = set()
    for thing, by_name in lists(client):
        fields = {name.replace(".", "__"): field for name, field in by_name.items()}
        plain_keywords = {keyword for keyword, _ in prompt.offered("it.filter(", it=thing)}
        for letter in sorted({keyword[0] for keyword in fields}):
            for keyword, _ in prompt.offered(f"it.filter({letter}", it=thing):
                name, _, operator = keyword.rstrip("=").rpartition("__")
                field = fields.get(keyword.rstrip("=")) or fields[name]
                several = operator in ("in", "out")
                code = f'it.filter({keyword}{"[" * several}"'
                values = (
                    [value for value, _ in prompt.offered(code, it=thing)] if field.enum else []
                )
                if field.enum and operator not in ("like", "ilike", "null"):
                    assert {*values} == {*field.enum}
                for value in values[-1:] or [sample(field, operator)]:
                    condition = R(**{keyword.rstrip("="): [value] if several and values else value})
                    assert check_query(specs, thing.path, str(condition)) == (), keyword
                    checked.add(keyword)
        assert plain_keywords <= {f"{keyword}=" for keyword in fields}
    assert len(checked) > 200


@pytest.mark.parametrize("method", ["order_by", "select", "values_list"])
def test_fields_in_quotes_are_accepted(client: ConnectClient, prompt: Prompt, method: str):
    specs = client.specs
    assert specs
    written = {"order_by": "ordering({})", "select": "select({})", "values_list": "select({})"}
    for thing, fields in lists(client):
        names = [name for name, _ in prompt.offered(f'it.all().{method}("', it=thing)]
        for name in names:
            query = written[method].format(name)
            assert check_query(specs, thing.path, query) == ()
            assert check_query(specs, thing.path, query.replace("(", "(-")) == ()
        assert names or not any(field.orderable for field in fields.values())


def test_keys_of_payloads_are_in_their_schema(client: ConnectClient, prompt: Prompt):
    """Keys one below the other, and the values that the document lists."""
    specs = client.specs
    assert specs
    count = 0
    for thing in everything(client):
        for method, http in PAYLOADS.items():
            if not hasattr(type(thing), method) or not hasattr(thing, "path"):
                continue
            keys = [(key,) for key, _ in prompt.offered(f'it.{method}({{"', it=thing)]
            keys += [
                (key, below)
                for (key,) in keys
                for below, _ in prompt.offered(f'it.{method}({{"{key}": {{"', it=thing)
            ]
            for path in keys:
                payload: Any = None
                for key in reversed(path):
                    payload = {key: payload}
                problems = check_payload(specs, http, thing.path, payload)
                assert not {problem.kind for problem in problems} & {"unknown", "read-only"}
                count += 1
    assert count > 100


def test_jedi_at_a_prompt_completes_attributes_that_exist(client: ConnectClient):
    """As in Jupyter and Spyder, which hand jedi the objects of the session."""
    for thing in (client, client("tier"), client.products["ID"]):
        for completion in jedi.Interpreter("it.", [{"it": thing}]).complete():
            if not completion.name.startswith("_"):
                assert hasattr(thing, completion.name), (thing, completion.name)
