"""Everything a document says, by word: what `find` searches. Ranks nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field

from cnct.openapi import operations
from cnct.openapi.places import METHODS, Operation
from cnct.openapi.references import followed
from cnct.openapi.schemas import items, parts, properties
from cnct.openapi.shapes import Object, as_list, as_object

NAME, FIELD, TEXT = range(3)
"""What a remark is: the name of something, a field, a sentence."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+|\d+")
_MARKUP = re.compile(r"<[^>]*>|\]\([^)]*\)|[*_`#>|\[\]]+")
_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n\s*\n")
_LONGEST = 160  # characters of a sentence that are kept
_SHORT = 4  # letters of a word that can be a plural
_DEEPEST = 3  # names in a dotted field of a payload


class Remark(Struct, array_like=True):
    """Something that the document says, and of what.

    Attributes:
        kind: `NAME`, `FIELD` or `TEXT`.
        text: A name, a dotted field, a sentence.
        places: Numbers of the places it is said of.
    """

    kind: int
    text: str
    places: list[int]


class Words(Struct, array_like=True):
    """All remarks of a document.

    Attributes:
        digest: Digest of its text.
        places: Template and method; no method for what is said of a whole path.
        remarks: What is said of them.
        numbers: Numbers of the remarks that have a word, by word in alphabetical order.
    """

    digest: bytes
    places: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    remarks: list[Remark] = field(default_factory=list[Remark])
    numbers: dict[str, list[int]] = field(default_factory=dict[str, list[int]])


def words_of(text: str) -> list[str]:
    """Split into words, also at ``_`` and capitals; plural and case make no difference."""
    return [_singular(word.lower()) for word in _WORD.findall(text)]


def words(document: Object, digest: bytes) -> Words:
    """Collect everything that a document says.

    Args:
        document: The document.
        digest: Digest of its text.
    """
    found = Words(digest)
    places: dict[tuple[str, str], int] = {}
    remarks: dict[tuple[int, str], dict[int, None]] = {}
    for place, kind, text in _said(document):
        number = places.setdefault(place, len(places))
        remarks.setdefault((kind, text), {})[number] = None
    found.places = [*places]
    found.remarks = [Remark(kind, text, [*at]) for (kind, text), at in remarks.items()]
    for number, remark in enumerate(found.remarks):
        for word in dict.fromkeys(words_of(remark.text)):
            found.numbers.setdefault(word, []).append(number)
    found.numbers = dict(sorted(found.numbers.items()))
    return found


def _singular(word: str) -> str:
    plural = len(word) >= _SHORT and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if plural else word


Place = tuple[str, str]
Said = tuple[Place, int, str]


def _said(document: Object) -> Iterator[Said]:
    fields = _Fields(document)
    tagged: dict[str, Place] = {}
    for path, entry in as_object(document.get("paths")).items():
        place = (path.strip("/"), "")
        item = followed(document, entry)
        yield place, NAME, "/".join(n for n in place[0].split("/") if "{" not in n)
        yield from _sentences(place, item)
        for method in METHODS:
            if method in item:
                found = operations.operation(document, path, method.upper())
                tagged = dict.fromkeys(found.tags, place) | tagged
                yield from _of_operation(found)
                about = operations.said(document, path, method)
                yield from fields.said((found.template, found.method), about)
    for tag in map(as_object, as_list(document.get("tags"))):
        place = tagged.get(str(tag.get("name")), ("", ""))
        yield place, NAME, str(tag.get("name"))
        yield from _sentences(place, tag)


def _of_operation(found: Operation) -> Iterator[Said]:
    place = (found.template, found.method)
    yield place, NAME, found.operation_id
    yield from _sentences(place, {"summary": found.summary, "description": found.description})
    for filter_ in found.fields.values():
        yield place, FIELD, filter_.name
        if not filter_.description.startswith("Filter for:"):
            yield from _sentences(place, {"description": filter_.description}, f"{filter_.name}: ")


def _sentences(place: Place, about: Object, start: str = "") -> Iterator[Said]:
    for key in ("summary", "description"):
        text = _MARKUP.sub(" ", str(about.get(key) or ""))
        for sentence in _SENTENCE.split(text):
            plain = " ".join(sentence.split())
            if plain:
                yield place, TEXT, f"{start}{plain}"[:_LONGEST]


class _Fields:
    """The properties of schemas; what is behind a reference is walked once."""

    def __init__(self, document: Object) -> None:
        self._document = document
        self._walked: dict[tuple[str, int], list[tuple[str, str]]] = {}

    def said(self, place: Place, about: Object) -> Iterator[Said]:
        """Tell the fields of what an operation takes and answers."""
        answers = operations.answers(self._document, about).values()
        for content in (operations.body(self._document, about), *answers):
            for name, text in self._of(operations.schema(content) or {}, _DEEPEST):
                yield place, FIELD, name
                yield from _sentences(place, {"description": text}, f"{name}: ")

    def _of(self, schema: Object, levels: int) -> list[tuple[str, str]]:
        reference = str(schema.get("$ref", ""))
        if not reference:
            return [*self._own(schema, levels)]
        key = (reference, levels)
        if key not in self._walked:
            self._walked[key] = []  # a schema that is a part of itself adds nothing
            self._walked[key] = [*self._own(followed(self._document, schema), levels)]
        return self._walked[key]

    def _own(self, schema: Object, levels: int) -> Iterator[tuple[str, str]]:
        for part in filter(None, (*parts(schema), items(schema))):
            yield from self._of(part, levels)
        for name, below in properties(schema).items():
            yield name, str(followed(self._document, below).get("description") or "")
            if levels > 1:
                for nested, text in self._of(below, levels - 1):
                    yield f"{name}.{nested}", text
