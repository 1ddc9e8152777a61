"""Scrubs requests, responses and failures, with one replacement for each private value. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote

from cnct.openapi.shapes import is_list, is_record
from cnct.testing.cassettes.calls import CassetteRequest, CassetteResponse, Form
from cnct.testing.cassettes.scrubbing import Scrubber
from cnct.testing.cassettes.taped_bodies import base64_lines, bytes_of, text_form, text_of
from cnct.testing.cassettes.whereabouts import RawRequest
from cnct.testing.cassettes.word_replacement import WordReplacement

_IN_SEGMENTS = "!$&'()*+,;=:@ <>[]{}|~"  # characters that a readable path keeps


def scrubbed_request(raw: RawRequest, scrubber: Scrubber) -> CassetteRequest:
    """Return a request without private values."""
    return CassetteRequest(
        raw.method,
        scrubbed_path(raw.path, scrubber.text),
        scrubber.query(raw.query),
        scrubbed_form(raw.body, scrubber),
    )


def scrubbed_path(path: str, scrub: Callable[[str], str]) -> str:
    """Return a path or URL without private values; segments are readable, slashes stay encoded."""
    if "://" in path:
        return scrub(path)
    return "/".join(quote(scrub(unquote(part)), safe=_IN_SEGMENTS) for part in path.split("/"))


def scrubbed_response(response: CassetteResponse, scrubber: Scrubber) -> CassetteResponse:
    """Return a response or failure without private values."""
    return response._replace(
        headers={name: scrubber.text(value) for name, value in response.headers.items()},
        body=scrubbed_form(response.body, scrubber),
        reason=scrubber.text(response.reason),
    )


def scrubbed_form(form: Form, scrubber: Scrubber) -> Form:
    """Return a body without private values; digests of files stay."""
    for name, value in form.items():
        if name in ("json", "form"):
            return {name: scrubber.value(value)}
        if name in ("text", "lines"):
            return text_form(scrubber.text(text_of(form)), form.get("charset", ""))
        if name == "parts":
            return {"parts": [_part(part, scrubber) for part in value]}
    return form


def _part(part: Mapping[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    name = part.get("name", "")
    described = {key: part[key] for key in ("type",) if key in part}
    for key in ("name", "filename"):
        if key in part:
            described[key] = scrubber.text(part[key])
    if "text" in part and name and "filename" not in part:
        return {**described, "text": scrubber.argument(name, part["text"])}
    return described | dict(scrubbed_form(_body(part), scrubber))


def _body(part: Mapping[str, Any]) -> Form:
    return {key: part[key] for key in ("text", "lines", "file") if key in part}


def scrubbed_binary(form: Form, scrubber: Scrubber) -> Form:
    """Return a binary body without private values; other bodies stay."""
    return {"base64": base64_lines(scrubber.data(bytes_of(form)))} if "base64" in form else form


def restored(value: Any, names: Mapping[str, str], rename: Callable[[str], str]) -> Any:
    """Return a body or JSON of a cassette with values of the test in the place of replacements.

    Args:
        value: A form, or a part of it.
        names: Values of the test by their replacements, which are replaced as whole words.
        rename: Replaces URLs of the account in a text.
    """
    words = WordReplacement(names)
    return _mapped(value, lambda text: rename(words.apply(text)), names)


def _mapped(value: Any, text: Callable[[str], str], numbers: Mapping[str, str]) -> Any:
    if is_record(value):
        return {text(name): _mapped(item, text, numbers) for name, item in value.items()}
    if is_list(value):
        return [_mapped(item, text, numbers) for item in value]
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and str(value) in numbers:
        return type(value)(numbers[str(value)])
    return value
