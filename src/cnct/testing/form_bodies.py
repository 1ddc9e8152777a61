"""Forms with files that mocks expect, and their differences from those of calls. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cnct.testing.body_differences import short_repr
from cnct.testing.cassettes.form_parts import FormPart, parts_of


class FormFile(NamedTuple):
    """A file that a mock expects in a form; ``None`` accepts any value.

    Attributes:
        name: Name of the file.
        content: Contents; text is encoded in UTF-8.
        content_type: Media type.
    """

    name: str | None = None
    content: bytes | str | None = None
    content_type: str | None = None


class FormBody:
    """A form with files that a mock expects as the body, whatever its boundary.

    Args:
        fields: Fields by name: `FormFile` for a file, text or bytes for another field, ``None`` for
            any value. A call with further fields does not match.

    Examples:
        ``mocker.cases["CA-1"].attachments.upload(match_body=FormBody({"file": None}))``
    """

    def __init__(self, fields: Mapping[str, FormFile | str | bytes | None]) -> None:
        self._fields = dict(fields)

    def differences(self, body: bytes, content_type: str) -> Iterator[str]:
        """Describe how the body of a call differs, one line per difference.

        Args:
            body: Body of the call.
            content_type: Its ``Content-Type``.
        """
        parts = {part.name: part for part in parts_of(content_type, body)}
        if not parts:
            yield f"the body is no form with files: {short_repr(body)}"
            return
        for name in [*self._fields, *(name for name in parts if name not in self._fields)]:
            if name not in parts:
                yield f"the form has no field {name!r}, the mock has one"
            elif name not in self._fields:
                yield f"the form has a field {name!r}, the mock has none"
            else:
                yield from _differences(self._fields[name], parts[name])

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the fields."""
        return iter(self._fields)

    def __repr__(self) -> str:
        """Return the constructor call."""
        return f"FormBody({self._fields!r})"


def _differences(expected: FormFile | str | bytes | None, part: FormPart) -> Iterator[str]:
    if not isinstance(expected, FormFile):
        expected = FormFile(None, expected)
    elif not part.filename:
        yield f"{part.name} is a text, the mock has a file"
    content = expected.content
    content = content.encode() if isinstance(content, str) else content
    for subject, actual, value in (
        (f"the name of {part.name}", part.filename, expected.name),
        (part.name, part.content, content),
        (f"the media type of {part.name}", part.content_type, expected.content_type),
    ):
        if value is not None and actual != value:
            yield f"{subject} is {short_repr(actual)}, the mock has {short_repr(value)}"
