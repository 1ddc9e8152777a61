"""Writes recorded calls as YAML or JSON, and reads them; errors name the line. No I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from cnct.exceptions import CassetteError
from cnct.openapi.shapes import Object, is_list, is_object
from cnct.testing.cassettes.calls import CassetteCall, CassetteRequest, CassetteResponse, Form
from cnct.testing.cassettes.scrubbed_calls import scrubbed_path
from cnct.testing.cassettes.taped_bodies import bytes_of
from cnct.testing.query_terms import terms_of_text
from cnct.text import did_you_mean, either

VERSION = 1
_HEAD = "# Recorded by cnct.testing: renew it with pytest --record, see docs/cassettes.md\n"
_REQUEST_FORMS = ("json", "text", "lines", "form", "parts", "file")
_RESPONSE_FORMS = ("json", "text", "lines", "base64")
_PART_NAMES = ("type", "name", "filename")
_PART_FORMS = ("text", "lines", "file")
_LISTS = ("lines", "base64")
_FAILURES = ("timeout", "connection")
_WITHOUT_BODY = (204, 304)
_METHOD = re.compile(r"[A-Z]+")
_DEEPEST = 200  # levels of nesting; the YAML library writes 256


class Contents(NamedTuple):
    """The contents of a cassette.

    Attributes:
        calls: Recorded calls, in order.
        scrub: Names of the private fields.
    """

    calls: list[CassetteCall]
    scrub: tuple[str, ...] = ()


def to_text(contents: Contents, *, as_json: bool) -> str:
    """Return contents as YAML, or as JSON.

    Raises:
        CassetteError: If a body is nested too deeply for YAML.
    """
    scrub = {"scrub": [*contents.scrub]} if contents.scrub else {}
    calls = [_entry(call) for call in contents.calls]
    data = {"cassette": VERSION, **scrub, "calls": calls}
    if as_json:
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    import fast_yaml  # noqa: PLC0415 - mocks and JSON do not need it

    for call in contents.calls:
        if call.response is not None and _depth(call.response.body) > _DEEPEST:
            raise CassetteError(
                f"the response to {call.request} is nested too deeply for YAML: name a file .json"
            )
    return f"{_HEAD}{fast_yaml.safe_dump(data, sort_keys=False)}"


def _depth(value: Any) -> int:
    """Return the depth of nested data, level by level."""
    level, depth = [value], 0
    while level:
        depth += 1
        parts = [[*item.values()] if is_object(item) else item for item in level]
        level = [one for part in parts if is_list(part) for one in part]
    return depth


def _entry(call: CassetteCall) -> dict[str, Any]:
    request, response = call
    query = {"query": "&".join(request.terms)} if request.terms else {}
    entry: dict[str, Any] = {
        "request": {"method": request.method, "path": request.path, **query, **request.body}
    }
    if response is None:
        return {**entry, "abandoned": True}
    status = {} if response.status is None else {"status": response.status}
    if response.failure:
        failure = {"kind": response.failure, "reason": response.reason, "sent": response.sent}
        return {**entry, "failure": {**failure, "transient": response.transient, **status}}
    headers = {"headers": dict(response.headers)} if response.headers else {}
    return {**entry, "response": {**status, **headers, **response.body}}


def from_text(text: str, name: str) -> Contents:
    """Read contents.

    Args:
        text: YAML, or JSON if the name ends with ``.json``.
        name: Name of the file.

    Raises:
        CassetteError: If the text is no cassette; the message names the line.
    """
    data = _parsed(text, name)
    places = _Places(text, name)
    if not is_object(data) or "cassette" not in data:
        raise places.error("a cassette begins with 'cassette: 1', this file does not")
    if data["cassette"] != VERSION:
        problem = f"this version of cnct reads cassettes of version {VERSION}, not"
        raise places.error(f"{problem} {data['cassette']!r}: record it again", key="cassette")
    _check_names(data, ("cassette", "scrub", "calls"), places.error)
    calls = data.get("calls")
    if not is_list(calls):
        raise places.error("'calls' must be a list of calls", key="calls")
    scrub: Any = data.get("scrub", [])
    if not is_list(scrub) or not all(isinstance(one, str) and one.strip(" .") for one in scrub):
        raise places.error("'scrub' must be a list of field names", key="scrub")
    return Contents([_Reader(places, at).call(call) for at, call in enumerate(calls)], (*scrub,))


def _parsed(text: str, name: str) -> Any:
    if name.endswith(".json"):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            problem = f"{error.msg}, column {error.colno}"
            raise CassetteError(f"{name}, line {error.lineno}: is no JSON: {problem}") from error
        except RecursionError as error:
            raise CassetteError(f"{name}: is nested too deeply to be read") from error
    import fast_yaml  # noqa: PLC0415 - mocks do not need it

    try:
        return fast_yaml.safe_load(text)
    except ValueError as error:
        reason = re.sub(r"\AYAML (?:parse|syntax) error: (?:YAML syntax error: )?", "", str(error))
        match = re.search(r" at line (\d+), column \d+", reason)
        line = f", line {match[1]}" if match else ""
        raise CassetteError(f"{name}{line}: is no YAML: {reason}") from error


class _Places:
    """Lines of the calls in a file, for messages.

    Args:
        text: The file.
        name: Name of the file.
    """

    def __init__(self, text: str, name: str) -> None:
        self._lines = text.splitlines()
        self._name = name

    def error(self, problem: str, call: int | None = None, key: str = "") -> CassetteError:
        """Return the error for a problem of a call, or of the whole file.

        Args:
            problem: The problem.
            call: Index of the call.
            key: The key with the problem.
        """
        line = self._line(call, key)
        place = f"{self._name}, line {line}" if line else self._name
        return CassetteError(f"{place}: {'' if call is None else f'call {call + 1}: '}{problem}")

    def _line(self, call: int | None, key: str) -> int:
        """Return a line, from 1; 0 if the file is written otherwise than by a recording."""
        lines = [*enumerate(self._lines, 1)]
        if call is not None:
            starts = self._starts()
            if call >= len(starts):
                return 0
            ends = [*starts[1:], len(lines) + 1]
            lines = lines[starts[call] - 1 : ends[call] - 1]
        pattern = re.compile(rf"(?:\A|[\s,{{-])[\"']?{re.escape(key)}[\"']?:")
        at_key = [at for at, line in lines if key and pattern.search(line)]
        if at_key:
            return at_key[0]
        return lines[0][0] if lines else 0

    def _starts(self) -> list[int]:
        """Return the first line of each call: as far to the right as that of the first call."""
        starts: list[int] = []
        item = None
        is_within = False
        for at, line in enumerate(self._lines, 1):
            is_within = is_within or re.match(r"\s*\"?calls\"?:", line) is not None
            if is_within and item is None and re.match(r" *[-{]", line):
                item = re.compile(rf" {{{len(line) - len(line.lstrip())}}}[-{{]")
            if item and item.match(line):
                starts.append(at)
        return starts


def _check_names(
    data: Object, names: Sequence[str], error: Callable[..., CassetteError], **where: Any
) -> None:
    for name in data:
        if name not in names:
            raise error(
                f"unknown key {name!r}.{did_you_mean(str(name), names)}", key=str(name), **where
            )


class _Reader:
    """Reads and checks one call.

    Args:
        places: Lines of the file.
        at: Index of the call.
    """

    def __init__(self, places: _Places, at: int) -> None:
        self._places = places
        self._at = at

    def _error(self, problem: str, key: str = "") -> CassetteError:
        return self._places.error(problem, self._at, key)

    def call(self, data: Any) -> CassetteCall:
        """Return the call.

        Raises:
            CassetteError: If something is missing, unknown or of the wrong type.
        """
        if not is_object(data):
            raise self._error(f"a call has a request and a response, this one is {data!r}")
        _check_names(data, ("request", "response", "failure", "abandoned"), self._error)
        request = self._request(self._object(data, "request"))
        outcomes = [name for name in ("response", "failure", "abandoned") if name in data]
        if len(outcomes) != 1:
            raise self._error("a call has either a response, or a failure, or 'abandoned: true'")
        if outcomes == ["abandoned"]:
            if data["abandoned"] is not True:
                raise self._error("'abandoned' must be true, or left out", "abandoned")
            return CassetteCall(request, None)
        read = self._failure if outcomes == ["failure"] else self._response
        return CassetteCall(request, read(self._object(data, outcomes[0])))

    def _object(self, data: Object, name: str) -> Object:
        value = data.get(name)
        if not is_object(value):
            raise self._error(f"{name!r} is missing or not a mapping", name)
        return value

    def _field(self, data: Object, name: str, kind: type, default: Any = None) -> Any:
        value = data.get(name, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self._error(f"{name!r} must be {_KINDS[kind]}, not {value!r}", name)
        return value

    def _request(self, data: Object) -> CassetteRequest:
        body = self._body(data, ("method", "path", "query"), _REQUEST_FORMS)
        method = self._field(data, "method", str).upper()
        if not _METHOD.fullmatch(method):
            raise self._error(f"'method' must be one like GET, not {method!r}", "method")
        terms = terms_of_text(self._field(data, "query", str, ""))
        path = self._field(data, "path", str).lstrip("/")
        if "?" in path:
            raise self._error("'path' must have no query: move it to 'query'", "path")
        for part in body.get("parts", ()):
            self._part(part)
        return CassetteRequest(method, scrubbed_path(path, str), terms, body)

    def _part(self, data: Any) -> None:
        """Check a part of a form."""
        if not is_object(data):
            raise self._error(f"a part has a name and contents, this one is {data!r}", "parts")
        self._body(data, _PART_NAMES, _PART_FORMS)
        for name in _PART_NAMES:
            self._field(data, name, str, "")

    def _response(self, data: Object) -> CassetteResponse:
        body = self._body(data, ("status", "headers", "charset"), _RESPONSE_FORMS)
        charset = self._field(data, "charset", str, "")
        if charset:
            body = {**body, "charset": charset}
        try:
            bytes_of(body)
        except (ValueError, TypeError, LookupError) as error:
            raise self._error(f"the body cannot be read: {error}", next(iter(body))) from error
        headers = self._field(data, "headers", dict, {})
        status = self._field(data, "status", int)
        if not 100 <= status <= 999:  # noqa: PLR2004 - RFC 9110, section 15
            raise self._error(f"'status' must be an HTTP status, not {status}", "status")
        if status in _WITHOUT_BODY and body:
            raise self._error(f"a response with status {status} has no body", next(iter(body)))
        for name, text in headers.items():
            if not isinstance(text, str | int | float):
                raise self._error(f"header {name!r} must be a text, not {text!r}", str(name))
        return CassetteResponse(status, {name: str(text) for name, text in headers.items()}, body)

    def _failure(self, data: Object) -> CassetteResponse:
        _check_names(data, ("kind", "reason", "sent", "transient", "status"), self._error)
        kind = self._field(data, "kind", str)
        if kind not in _FAILURES:
            raise self._error(f"'kind' must be {either(_FAILURES)}, not {kind!r}", "kind")
        return CassetteResponse(
            self._field(data, "status", int) if "status" in data else None,
            failure=kind,
            reason=self._field(data, "reason", str, ""),
            sent=self._field(data, "sent", bool, default=True),
            transient=self._field(data, "transient", bool, default=True),
        )

    def _body(self, data: Object, others: Iterable[str], forms: Sequence[str]) -> Form:
        _check_names(data, (*others, *forms), self._error)
        body = {name: value for name, value in data.items() if name in forms}
        if len(body) > 1:
            raise self._error(f"a body has one form, not {' and '.join(body)}", [*body][-1])
        for name in body:
            if name in _FORM_KINDS:
                self._field(data, name, _FORM_KINDS[name])
            if name in _LISTS and not all(isinstance(line, str) for line in data[name]):
                raise self._error(f"{name!r} must be a list of texts", name)
        return body


_KINDS: Mapping[type, str] = {
    str: "a text",
    int: "a number",
    bool: "true or false",
    dict: "a mapping",
    list: "a list",
}
_FORM_KINDS: Mapping[str, type] = {
    "text": str,
    "lines": list,
    "base64": list,
    "form": dict,
    "parts": list,
    "file": dict,
}
