"""The checks of fields, writes and watches that a mirror's client makes in its own way. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cnct.client.checking import Policy, report_picks

if TYPE_CHECKING:
    from cnct.data.columns import Columns
    from cnct.openapi import OpenAPISpecs
    from cnct.openapi.fields import FilterField
    from cnct.rows.moments import MomentFields


class RowChecks:
    """A client that knows the fields of rows from a document at hand, if there is one."""

    _policy: Policy | None

    if TYPE_CHECKING:

        @property
        def _specs(self) -> OpenAPISpecs | None: ...

    def _fields_at(self, path: str) -> Mapping[str, FilterField]:
        """Return the fields by which a list can be filtered; none if they are not known."""
        operation = self._specs.operation("GET", path) if self._specs else None
        return operation.fields if operation else {}

    def _columns_at(self, path: str, specs: OpenAPISpecs | None) -> Columns | None:
        """Return the columns of a collection for exports, ``None`` without a document."""
        from cnct.data.collection_columns import collection_columns  # noqa: PLC0415 - few programs need it

        return collection_columns(specs, path)

    def _moment_fields(self, path: str) -> MomentFields | None:
        """Return the moments of rows by a document at hand, ``None`` without one."""
        from cnct.rows.moment_fields import moment_fields  # noqa: PLC0415 - few programs need it

        return moment_fields(self._specs, path)

    def _check_picks(self, path: str, names: Sequence[str], call: str) -> bool:
        """Check names of fields to pick from rows, and return whether there is a document for it.

        Raises:
            InvalidCallError: If the rows have no such field, and ``validate`` makes that an error.
        """
        specs, policy = self._specs, self._policy
        if specs is None or policy is None:
            return False
        report_picks(specs, policy, path, names, call)
        return True

    def _check_write(self, method: str, path: str) -> None:
        """Refuse a write before a job starts to make many of them; here, allow each."""

    def _check_watch(self, path: str) -> None:
        """Refuse to watch a list whose rows appear later than they are dated; here, none does."""
