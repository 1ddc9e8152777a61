"""Validates payloads by JSON Schema and explains the errors as problems of the payload.

Knows no document. Import this lazily: jsonschema_rs takes 20 ms.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError
from jsonschema_rs import ValidationErrorKind as Kind

from cnct.openapi.checks.problems import Problem
from cnct.openapi.checks.translation import FORMATS, PLAIN
from cnct.openapi.filter_values import EXAMPLES, read_value
from cnct.openapi.shapes import as_list, as_object, is_array, is_list, is_object
from cnct.text import did_you_mean, either, one_of

_TYPES = {
    "object": "an object",
    "array": "a list",
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
}
Path = Sequence[str | int]

_LONGEST = 40  # characters of a value in a message


class PayloadValidator:
    """Validates payloads of one operation.

    Args:
        schema: JSON Schema from `Translation`. Unreadable keywords are left out. If the schema is
            still invalid, this is the only problem of every payload.
    """

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema
        self._defect: tuple[Problem, ...] = ()
        try:
            self._validator = _compiled(schema)
        except ValidationError:
            self._schema = _readable(schema)
            self._validator, self._defect = _compiled_or_defect(self._schema)

    def problems(self, payload: Any) -> tuple[Problem, ...]:
        """List all problems of a payload; none without a JSON form, which the encoder refuses."""
        try:
            errors = self._errors(payload)
        except ValueError:
            return ()
        problems = (problem for error in errors for problem in self._explained(error))
        return self._defect or tuple(dict.fromkeys(problems))

    def _errors(self, payload: Any) -> list[ValidationError]:
        try:
            return [*self._validator.iter_errors(payload)]
        except ValueError:  # a datetime, which the encoder writes as text
            return [*self._validator.iter_errors(_with_texts(payload))]

    def _explained(self, error: ValidationError) -> Iterator[Problem]:
        path = error.instance_path
        match error.kind:
            case Kind.Required(name):
                if not _is_reference(error):
                    yield _problem("required", [*path, name], "required, but missing.")
            case Kind.FalseSchema():
                yield _problem("read-only", path, "read-only, the server sets it.")
            case Kind.AdditionalProperties(names):
                fields = _properties(self._schema, error.schema_path[:-1])
                for name in names:
                    text = f"unknown field.{did_you_mean(name, fields)}"
                    yield _problem("unknown", [*path, name], text)
            case Kind.AnyOf(variants):
                yield from self._variants(error, variants)
            case kind:
                complaint = _complaint(kind, error.instance) or f"{error.message}."
                yield _problem("value", path, complaint)

    def _variants(
        self, whole: ValidationError, variants: list[list[ValidationError]]
    ) -> Iterator[Problem]:
        """Name the alternative fields, or explain the errors of the nearest variant."""
        missing = [_missing(errors) for errors in variants]
        if all(missing):
            yield _problem("required", whole.instance_path, f"{either(missing)} is required.")
            return
        choices = [_choices(errors) for errors in variants]
        for error in min(variants, key=_distance):
            path = tuple(error.instance_path)
            if all(path in by_path for by_path in choices):  # no variant takes the value
                options = [option for by_path in choices for option in by_path[path]]
                yield _problem("value", path, _choice_complaint(options, error.instance))
            else:
                yield from self._explained(error)


def _compiled_or_defect(schema: Any) -> tuple[Draft202012Validator, tuple[Problem, ...]]:
    try:
        return _compiled(schema), ()
    except ValidationError as error:
        text = f"The document's schema of this payload is broken: {error.message}."
        return _compiled({}), (Problem("schema", text),)


def _readable(schema: Any) -> Any:
    """Return a schema without the keywords that the validator cannot read.

    Patterns may be in another dialect of regular expressions, ``minItems`` may be text.
    """
    if is_list(schema):
        return [_readable(part) for part in schema]
    if not is_object(schema):
        return schema
    readable: dict[str, Any] = {}
    for word, part in schema.items():
        if word in ("properties", "$defs"):
            readable[word] = {name: _readable(below) for name, below in as_object(part).items()}
        elif word not in PLAIN:
            readable[word] = _readable(part)
        elif _is_readable(word, part):
            readable[word] = part
    return readable


def _is_readable(word: str, part: Any) -> bool:
    try:
        _compiled({word: part})
    except ValidationError:
        return False
    return True


def _compiled(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(
        schema,
        formats={name: partial(_fits, kind) for name, kind in FORMATS.items()},
        validate_formats=True,
        mask="it",  # replaces the value in the validator's own messages
        offline=True,
    )


def _fits(kind: str, text: str) -> bool:
    try:
        read_value(kind, text)
    except (ValueError, OverflowError):
        return False
    return True


def _complaint(kind: Kind, value: Any) -> str:
    """Return a text about the violated rule; empty where the validator's message is good."""
    match kind:
        case Kind.Type(types):
            names = sorted(types, key=lambda name: name == "null")
            text = either(_TYPES.get(name, name) for name in names)
            return f"expected {text}, not {_display(value)}."
        case Kind.Enum(options):
            return _choice_complaint(options, value)
        case Kind.Format(format_):
            return f"expected {EXAMPLES[FORMATS[format_]]}, not {_display(value)}."
        case _:
            return ""


def _choice_complaint(options: Iterable[Any], value: Any) -> str:
    choices = [*dict.fromkeys(str(option) for option in options if option is not None)]
    return f"expected {one_of(choices, str(value), _display(value))}"


def _display(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return repr(value if len(value) <= _LONGEST else f"{value[:_LONGEST]}...")
        case Mapping():
            return "an object"
        case list():
            return "a list"
        case _:
            return str(value)


def _with_texts(value: Any) -> Any:
    """Return a payload with datetimes and dates as texts."""
    if is_object(value):
        return {name: _with_texts(member) for name, member in value.items()}
    if is_array(value):
        return [_with_texts(member) for member in value]
    return value.isoformat() if isinstance(value, date) else value


def _problem(kind: str, path: Path, text: str) -> Problem:
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    dotted = "".join(steps).removeprefix(".")
    return Problem(kind, f"{dotted or 'payload'}: {text}", dotted)


def _properties(schema: Any, path: Path) -> Collection[str]:
    """Return the names of the properties of a subschema."""
    for step in path:  # the validator turns a name of digits into a number
        schema = as_object(schema)[str(step)] if is_object(schema) else as_list(schema)[int(step)]
    return as_object(as_object(schema)["properties"]).keys()


def _is_reference(error: ValidationError) -> bool:
    """Return whether an error is in a nested object with an id, which is a sufficient reference."""
    nested = any(isinstance(step, str) for step in error.instance_path)
    return nested and "id" in as_object(error.instance)


def _missing(errors: list[ValidationError]) -> str:
    """Return the missing field that is the only error of a variant; empty if there are others."""
    kinds = [error.kind for error in errors]
    return kinds[0].property if len(kinds) == 1 and isinstance(kinds[0], Kind.Required) else ""


def _choices(errors: list[ValidationError]) -> dict[tuple[str | int, ...], list[Any]]:
    """Collect the choices of a variant by the path of each value that is not among its choices."""
    return {
        tuple(error.instance_path): error.kind.options
        for error in errors
        if isinstance(error.kind, Kind.Enum)
    }


def _distance(errors: list[ValidationError]) -> tuple[int, int]:
    """Return a sort key; a wrong choice weighs most, since another variant is probably meant."""
    return sum(isinstance(error.kind, Kind.Enum) for error in errors), len(errors)
