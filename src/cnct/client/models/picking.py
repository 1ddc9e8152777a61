"""Picks the fields of ``values()`` and ``values_list()``, and reports unknown ones. No I/O.

Fields are checked against a document at hand, or else against the rows.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from cnct.client._core.arguments import checked_bool
from cnct.client.models.flattening import flat
from cnct.exceptions import ClientError
from cnct.openapi.shapes import is_record
from cnct.text import clean
from cnct.user_warnings import InvalidCallWarning, users_level

if TYPE_CHECKING:
    from cnct.client.models.noun import Located


class Picking:
    """The fields of one reading.

    Args:
        thing: The resource or set.
        fields: Dotted names.
        method: Name of the method, for messages.
        dates: Whether moments are returned as datetimes.

    Raises:
        TypeError: If a name is not a text, or ``dates`` is not a bool.
        InvalidCallError: If the document has no such field, and ``validate`` makes that an error.
    """

    def __init__(
        self, thing: Located[Any], fields: tuple[Any, ...], method: str, *, dates: bool = False
    ) -> None:
        for name in fields:
            if not isinstance(name, str):
                kind = type(name).__name__
                raise TypeError(f"{method}() takes field names, not {kind}: write {method}('id')")
        self._thing = thing
        self._fields: tuple[str, ...] = fields
        self._call = f"{method} of {thing.path}"
        self._unseen = set(self._fields)
        self._has_rows = False
        self._dates = checked_bool("dates", dates)
        self._is_checked = self._check()

    def of(self, row: Any) -> dict[str, Any]:
        """Return the fields of a row in a flat dictionary."""
        self._has_rows = True
        if self._unseen:
            self._unseen = {name for name in self._unseen if not _may_have(row, name)}
        values = flat(row, self._fields)
        return self._with_moments(values) if self._dates else values

    def _with_moments(self, values: dict[str, Any]) -> dict[str, Any]:
        from cnct.rows.moments import converted_picks  # noqa: PLC0415 - few programs need it

        return converted_picks(values, self._thing._client._moment_fields(self._thing.path))

    def of_resource(self, row: Any) -> dict[str, Any]:
        """Return the fields of a resource, and report unknown ones.

        Raises:
            ClientError: If the resource is not a JSON object.
        """
        if not is_record(row):
            raise ClientError(
                f"{self._call} needs a JSON object, but the response is {type(row).__name__}: "
                "use get()",
                method="GET",
                url=self._thing.url,
            )
        values = self.of(row)
        self.finish()
        return values

    def finish(self) -> None:
        """Report the fields that no row had, unless the document was at hand before."""
        client = self._thing._client
        is_off = client.use_specs and client._policy is None
        if is_off or self._is_checked or self._check() or not self._has_rows:
            return
        names = [name for name in self._fields if name in self._unseen]
        if names:
            listed = ", ".join(map(repr, names))
            message = f"{self._call}: no row has {listed}, so that each value is None"
            warnings.warn(clean(message), InvalidCallWarning, users_level())

    def _check(self) -> bool:
        """Check the fields against the document; return whether the document is at hand."""
        client = self._thing._client
        is_checked: bool = client._check_picks(self._thing.path, self._fields, self._call)
        return is_checked


def _may_have(row: Any, name: str) -> bool:
    """Return whether a row has a field, or something other than an object above it."""
    for part in name.split("."):
        if not is_record(row):
            return True
        if part not in row:
            return False
        row = row[part]
    return True
