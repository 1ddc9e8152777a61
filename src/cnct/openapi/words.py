"""Collects the texts of a document and indexes them by word, for `search`. Ranks nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from msgspec import DecodeError, Struct, field
from msgspec.msgpack import decode, encode

from cnct.openapi import operations
from cnct.openapi.places import METHODS, Operation
from cnct.openapi.references import dereference
from cnct.openapi.schemas import composed, properties
from cnct.openapi.shapes import Object, as_list, as_object

NAME, FIELD, TEXT, OPERATION_ID = range(4)
"""Kinds of remarks: a name, a field, a sentence, an id of an operation, which is not for people."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+|\d+")
_MARKUP = re.compile(r"<[^<>]*>|\]\([^\])]*\)|[*_`#>|\[\]]+")
_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n\s*\n")
_LONGEST = 160  # characters of a sentence that are kept
_LONGEST_TEXT = 30_000  # characters of a description that are searched
_MOST_FIELDS = 2_000  # of one schema
_SHORT = 4  # least letters of a plural
_DEEPEST = 3  # names in a dotted field of a payload


class Remark(Struct, array_like=True):
    """One text of the document and the places that it describes.

    Attributes:
        kind: `NAME`, `FIELD`, `TEXT` or `OPERATION_ID`.
        text: A name, a dotted field, a sentence.
        places: Indexes of the places in `Words.places`.
    """

    kind: int
    text: str
    places: list[int]


class Words(Struct, array_like=True):
    """All remarks of a document.

    Attributes:
        digest: Digest of the document's text.
        places: Template and method of each place; the method is empty for a whole path.
        remarks: The remarks about these places.
        numbers: Indexes of the remarks with a word, by word, in alphabetical order.
    """

    digest: bytes
    places: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    remarks: list[Remark] = field(default_factory=list[Remark])
    numbers: dict[str, list[int]] = field(default_factory=dict[str, list[int]])

    def packed(self) -> bytes:
        """Return the words as bytes; `from_packed` reads them."""
        return encode(self)

    @classmethod
    def from_packed(cls, data: bytes) -> Words:
        """Return the words of `packed`.

        Raises:
            ValueError: If the bytes are of another form.
        """
        try:
            return decode(data, type=cls)
        except DecodeError as error:
            raise ValueError(str(error)) from error


def words_of(text: str) -> list[str]:
    """Split a text into lower-case words in the singular, at ``_`` and at capitals as well."""
    return [_singular(word.lower()) for word in _WORD.findall(text)]


def spellings(text: str) -> dict[str, str]:
    """Return the words of a text in the form of `words_of`, each with its spelling in the text."""
    return {_singular(word.lower()): word for word in reversed(_WORD.findall(text))}


def words(document: Object, digest: bytes) -> Words:
    """Collect all remarks of a document.

    Args:
        document: The document.
        digest: Digest of the document's text.
    """
    places: dict[Target, int] = {}
    targets: dict[tuple[int, str], dict[int, None]] = {}
    for target, kind, text in _texts(document):
        number = places.setdefault(target, len(places))
        targets.setdefault((kind, text), {})[number] = None
    remarks = [Remark(kind, text, [*at]) for (kind, text), at in targets.items()]
    numbers: dict[str, list[int]] = {}
    for number, remark in enumerate(remarks):
        for word in dict.fromkeys(words_of(remark.text)):
            numbers.setdefault(word, []).append(number)
    return Words(digest, [*places], remarks, dict(sorted(numbers.items())))


def _singular(word: str) -> str:
    plural = len(word) >= _SHORT and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if plural else word


Target = tuple[str, str]
"""Template and method of the place that a text describes."""

Text = tuple[Target, int, str]
"""A text with its place and its kind."""


def _texts(document: Object) -> Iterator[Text]:
    fields = _FieldTexts(document)
    tagged: dict[str, Target] = {}
    for path, entry in as_object(document.get("paths")).items():
        place = (path.strip("/"), "")
        item = dereference(document, entry)
        yield place, NAME, "/".join(n for n in place[0].split("/") if "{" not in n)
        yield from _sentences(place, item)
        for method in METHODS:
            if method in item:
                operation = operations.operation(document, path, method.upper())
                tagged = dict.fromkeys(operation.tags, place) | tagged
                yield from _operation_texts(operation)
                description = operations.operation_object(document, path, method)
                yield from fields.texts((operation.template, operation.method), description)
    for tag in map(as_object, as_list(document.get("tags"))):
        place = tagged.get(str(tag.get("name")), ("", ""))
        yield place, NAME, str(tag.get("name"))
        yield from _sentences(place, tag)


def _operation_texts(operation: Operation) -> Iterator[Text]:
    place = (operation.template, operation.method)
    yield place, OPERATION_ID, operation.operation_id
    summary, description = operation.summary, operation.description
    yield from _sentences(place, {"summary": summary, "description": description})
    for field_ in operation.fields.values():
        yield place, FIELD, field_.name
        if not field_.description.startswith("Filter for:"):
            yield from _sentences(place, {"description": field_.description}, f"{field_.name}: ")


def _sentences(place: Target, described: Object, start: str = "") -> Iterator[Text]:
    for key in ("summary", "description"):
        text = _MARKUP.sub(" ", str(described.get(key) or "")[:_LONGEST_TEXT])
        for sentence in _SENTENCE.split(text):
            plain = " ".join(sentence.split())
            if plain:
                yield place, TEXT, f"{start}{plain}"[:_LONGEST]


class _FieldTexts:
    """Names and descriptions of the properties of schemas; each reference is walked once."""

    def __init__(self, document: Object) -> None:
        self._document = document
        self._walked: dict[tuple[str, int], list[tuple[str, str]]] = {}

    def texts(self, place: Target, operation: Object) -> Iterator[Text]:
        """Yield the texts of the fields in the payload and the responses of an operation."""
        responses = operations.responses(self._document, operation).values()
        for content in (operations.body(self._document, operation), *responses):
            for name, text in self._of(operations.schema(content) or {}, _DEEPEST):
                yield place, FIELD, name
                yield from _sentences(place, {"description": text}, f"{name}: ")

    def _of(self, schema: Object, levels: int) -> list[tuple[str, str]]:
        reference = str(schema.get("$ref", ""))
        if not reference:
            return [*islice(self._own(schema, levels), _MOST_FIELDS)]
        key = (reference, levels)
        if key not in self._walked:
            self._walked[key] = []  # a schema that is a part of itself adds nothing
            fields = islice(self._own(dereference(self._document, schema), levels), _MOST_FIELDS)
            self._walked[key] = [*fields]
        return self._walked[key]

    def _own(self, schema: Object, levels: int) -> Iterator[tuple[str, str]]:
        for part in composed(schema, self._resolve, through_items=True):
            for name, below in properties(part).items():
                yield name, str(self._resolve(below).get("description") or "")
                if levels > 1:
                    for nested, text in self._of(below, levels - 1):
                        yield f"{name}.{nested}", text

    def _resolve(self, schema: Object) -> Object:
        return dereference(self._document, schema)
