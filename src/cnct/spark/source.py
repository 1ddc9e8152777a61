"""Builds the data source: classes that derive from pyspark's, and call `reading` and `streaming`.

Spark pickles the classes, and unpickles them in workers. They are made at run time, so that they
are pickled with their code: a worker without this package can load them, and explain itself.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

FORMAT = "connect"
"""Name of the format."""


def data_source(engine: Any) -> type:
    """Return the class of the data source.

    Args:
        engine: The module ``pyspark.sql.datasource``.
    """
    imported = _importer()
    batch_reader = _batch_reader(engine, imported)
    pushing_reader = _pushing_reader(batch_reader, imported)
    stream_reader = _stream_reader(engine, imported)

    def name(_: type) -> str:
        return FORMAT

    def plain_layout(self: Any) -> Any:
        # Spark pickles the source after it asked for the schema, so the document is read once.
        if "_plain_layout" not in vars(self):
            self._plain_layout = imported("cnct.spark.reading").layout(dict(self.options))
        return self._plain_layout

    def schema(self: Any) -> Any:
        layout = imported("cnct.spark.layout").Layout.from_plain(self.plain_layout())
        if "pysail" in sys.modules:
            # Sail reads the timestamps of DDL as times without a zone; Spark takes no Arrow.
            return layout.arrow_schema(imported("pyarrow"))
        return layout.ddl

    def requested(self: Any, schema: Any) -> Any:
        layout = imported("cnct.spark.layout").Layout.from_plain(self.plain_layout())
        return layout.requested(schema).plain

    def reader(self: Any, schema: Any) -> Any:
        options = dict(self.options)
        # Spark keeps a DataFrame's filters for its later queries that push none, and loses rows.
        pushes = "pysail" in sys.modules or options.get("pushdown") == "true"
        return (pushing_reader if pushes else batch_reader)(options, self.requested(schema))

    def stream_reader_of(self: Any, schema: Any) -> Any:
        return stream_reader(dict(self.options), self.requested(schema))

    return type(
        "ConnectDataSource",
        (engine.DataSource,),
        {
            "name": classmethod(name),
            "plain_layout": plain_layout,
            "schema": schema,
            "requested": requested,
            "reader": reader,
            "streamReader": stream_reader_of,
        },
    )


def _batch_reader(engine: Any, imported: Callable[[str], Any]) -> type:
    """Return the class that plans and reads a batch."""
    partition_class = engine.InputPartition

    def initialize(self: Any, options: dict[str, str], layout: Any) -> None:
        self.options = options
        self.layout = layout
        self.where = ""

    def partitions(self: Any) -> list[Any]:
        reading = imported("cnct.spark.reading")
        parts = reading.partitions(self.options, self.layout, self.where)
        return [partition_class(part) for part in parts or [None]]

    def read(self: Any, partition: Any) -> Iterator[Any]:
        reading = imported("cnct.spark.reading")
        batches: Iterator[Any] = reading.batches(self.options, self.layout, partition.value)
        return batches

    return type(
        "ConnectReader",
        (engine.DataSourceReader,),
        {
            "__init__": initialize,
            "partitions": partitions,
            "read": read,
        },
    )


def _pushing_reader(batch_reader: type, imported: Callable[[str], Any]) -> type:
    """Return the class that reads a batch with filters of the engine."""

    def push_filters(self: Any, filters: Iterable[Any]) -> Iterator[Any]:
        """Push filters, and return all of them: Spark applies them again, see `pushdown`."""
        filters = list(filters)
        pushable = filters
        if "pysail" in sys.modules:  # which passes NOT LIKE and ILIKE as if they were LIKE
            pushable = [
                filter_ for filter_ in filters if not type(filter_).__name__.startswith("String")
            ]
        self.where = imported("cnct.spark.reading").condition(self.options, self.layout, pushable)
        return iter(filters)

    return type("ConnectPushingReader", (batch_reader,), {"pushFilters": push_filters})


def _stream_reader(engine: Any, imported: Callable[[str], Any]) -> type:
    """Return the class that plans and reads the batches of a stream."""
    partition_class = engine.InputPartition

    def initialize(self: Any, options: dict[str, str], layout: Any) -> None:
        self.options = options
        self.layout = layout
        self.last = None

    def initial_offset(self: Any) -> Any:
        return imported("cnct.spark.streaming").first_offset(self.options)

    def latest_offset(self: Any, start: Any = None, limit: Any = None) -> Any:  # noqa: ARG001 - Spark 4.2 passes both
        streaming = imported("cnct.spark.streaming")
        self.last = streaming.latest_offset(self.options, start or self.last)
        return self.last

    def partitions(self: Any, start: Any, end: Any) -> list[Any]:
        streaming = imported("cnct.spark.streaming")
        parts = streaming.stream_partitions(self.options, self.layout, start, end)
        return [partition_class(part) for part in parts]

    def read(self: Any, partition: Any) -> Iterator[Any]:
        reading = imported("cnct.spark.reading")
        batches: Iterator[Any] = reading.batches(self.options, self.layout, partition.value)
        return batches

    return type(
        "ConnectStreamReader",
        (engine.DataSourceStreamReader,),
        {
            "__init__": initialize,
            "initialOffset": initial_offset,
            "latestOffset": latest_offset,
            "partitions": partitions,
            "read": read,
        },
    )


def _importer() -> Callable[[str], Any]:
    """Return a function that imports a module in the process of a worker, or explains itself.

    A closure, which is pickled with its code; a function of the module would be imported.
    """

    def imported(name: str) -> Any:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            raise ImportError(
                f"The Python of this Spark worker, {sys.executable}, has no module {error.name!r}."
                " Workers run the interpreter that PYSPARK_PYTHON names, or else python3 of their"
                " PATH, not the one of your program: set PYSPARK_PYTHON, or spark.pyspark.python,"
                " to an interpreter with pyspark, pyarrow and cnct, before the session starts"
            ) from None

    return imported
