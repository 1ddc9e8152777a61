"""The plan of an export in several files, as JSON: the part in each file, and the progress.

Opens no file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cnct.data.columns import Column, Columns
from cnct.exceptions import JournalError
from cnct.openapi.shapes import Record, as_list

_FORMAT = 1


class Part(NamedTuple):
    """A part of a set, and the name of the file.

    Attributes:
        file: Name of the file in the directory.
        filter: RQL of the rows, with the filter of the set.
        expected: Number of rows when the set was cut.
        rows: Number of rows in the file; ``None`` until the file is complete.
        sha256: Hash of the file, in hexadecimal.
        extra: Number of values in ``_extra``, by dotted field.
    """

    file: str
    filter: str
    expected: int
    rows: int | None = None
    sha256: str = ""
    extra: Mapping[str, int] = {}


class PartPlan(NamedTuple):
    """The parts of an export.

    Attributes:
        export: Endpoint, path and query of the set, document, format, options and so on.
        columns: Columns without a choice, where there is no document.
        parts: The parts, in order.
    """

    export: Record
    columns: Columns | None
    parts: tuple[Part, ...]

    def text(self) -> str:
        """Return the plan as JSON; equal plans are equal texts."""
        columns = None
        if self.columns is not None:
            columns = [
                {"name": column.name, "path": column.path, "type": column.type}
                for column in self.columns.columns[:-1]
            ]
        plan = {
            "format": _FORMAT,
            **self.export,
            "observed": columns,
            "files": [part._asdict() for part in self.parts],
        }
        return json.dumps(plan, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, text: str) -> PartPlan:
        """Return the plan of a text.

        Raises:
            JournalError: If the plan is damaged, or of another version of this library.
        """
        try:
            plan: Any = json.loads(text)
            number = plan.pop("format")
            observed = plan.pop("observed")
            parts = tuple(Part(**part) for part in plan.pop("files"))
            columns = None if observed is None else _columns(observed)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise JournalError("The manifest is damaged") from error
        if number != _FORMAT:
            raise JournalError(f"The manifest has format {number!r}, not {_FORMAT}")
        return cls(plan, columns, parts)

    def differences(self, export: Record) -> list[str]:
        """Return the differences to another export, in words."""
        names = dict.fromkeys([*export, *self.export])
        return [
            f"{name} {self.export.get(name)!r} instead of {export.get(name)!r}"
            for name in names
            if self.export.get(name) != export.get(name)
        ]

    def completed(self, index: int, part: Part) -> PartPlan:
        """Return the plan with another state of a part."""
        return self._replace(parts=(*self.parts[:index], part, *self.parts[index + 1 :]))


def plain_json(value: Any) -> Any:
    """Return a value as it comes back from JSON: tuples become lists."""
    return json.loads(json.dumps(value))


def _columns(observed: Sequence[Record]) -> Columns:
    return Columns(
        Column(column["name"], tuple(as_list(column["path"])), column["type"])
        for column in observed
    )
