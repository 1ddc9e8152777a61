"""Parses and validates an OpenAPI document, and returns plain data. No look-ups."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from cnct.exceptions import SpecError
from cnct.openapi.bundling import bundled
from cnct.openapi.places import METHODS
from cnct.openapi.shapes import Object, Record, is_list, is_object
from cnct.openapi.sources import read, safe_location

T = TypeVar("T")

_INSTEAD_OF_PATHS = {"webhooks", "components"}  # OpenAPI 3.1, "OpenAPI Object"
_MOST_SEGMENTS = 100  # characters of a path, since the tree of paths is walked recursively


def load_document(location: str | Path) -> dict[str, Any]:
    """Read an OpenAPI 3 document, YAML or JSON, from a file or an ``http(s)`` URL.

    Args:
        location: Path or URL.

    Returns:
        The document as plain data: every key is text, and every integer fits 64 bits.

    Raises:
        SpecError: If the document cannot be read or is not OpenAPI 3.
    """
    data, _ = read(str(location))
    return parse(data or b"", str(location))


def parse(data: bytes, location: str) -> dict[str, Any]:
    """Parse the bytes of a document.

    Args:
        data: YAML or JSON, in UTF-8.
        location: Path or URL, for messages.

    Raises:
        SpecError: If the data is not an OpenAPI 3 document.
    """
    document = _named(location, lambda: _checked(_parsed(data)))
    return bundled(document, location, _part)


def _part(file: Path) -> Any:
    """Read another file of a document; the file may contain any YAML or JSON."""
    data, _ = read(str(file))
    return _named(str(file), lambda: _parsed(data or b""))


def _parsed(data: bytes) -> Any:
    return _plain(_data(_text(data)))


def _named(location: str, parsed: Callable[[], T]) -> T:
    """Call a function; messages of errors get the location as prefix."""
    try:
        return parsed()
    except SpecError as error:
        raise SpecError(f"{safe_location(location)} {error}") from error.__cause__
    except RecursionError as error:
        raise SpecError(f"{safe_location(location)} is nested too deeply") from error


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
        raise SpecError(
            f"is not UTF-8: byte 0x{data[error.start]:02x} at line {line}, column {column}"
        ) from error
    start = text.lstrip()[:1]
    if not start:
        raise SpecError("is empty")
    if start == "<":
        raise SpecError("is HTML or XML, not an OpenAPI document")
    return text


def _data(text: str) -> Any:
    """Parse text that starts like JSON as JSON, which is faster, and other text as YAML."""
    if text.lstrip()[0] not in "{[":
        return _yaml(text)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        try:
            return _yaml(text)
        except SpecError:
            raise SpecError(
                f"is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}"
            ) from error
    except ValueError as error:
        raise SpecError("has an integer of more digits than Python reads") from error


def _yaml(text: str) -> Any:
    import fast_yaml  # noqa: PLC0415 - a cached document is not parsed

    try:
        return fast_yaml.safe_load(text)
    except ValueError as error:
        reason = str(error).removeprefix("YAML parse error: ").removeprefix("YAML syntax error: ")
        raise SpecError(f"is not valid YAML: {reason}") from error


def _plain(data: Any) -> Any:
    """Convert to data that the index can store: keys are text, integers fit 64 bits."""
    try:
        plain = msgspec.to_builtins(data, str_keys=True)
        msgspec.msgpack.encode(plain)
    except (TypeError, OverflowError, UnicodeEncodeError):
        return _plain_by_hand(data)
    return plain


def _plain_by_hand(node: Any) -> Any:
    if is_object(node):
        return {_key(key): _plain_by_hand(value) for key, value in node.items()}
    if is_list(node):
        return [_plain_by_hand(value) for value in node]
    if isinstance(node, int) and not -(2**63) <= node < 2**63:
        return _near(node)
    return _whole(node) if isinstance(node, str) else node


def _near(number: int) -> float:
    """Return the nearest float, infinity for a number of more than 308 digits."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _key(key: Any) -> str:
    """Write a key that YAML read as another type back as text: ``200``, ``true``."""
    return _whole(key) if isinstance(key, str) else json.dumps(key)


def _whole(text: str) -> str:
    """Replace lone surrogates, which JSON can escape but UTF-8 cannot encode."""
    return text.encode("utf-8", "replace").decode()


def _checked(document: Any) -> dict[str, Any]:
    """Validate the parts that every look-up relies on."""
    if not is_object(document):
        raise SpecError(f"is no OpenAPI 3 document: it is {_kind(document)}")
    if not document.keys() & {"openapi", "swagger"}:
        raise SpecError("is no OpenAPI 3 document: it has no 'openapi' at its top")
    version = str(document.get("openapi") or f"Swagger {document.get('swagger')}")
    if not version.startswith("3."):
        raise SpecError(f"is no OpenAPI 3 document: its version is {version}")
    if "paths" not in document and not document.keys() & _INSTEAD_OF_PATHS:
        raise SpecError("has no 'paths'")
    for name in ("info", "paths"):
        _check_object(document.get(name, {}), name)
    _check_object(_given(document.get("components")), "components")
    components = _without_extensions(_given(document.get("components")))
    for section, parts in components.items():
        _check_object(parts, f"components > {section}")
    paths = _without_extensions(document.get("paths", {}))
    for path, item in paths.items():
        if path.count("/") > _MOST_SEGMENTS:
            raise SpecError(f"has a path of more than {_MOST_SEGMENTS} segments: {path[:50]}...")
        _check_object(item, f"paths > {path}")
        for method in METHODS:
            _check_object(_given(item.get(method)), f"paths > {path} > {method}")
    own = {"components": components} if "components" in document else {}
    return {**document, "paths": paths, **own}


def _given(node: Any) -> Any:
    """Return a node, or an empty object for null, the value of a YAML key without a value."""
    return {} if node is None else node


def _without_extensions(node: Object) -> Record:
    """Return an object without its extensions (OpenAPI 3.0.3, "Specification Extensions")."""
    return {name: _given(node[name]) for name in node if not name.startswith("x-")}


def _check_object(node: Any, where: str) -> None:
    if not is_object(node):
        raise SpecError(f"must have an object at {where}, not {_kind(node)}")


def _kind(node: Any) -> str:
    """Return the JSON type of a value other than an object, with an article."""
    names = {"list": "an array", "str": "a string", "bool": "a boolean", "NoneType": "null"}
    return names.get(type(node).__name__, "a number")
