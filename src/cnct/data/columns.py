"""The columns of a collection: flat, typed and fixed before the first row is written. No I/O.

Nested objects become dotted columns. Values that have no column, or not the type of the column, go
to the last column, ``_extra``, as JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from cnct.data.column_types import ColumnType, schema_type
from cnct.data.flattener import Converter, Flattener
from cnct.data.observed_fields import ObservedFields
from cnct.data.split_schemas import split_schema
from cnct.exceptions import InvalidCallError
from cnct.openapi.shapes import Record, is_array, is_object
from cnct.text import clean, did_you_mean

if TYPE_CHECKING:
    from cnct.data.row_decoder import RowDecoder

EXTRA = "_extra"
"""Name of the last column."""

MAX_DEPTH = 8
"""Names in the path of a column; deeper objects are JSON, as in trees of events."""

MAX_COLUMNS = 2_000
"""Number of columns at which objects are not split further."""


class Column(NamedTuple):
    """A column.

    Attributes:
        name: Name as written: dotted, unless renamed.
        path: Names from the row to the value; empty for ``_extra``.
        type: Type of the values; every value may be null.
    """

    name: str
    path: tuple[str, ...]
    type: ColumnType


Choice: TypeAlias = Sequence[str] | Mapping[str, str]
"""Names of columns, or of objects, for all columns below; a mapping has the new names."""

_SHOWN = 5  # columns in a repr


class Columns:
    """The columns of a collection. Can be pickled.

    Args:
        columns: The columns without ``_extra``. A column whose name is taken is left out, so that
            its values go to ``_extra``.
        extra: Name of the last column.
        hidden: Columns that are known and not chosen. ``None`` also hides unknown fields, so that
            ``_extra`` has odd values of the chosen columns only.
        is_documented: Whether the columns are all that the document has.

    Attributes:
        columns: All columns, ``_extra`` last.
    """

    def __init__(
        self,
        columns: Iterable[Column],
        *,
        extra: str = EXTRA,
        hidden: Iterable[Column] | None = (),
        is_documented: bool = False,
    ) -> None:
        by_name = {extra: Column(extra, (), "json")}
        for column in columns:
            by_name.setdefault(column.name, column)
        last = by_name.pop(extra)
        self.columns: tuple[Column, ...] = (*by_name.values(), last)
        self._is_documented = is_documented
        self._hidden = None if hidden is None else tuple(column.path for column in hidden)
        self._flattener = self.flattener()

    def flattener(self, converters: Mapping[ColumnType, Converter] | None = None) -> Flattener:
        """Return the function behind `values`, with other values for some types.

        Args:
            converters: Functions that return a cell for a JSON value, or ``ODD``, by type.
        """
        fields: list[tuple[tuple[str, ...], ColumnType]] = [
            (column.path, column.type) for column in self.columns[:-1]
        ]
        return Flattener(fields, self._hidden, converters)

    def decoder(self, converters: Mapping[ColumnType, Converter] | None = None) -> RowDecoder:
        """Return a function that does the same for the JSON of a row, three times as fast.

        Args:
            converters: As for `flattener`.
        """
        from cnct.data.row_decoder import RowDecoder  # noqa: PLC0415 - not for pickled columns

        return RowDecoder(self.flattener(converters))

    @classmethod
    def documented(cls, schema: Any, resolve: Callable[[Any], Record]) -> Columns | None:
        """Return the columns of a response schema; ``None`` if the schema has no properties.

        Args:
            schema: Schema of a row, as `RowSchemas.row` returns.
            resolve: Follows references, as `RowSchemas.resolved`.
        """
        properties = split_schema(schema, resolve, MAX_DEPTH, MAX_COLUMNS)
        columns = [Column(".".join(path), path, schema_type(below)) for path, below in properties]
        return cls(columns, is_documented=True) if columns else None

    @classmethod
    def observed(cls, rows: Iterable[Any]) -> Columns:
        """Return the columns of decoded rows, where there is no document.

        A column has the type of the values. A type of less than a twentieth of them is odd; values
        of several more frequent types make a JSON column.
        """
        fields = ObservedFields(MAX_DEPTH)
        for row in rows:
            fields.add(row)
        types = fields.types()[:MAX_COLUMNS]
        return cls(Column(".".join(path), path, type_) for path, type_ in types)

    def without(self, fields: Iterable[str]) -> Columns:
        """Return the columns without some fields or objects; a value all the same is unknown."""
        prefixes = tuple(f"{field}." for field in fields)
        columns = [
            column for column in self.columns[:-1] if not f"{column.name}.".startswith(prefixes)
        ]
        return Columns(columns, is_documented=self._is_documented)

    def chosen(self, choice: Choice | None) -> Columns:
        """Return some of the columns in another order, and with other names.

        ``_extra`` is always there, and always the last one. It has odd values of the chosen columns
        and, only if chosen by name, fields without a column.

        Args:
            choice: Names of columns, or of objects for all columns below; a mapping from these to
                new names renames. ``None`` chooses all.

        Raises:
            InvalidCallError: If the document has no such column, or a name comes twice.
            TypeError: If the names are no strings.
        """
        if choice is None:
            return self
        names = _checked_names(choice)
        columns = [column for name in names for column in self._below(name, names[name])]
        extra = names.get(self.columns[-1].name, EXTRA)
        _check_twice(column.name for column in (*columns, Column(extra, (), "json")))
        _check_twice(_overlaps(columns))
        hidden = self.columns[:-1] if self.columns[-1].name in names else None
        return Columns(columns, extra=extra, hidden=hidden, is_documented=self._is_documented)

    def _below(self, name: str, new_name: str) -> list[Column]:
        """Return the renamed columns of a name: the column itself, or those of an object."""
        *columns, extra = self.columns
        if name == extra.name:
            return []
        chosen = [
            column._replace(name=new_name + column.name[len(name) :])
            for column in columns
            if column.name == name or column.name.startswith(f"{name}.")
        ]
        if chosen:
            return chosen
        whole = next((c.name for c in columns if name.startswith(f"{c.name}.")), None)
        if whole is not None:
            raise InvalidCallError(f"{name!r} is inside the JSON of column {whole!r}: choose that")
        if self._is_documented:
            names = {column.name for column in self.columns}
            raise InvalidCallError(f"There is no column {name!r}.{did_you_mean(name, names)}")
        # Without a document, the field may be missing in the rows that were observed.
        return [Column(new_name, tuple(name.split(".")), "json")]

    def values(self, row: Any, odd: dict[str, int] | None = None) -> list[Any]:
        """Return the values of a row, one for each column; ``None`` where there is none.

        Args:
            row: A decoded row, see `cnct.data.json_rows.decoded_row`.
            odd: Counts the values in ``_extra``, by dotted field.

        Returns:
            Values of the types of the columns; see `cnct.data.column_types.ColumnType`. The last
                one is an object with the values that have no column or another type, nested as in
                the row, as JSON; ``None`` if there is no such value.
        """
        return self._flattener(row, odd)

    def __repr__(self) -> str:
        """Return the number of columns and the names of the first ones."""
        names = ", ".join(column.name for column in self.columns[:_SHOWN])
        more = ", ..." if len(self.columns) > _SHOWN else ""
        return clean(f"<Columns {len(self.columns)}: {names}{more}>")


def _checked_names(choice: Any) -> dict[str, str]:
    """Return new names by name."""
    if is_object(choice):
        names: dict[Any, Any] = dict(choice)
    elif is_array(choice):
        _check_twice(choice)
        names = {name: name for name in choice}
    else:
        raise TypeError(
            "columns must be a list of names, or a dictionary from names to new names, not"
            f" {type(choice).__name__}"
        )
    for name in (*names.keys(), *names.values()):
        if not isinstance(name, str) or not name:
            raise TypeError(f"The name of a column must be a text, not {name!r}")
    if not names:
        raise ValueError("columns is empty: leave it out for all columns")
    return names


def _check_twice(names: Iterable[Any]) -> None:
    names = [*names]
    for name in names:
        if names.count(name) > 1:
            raise InvalidCallError(
                f"Column {name!r} comes twice: choose each field once, under a name of its own"
            )


def _overlaps(columns: Sequence[Column]) -> list[str]:
    """Return the names of the fields, and again those inside another chosen one."""
    paths = [column.path for column in columns]
    inside = [path for path in paths if any(path[:end] in paths for end in range(1, len(path)))]
    return [".".join(path) for path in (*paths, *inside)]
