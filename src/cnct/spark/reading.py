"""Plans and reads a collection for Spark: columns, pushed filters, partitions, record batches.

Knows no classes of Spark. Every function opens a client of its own, since Spark calls them in
different processes.
"""

from __future__ import annotations

import importlib
import logging
import pickle
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cnct.client.fluent import ConnectClient
from cnct.client.models.names import check_name
from cnct.client.work.partition import Partition
from cnct.data.collection_columns import collection_columns
from cnct.data.columns import Columns
from cnct.exceptions import NotScannableError
from cnct.openapi.fields import FilterField, selectable
from cnct.rql import R
from cnct.spark.layout import Layout, PlainLayout
from cnct.spark.pushdown import pushed
from cnct.spark.read_options import PARTITION, ReadOptions, read_options

if TYPE_CHECKING:
    from cnct.client.models.resourceset import ResourceSet
    from cnct.openapi import OpenAPISpecs

_OBSERVED = 1000  # rows that decide about the columns where there is no document
_log = logging.getLogger("cnct.spark")


def connect(options: ReadOptions, *, use_specs: bool = True) -> ConnectClient:
    """Return a client with the key of the environment or a profile of this process.

    Raises:
        SettingsError: If there is no key for the endpoint.
    """
    return ConnectClient(
        endpoint=options.endpoint,
        profile=options.profile,
        specs_location=options.specs_location,
        use_specs=use_specs,
        default_limit=options.limit,
    )


def document(client: ConnectClient) -> OpenAPISpecs | None:
    """Return the client's OpenAPI document, loaded; ``None`` if there is none."""
    specs = client.specs
    return specs if specs and client._available(specs) else None


def rows_of(client: ConnectClient, options: ReadOptions) -> ResourceSet:
    """Return the set that the options describe.

    Raises:
        UnknownNameError: If the document has no such collection.
        RQLError: If ``filter`` is no RQL.
    """
    specs = document(client)
    if specs and specs.kind(options.path) != "collection":
        check_name(client, specs, options.path, "collection")
    rows = client._collection_at(options.path).all().select(*options.select)
    rows = rows.filter(options.filter_text) if options.filter_text else rows
    return rows if options.search is None else rows.search(options.search)


def layout(options: Mapping[str, str]) -> PlainLayout:
    """Return all columns of the collection, as plain tuples."""
    settings = read_options(options)
    with connect(settings) as client:
        rows = rows_of(client, settings)
        columns = collection_columns(document(client), settings.path)
        if columns is None:
            return Layout.of(Columns.observed(rows[:_OBSERVED])).plain
        absent = _absent(documented_fields(client, settings), settings.select)
        return Layout.of(columns).without(absent).plain


def _absent(fields: Mapping[str, FilterField], select: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield the paths of hidden fields that are not selected, and of fields that are removed."""
    names = [*select]
    for name, field in fields.items():
        if field.hidden and not any(_overlap(name, chosen) for chosen in names):
            yield tuple(name.split("."))
    for name in names:
        if name.startswith("-"):
            yield tuple(name[1:].split("."))


def _overlap(name: str, other: str) -> bool:
    """Return whether a field is the other one, or one of them is inside the other."""
    return f"{name}.".startswith(f"{other}.") or f"{other}.".startswith(f"{name}.")


def documented_fields(client: ConnectClient, options: ReadOptions) -> Mapping[str, FilterField]:
    """Return the fields by which the collection can be filtered; none without a document."""
    specs = document(client)
    operation = specs.operation("GET", options.path) if specs else None
    return operation.fields if operation else {}


def condition(options: Mapping[str, str], plain: PlainLayout, filters: Iterable[Any]) -> str:
    """Return the filters of Spark that are pushed, as RQL; empty text for none."""
    settings = read_options(options)
    with connect(settings) as client:
        fields = documented_fields(client, settings)
        return str(pushed(filters, Layout.from_plain(plain), fields))


def partitions(options: Mapping[str, str], plain: PlainLayout, where: str) -> list[bytes]:
    """Return the partitions, pickled: a worker without this package can hold them.

    Args:
        options: Options of the read.
        plain: The columns to read.
        where: RQL of the pushed filters.
    """
    settings = read_options(options)
    with connect(settings) as client:
        return plan(client, settings, plain, R.parse(where) if where else R())


def plan(
    client: ConnectClient, options: ReadOptions, plain: PlainLayout, where: R | None = None
) -> list[bytes]:
    """Return the partitions of the rows that also match a filter, pickled."""
    rows = rows_of(client, options)
    rows = rows.filter(where) if where else rows
    removed = _unneeded(Layout.from_plain(plain), documented_fields(client, options), options)
    parts = _cut(rows.select(*removed), options)
    _log.info("Reading %s?%s in %d partitions", options.path, rows._query.text, len(parts))
    return [pickle.dumps(part) for part in parts]


def _unneeded(
    columns: Layout, fields: Mapping[str, FilterField], options: ReadOptions
) -> list[str]:
    """Return the arguments of ``select()`` that remove fields without a column.

    None if there is ``_extra``, which has the fields that no column has. The id identifies rows.
    """
    if any(not column.path for column in columns.columns):
        return []
    needed = {column.path[0] for column in columns.columns} | {"id"}
    chosen = {name.lstrip("-").split(".")[0] for name in options.select}
    candidates = {name for name in selectable(fields) if "." not in name}
    hidden = {name.split(".")[0] for name, field in fields.items() if field.hidden}
    return [f"-{name}" for name in sorted(candidates - needed - chosen - hidden)]


def _cut(rows: ResourceSet, options: ReadOptions) -> list[Partition]:
    """Return disjoint partitions that together are the set; one if the set cannot be cut.

    Raises:
        NotScannableError: If an option says how to cut the set, and that is impossible.
    """
    number = options.partitions
    most = None if number else options.most or PARTITION
    try:
        return rows.partitions(number, most=most, by=options.by)
    except NotScannableError as error:
        if options.is_cut_as_wanted:
            raise
        _log.info("Reading %s in one partition: %s", options.path, error)
        return [Partition(options.path, rows._query, rows.count())]


def batches(options: Mapping[str, str], plain: PlainLayout, part: bytes | None) -> Iterator[Any]:
    """Yield the rows of a partition as record batches of pyarrow, one for each page.

    Args:
        options: Options of the read.
        plain: The columns.
        part: A partition of `partitions`; ``None`` for no rows.
    """
    if part is None:
        return
    pyarrow: Any = importlib.import_module("pyarrow")
    columns = Layout.from_plain(plain)
    decode = columns.decoder()
    partition: Partition = pickle.loads(part)  # noqa: S301 - pickled by `partitions`
    with connect(read_options(options), use_specs=False) as client:
        rows: Any = partition.read(client)._raw()  # which keep the digits of decimals
        for page in rows.pages():
            yield columns.batch((decode(row.raw) for row in page), pyarrow)
