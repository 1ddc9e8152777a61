"""The public interface of an OpenAPI document. Reading, indexing and caching are elsewhere."""

from __future__ import annotations

import os
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnct.exceptions import SpecError
from cnct.openapi.cache import at_hand, indexed, refreshed, searched
from cnct.openapi.lookup import Lookup
from cnct.openapi.shapes import JSON, as_list, as_object
from cnct.openapi.sources import DEFAULT_LOCATION, is_url
from cnct.user_warnings import SpecWarning

if TYPE_CHECKING:
    from cnct.openapi.operations import Content
    from cnct.openapi.places import Kind, Match, Operation, Place, Schema, Success

_PAUSE = 60.0  # seconds between attempts to read a document
_LONG_PAUSE = 600.0  # the same for the default location, which the user has not chosen

_GOING_ON = (
    "Going on without the API's specification: {}. Name a copy with specs_location=..., or"
    " switch specifications off with use_specs=False"
)

_Failures = dict[str, tuple[SpecError, float]]  # by location, with the time of the next attempt

_unreached: _Failures = {}
"""Shared by all clients of a process, since an attempt without a network takes seconds."""


class OpenAPISpecs:
    """An OpenAPI 3 document, ready for look-ups.

    The document is read at the first look-up; later ones use an index in memory, which is cached
    on disk (see `cnct.openapi.cache`). Safe to share between threads. Do not change the parts of
    the document that methods return.

    Args:
        location: Path or ``http(s)`` URL of the document, YAML or JSON; Connect's published
            document by default.

    Raises:
        TypeError: If ``location`` is neither text nor a path.
        ValueError: If ``location`` is blank.

    Every look-up raises `SpecError` if the document cannot be read; call `available` first if the
    program should continue in that case.
    """

    def __init__(self, location: str | Path | None = None) -> None:
        self._location = DEFAULT_LOCATION if location is None else _checked(location)
        self._is_default = location is None
        self._locks: dict[int, threading.Lock] = {}
        self._held: Lookup | None = None
        self._checked = False  # whether the index in memory is up to date
        self._failures: _Failures = _unreached if self._is_default else {}
        self._warned = False

    @property
    def _lock(self) -> threading.Lock:
        """The lock of this process: a fork may inherit one that a thread of the parent holds."""
        return self._locks.setdefault(os.getpid(), threading.Lock())

    def load(self) -> None:
        """Read the document, once.

        Raises:
            SpecError: If the document cannot be read or is not OpenAPI 3. The error is raised again
                without another attempt for a minute; for the default location for ten minutes, and
                by all clients.
        """
        self._load()

    def refresh(self) -> bool:
        """Read the document again, however new the cached index is.

        Returns:
            Whether the document has changed, or was not in the cache.

        Raises:
            SpecError: If the document cannot be read or is not OpenAPI 3.
        """
        with self._lock:
            index, has_changed = refreshed(self._location)
            self._held, self._checked = Lookup(index), True
        return has_changed

    def available(self, stacklevel: int = 2) -> bool:
        """Load the document, and return whether that succeeded.

        An unreachable default location stops no program, and causes one warning. For a location
        that the user has chosen, an error is raised.

        Args:
            stacklevel: The line that the warning shows, as in `warnings.warn`: 2 is the caller's.

        Raises:
            SpecError: If a location other than the default cannot be read.
        """
        try:
            self.load()
        except SpecError as error:
            if not self._is_default:
                raise
            if not self._warned:
                self._warned = True
                warnings.warn(_GOING_ON.format(error), SpecWarning, stacklevel)
            return False
        return True

    def at_hand(self) -> bool:
        """Return whether look-ups work without network and without parsing the document.

        Loads the index from the cache if necessary. Fast, and raises no errors: for attribute
            access, completion and ``repr``.
        """
        if self._held is None:
            index = at_hand(self._location)
            with self._lock:
                self._held = self._held or (Lookup(index) if index else None)
        return self._held is not None

    def at_hand_or_local(self) -> bool:
        """Return whether look-ups work without network, after reading a local document.

        Raises no errors: for help and other displays. An unreadable file is reported by the calls.
        """
        if not self.at_hand() and not is_url(self._location):
            with suppress(SpecError):
                self.load()
        return self._held is not None

    def _load(self) -> Lookup:
        with self._lock:
            if self._held and self._checked:
                return self._held
            error, next_try = self._failures.get(self._location, (None, 0.0))
            if error and time.monotonic() < next_try:
                raise error.with_traceback(None)
            try:
                self._held = Lookup(indexed(self._location))
            except SpecError as failure:
                pause = _LONG_PAUSE if self._is_default else _PAUSE
                self._failures[self._location] = failure, time.monotonic() + pause
                raise
            self._checked = True
            return self._held

    def _lookup(self) -> Lookup:
        """Return the index in memory, however old: only `load` checks for a newer document."""
        return self._held or self._load()

    @property
    def title(self) -> str | None:
        """Name of the API."""
        return self._info("title")

    @property
    def description(self) -> str | None:
        """Description of the API, Markdown."""
        return self._info("description")

    @property
    def version(self) -> str | None:
        """Version of the API."""
        return self._info("version")

    @property
    def digest(self) -> str:
        """SHA-256 of the document's text, in hexadecimal digits."""
        return self._lookup().index.digest.hex()

    def components(self, section: str) -> list[str]:
        """Return the names of the components of a section, such as ``schemas``."""
        return [*as_object(self._lookup().document["components"].get(section))]

    @property
    def tags(self) -> list[Any] | None:
        """Tag objects (name, description) of the document."""
        return as_list(self._lookup().index.head.get("tags")) or None

    def _info(self, name: str) -> str | None:
        value = as_object(self._lookup().index.head.get("info")).get(name)
        return None if value is None else str(value)

    def exists(self, method: str, path: str) -> bool:
        """Return whether a path can be called with a method.

        Args:
            method: HTTP method, in upper or lower case.
            path: Path below the endpoint, with ids: ``products/PRD-000-000-000/items``.
        """
        return self._lookup().exists(method, path)

    def kind(self, path: str) -> Kind | None:
        """Return the kind of a path: `place` without the look-up of operations and names.

        Args:
            path: Path below the endpoint, with ids; empty for the root.

        Returns:
            ``None`` if the document has nothing there.
        """
        return self._lookup().kind(path)

    def place(self, path: str) -> Place | None:
        """Look up a path, with its operations and the names one step below.

        Args:
            path: Path below the endpoint, with ids; empty for the root. A segment that can be a
                name or an id is the name: ``offers/-/versions``.

        Returns:
            ``None`` if the document has nothing there.
        """
        return self._lookup().place(path)

    def places(self) -> Iterator[Place]:
        """Yield every place that has an operation, in the order of the document."""
        return self._lookup().places()

    def template(self, path: str) -> str:
        """Return the template that a call to a path reaches; empty if there is no operation."""
        return self._lookup().template(path)

    def operation(self, method: str, path: str) -> Operation | None:
        """Look up the operation of a path and a method; ``None`` if undocumented."""
        return self._lookup().operation(method.upper(), path)

    def payload(self, operation: Operation, media_type: str = JSON) -> Schema | None:
        """Return the schema of an operation's payload, or ``None``."""
        from cnct.openapi import operations  # noqa: PLC0415 - loads msgspec

        return operations.schema(self._body(operation), media_type)

    def response(self, operation: Operation, status: str = "") -> Schema | None:
        """Return the schema of an operation's successful response, or ``None``.

        Args:
            operation: Operation of this document.
            status: HTTP status, by default the first successful one with a schema.
        """
        from cnct.openapi import operations  # noqa: PLC0415 - loads msgspec

        lookup = self._lookup()
        responses = operations.responses(lookup.document, lookup.operation_object(operation))
        contents = [responses.get(status, {})] if status else responses.values()
        schemas = map(operations.schema, contents)
        return next((schema for schema in schemas if schema is not None), None)

    def resolve(self, schema: Schema) -> Schema:
        """Follow the references of a schema to the end.

        Returns:
            The schema at the end, perhaps the same. If the target is missing, the empty schema,
            which allows any value.
        """
        from cnct.openapi.references import dereference  # noqa: PLC0415 - not at the first call

        return dereference(self._lookup().document, schema)

    def success(self, operation: Operation) -> Success:
        """Return the documented successful response of an operation."""
        from cnct.openapi import operations  # noqa: PLC0415 - loads msgspec

        lookup = self._lookup()
        return operations.success(lookup.document, lookup.operation_object(operation))

    def parameter(self, operation: Operation, name: str) -> Schema | None:
        """Return the schema of a query parameter, or ``None``."""
        from cnct.openapi import operations  # noqa: PLC0415 - loads msgspec

        lookup = self._lookup()
        return operations.parameter(lookup.document, lookup.operation_object(operation), name)

    def example(self, operation: Operation) -> Any | None:
        """Return the decoded example of an operation's payload, or ``None``."""
        from cnct.openapi import operations  # noqa: PLC0415 - loads msgspec

        return operations.example(self._lookup().document, self._body(operation))

    def _body(self, operation: Operation) -> Content:
        from cnct.openapi import operations  # noqa: PLC0415 - loads msgspec

        lookup = self._lookup()
        return operations.body(lookup.document, lookup.operation_object(operation))

    def find(self, text: str, limit: int = 20) -> list[Match]:
        """Search the names, fields and descriptions of the whole document.

        Words match as prefixes, in singular or plural and in any case. A word that is not in the
        document matches similar ones.

        Args:
            text: Words to search for: ``billing date``.
            limit: Maximum number of matches.

        Returns:
            At most one match per path; paths with all words first, best matches first.
        """
        from cnct.openapi.search import ranked  # noqa: PLC0415 - few programs search

        lookup = self._lookup()
        lookup.words = lookup.words or searched(self._location, lookup.index)
        return ranked(lookup.words, text, limit)

    def get_namespaces(self) -> list[str]:
        """Return the names of the namespaces at the root."""
        return self._names("", "namespaces")

    def get_collections(self) -> list[str]:
        """Return the names of the collections at the root."""
        return self._names("", "collections")

    def get_namespaced_collections(self, path: str) -> list[str]:
        """Return the names of the collections of a namespace."""
        return self._names(path, "collections")

    def get_nested_namespaces(self, path: str) -> list[str]:
        """Return the names of the namespaces of a namespace."""
        return self._names(path, "namespaces")

    def get_collection(self, path: str) -> dict[str, Any] | None:
        """Return the unchanged path item of a collection."""
        return self._item(path)

    def get_resource(self, path: str) -> dict[str, Any] | None:
        """Return the unchanged path item of a resource."""
        return self._item(path)

    def get_action(self, path: str) -> dict[str, Any] | None:
        """Return the unchanged path item of an action."""
        return self._item(path)

    def get_actions(self, path: str) -> list[tuple[str, str | None]]:
        """Return the names of the actions of a resource or collection, with their summaries."""
        return self._summaries(path, "actions")

    def get_nested_collections(self, path: str) -> list[tuple[str, str | None]]:
        """Return the names of the collections of a resource, with their summaries."""
        return self._summaries(path, "collections")

    def _names(self, path: str, kinds: str) -> list[str]:
        place = self.place(path)
        return [*getattr(place, kinds)] if place else []

    def _summaries(self, path: str, kinds: str) -> list[tuple[str, str | None]]:
        names = self._names(path, kinds)
        return [(name, self._summary(f"{path.strip('/')}/{name}")) for name in names]

    def _summary(self, path: str) -> str | None:
        item = self._item(path) or {}
        summaries = (as_object(part).get("summary") for part in (item, *item.values()))
        return next((str(summary) for summary in summaries if summary), None)

    def _item(self, path: str) -> dict[str, Any] | None:
        return {**self._lookup().item(path)} or None


def _checked(location: Any) -> str:
    if not isinstance(location, (str, Path)):
        raise TypeError(f"location must be a path or a URL, not {type(location).__name__}")
    if not str(location).strip():
        raise ValueError("location must be a path or a URL, not blank")
    return str(location)
