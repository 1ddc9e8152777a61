"""Compares a user's rows with the resources of a set: the method `sync`. Writes nothing.

Plans are applied in `sync_plans`.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, Literal, Self

from cnct.client._core.paging import Window
from cnct.client.models.set_work import AsyncSetWork, SetWork, SyncSetWork
from cnct.rql import R

if TYPE_CHECKING:
    from cnct.client.models.sync_plans import AsyncSyncPlan, SyncPlan
    from cnct.client.work.comparing import RowComparison
    from cnct.openapi import OpenAPISpecs
    from cnct.rows.keyed import By, KeyedRows, RowKey


class SetComparing(SetWork):
    """Base of the comparison of sets in both worlds. No I/O."""

    def _key(self, by: By, delete: Any) -> RowKey:
        """Return the key of a comparison, after a check of the arguments and the set."""
        from cnct.rows.keyed import RowKey  # noqa: PLC0415 - not at import

        key = RowKey(by)
        if not isinstance(delete, bool) and delete != "all":
            raise ValueError(f"delete must be True, False or 'all', not {delete!r}")
        if self._is_slice:
            raise ValueError(
                f"{self!r} is a slice, whose resources change with every write: compare a whole "
                "set, or one with a filter"
            )
        return key

    def _empty_rows(self, specs: OpenAPISpecs | None, key: RowKey) -> KeyedRows:
        from cnct.rows.documented_rows import DocumentedRows  # noqa: PLC0415 - not at import
        from cnct.rows.keyed import KeyedRows  # noqa: PLC0415 - not at import

        if specs is None:
            return KeyedRows(key)
        policy = self._client._policy
        is_strict = policy is not None and policy.refuses_paths
        return KeyedRows(key, DocumentedRows(specs, self._path, is_strict=is_strict))

    def _comparison(
        self, key: RowKey, rows: KeyedRows, delete: bool | Literal["all"]
    ) -> RowComparison:
        """Return the comparison of rows, before a resource is read."""
        from cnct.client.work.comparing import RowComparison  # noqa: PLC0415 - not at import

        if not rows.by_key and delete is True:
            raise ValueError(
                f"rows is empty, and delete=True would delete every resource of {self!r}: write "
                "delete='all' if that is meant"
            )
        return RowComparison(key, rows, self._path, deletes=bool(delete))

    def _compared(self, key: RowKey, rows: KeyedRows) -> Self:
        """Return the set to read, with the hidden fields that the comparison needs.

        Raises:
            ValueError: If the set leaves out one of the fields.
        """
        names = {*rows.names, *(name.split(".")[0] for name in key.fields), "id"}
        selection = self._query.selection
        left_out = sorted(name for name in names if f"-{name}" in selection)
        if left_out:
            raise ValueError(
                f"select('-{left_out[0]}') removes a field that the comparison of {self!r} needs: "
                "leave it out"
            )
        fields = self._field_names()
        hidden = [
            name
            for name, field in fields.items()
            if field.hidden and rows.has(name) and name not in selection
        ]
        query = self._query.replaced("selection", (*selection, *hidden))
        return self._with_query(query.replaced("dates", value=False))

    def _finish(self, comparison: RowComparison) -> None:
        """End a comparison, and warn of fields that differ and are not sent."""
        from cnct.client.checking import warn_of_left_out  # noqa: PLC0415 - not at import

        comparison.finish()
        names = sorted(comparison.left_out)
        warn_of_left_out(self._client._policy, f"sync of {self._path}", names)

    def _finds(self, names: Iterable[str]) -> bool:
        """Return whether the list can be filtered by fields, as far as the document shows."""
        specs = self._specs
        operation = specs.operation("GET", self._path) if specs else None
        if operation is None:
            return True
        fields = operation.fields
        return all(name in fields and "eq" in fields[name].lookups for name in names)

    def _whole(self) -> Self:
        """Return the set of all resources of the collection, with the same fields."""
        query = self._query.replaced("where", R()).replaced("search", None)
        query = query.replaced("dates", value=False)
        return self._with_query(query.replaced("window", Window()).replaced("ordering", ()))

    def _with_key(self, conditions: Iterable[tuple[str, Any]]) -> Self:
        """Return the set of all resources of the collection that have some values."""
        where = R()
        for name, value in conditions:
            where &= R().n(name).eq(value)
        rows = self._whole()
        return rows._with_query(rows._query.replaced("where", where).replaced("size", 1))


class SyncSetComparing(SetComparing, SyncSetWork):
    """The comparison of a `ResourceSet`."""

    def sync(
        self,
        rows: Iterable[Mapping[str, Any]],
        by: By,
        *,
        delete: bool | Literal["all"] = False,
    ) -> SyncPlan:
        """Compare rows with the set, and return a plan of the writes that make the set equal.

        Reads the rows and the set once, and writes nothing: show the plan, then call its
        `SyncPlan.apply`. Rows need not have all fields: fields that a row lacks stay as they are,
        and so do ``id`` and ``events``, which the server sets. A name with dots is a nested field,
        as in a CSV file: ``category.id``.

        Args:
            rows: Dictionaries: a list, the rows of a ``csv.DictReader``,
                ``frame.to_dict("records")``, or another set.
            by: The key that identifies a row and its resource: a field, with dots for a nested
                one; a list of fields; or a function of a row or resource. Keys are texts or ints,
                and 1 equals ``"1"``; texts must match exactly.
            delete: Whether to delete the resources of the set that no row has; nothing outside the
                set is deleted, nor anything without a key. Without rows, only ``"all"`` does so.

        Returns:
            The plan: ``create``, ``update``, ``delete``, ``same`` and ``extra``.

        Raises:
            TypeError: If a row is not a dictionary, or a key neither a text nor an int.
            ValueError: If a row has no key, two rows have one, a row has a field that the document
                does not have, a line of a ``csv.DictReader`` has too few or too many cells, or
                ``delete=True`` without rows.
            NotOneError: If two resources have the key of one row.
            ChangedResourceError: If the server lists a resource twice, with two keys.
            ClientError: If the set cannot be read.

        Examples:
            ``plan = client.products["PRD-1"].items.sync(rows, by="mpn")``
        """
        from cnct.client.models.sync_plans import SyncPlan  # noqa: PLC0415 - not at import
        from cnct.rows.keyed import checked_rows  # noqa: PLC0415 - not at import

        key = self._key(by, delete)
        checked = checked_rows(rows, is_async=False)
        specs = self._client.specs
        keyed = self._empty_rows(specs if specs and self._client._available(specs) else None, key)
        for row in checked:
            keyed.add(row)
        comparison, compared = self._comparison(key, keyed, delete), self._compared(key, keyed)
        with closing(compared.pages()) as pages:
            for page in pages:
                comparison.add(page)
        self._finish(comparison)
        return SyncPlan(compared, comparison, key, self._query.text)


class AsyncSetComparing(SetComparing, AsyncSetWork):
    """The comparison of an `AsyncResourceSet`."""

    async def sync(
        self,
        rows: Iterable[Mapping[str, Any]] | AsyncIterable[Mapping[str, Any]],
        by: By,
        *,
        delete: bool | Literal["all"] = False,
    ) -> AsyncSyncPlan:
        """Compare rows with the set, and return a plan of the writes that make the set equal.

        Async twin of `ResourceSet.sync`; the rows may be asynchronous, too.
        """
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio
        from cnct.client.checking import load  # noqa: PLC0415 - not at import
        from cnct.client.models.sync_plans import AsyncSyncPlan  # noqa: PLC0415 - not at import
        from cnct.rows.keyed import checked_rows  # noqa: PLC0415 - not at import

        key = self._key(by, delete)
        checked = checked_rows(rows, is_async=True)
        specs = self._client.specs
        if specs and not specs.at_hand():
            await in_thread(load, specs)
        usable = specs if specs and self._client._available(specs) else None
        keyed = await in_thread(self._empty_rows, usable, key)
        if hasattr(checked, "__aiter__"):
            async for row in checked:
                keyed.add(row)
        else:
            for row in checked:
                keyed.add(row)
        comparison, compared = self._comparison(key, keyed, delete), self._compared(key, keyed)
        async with aclosing(compared.pages()) as pages:
            async for page in pages:
                comparison.add(page)
        self._finish(comparison)
        return AsyncSyncPlan(compared, comparison, key, self._query.text)
