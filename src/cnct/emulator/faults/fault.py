"""Selects the requests that have a fault. The effects are in `effects`."""

from __future__ import annotations

import ast
import math
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import KW_ONLY, dataclass, field
from fnmatch import fnmatchcase
from typing import Any, TypedDict, Unpack

from cnct.emulator.faults import effects
from cnct.emulator.faults.effects import Effect
from cnct.emulator.service.moves import Moves
from cnct.emulator.service.row_faults import MOVES, NEW_ROWS, PAGE_CAP


class When(TypedDict, total=False):
    """Conditions of a fault; see `Fault`."""

    method: str
    path: str
    after: int
    times: int
    probability: float


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure to inject, with conditions that select the requests.

    Made by the class methods, which take the conditions (`method` to `probability`) as keywords.

    Args:
        name: Name of the method that makes the fault.
        arguments: Arguments of that method, by name, without the conditions.
        effect: The middleware that makes requests fail.
        method: HTTP method of the requests; empty for all.
        path: Pattern of the paths, below the base and without the query: ``requests``,
            ``requests/*``, ``*/items``. A ``*`` stands for any text, slashes too.
        after: Number of matching requests to serve before the first failure.
        times: Largest number of requests that fail; 0 for no limit.
        probability: Share of the matching requests that fail, drawn from the emulator's seed.

    Raises:
        ValueError: If an argument is out of range.
    """

    name: str
    arguments: dict[str, Any]
    effect: Effect = field(compare=False)
    _: KW_ONLY
    method: str = ""
    path: str = "*"
    after: int = 0
    times: int = 0
    probability: float = 1.0

    def __post_init__(self) -> None:
        """Check the conditions."""
        for name in ("after", "times"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}")
        if not 0 < self.probability <= 1:
            raise ValueError(f"probability must be above 0 and at most 1, not {self.probability}")

    @classmethod
    def latency(cls, seconds: float, **when: Unpack[When]) -> Fault:
        """Delay responses."""
        if not seconds >= 0:  # NaN is refused, too
            raise ValueError(f"seconds must be 0 or more, not {seconds}")
        return cls("latency", {"seconds": seconds}, effects.latency(seconds), **when)

    @classmethod
    def status(
        cls,
        code: int,
        *,
        retry_after: float | str | None = None,
        done: bool = False,
        **when: Unpack[When],
    ) -> Fault:
        """Respond with an error such as 429, 500 or 503.

        Args:
            code: HTTP status, 400 to 599. 502, 503 and 504 come as HTML, as from gateways.
            retry_after: Value of ``Retry-After``: seconds, or an HTTP date.
            done: Whether to carry out the request before the error.
            when: Conditions; see `Fault`.
        """
        if not 400 <= code <= 599:  # noqa: PLR2004 - the errors of HTTP
            raise ValueError(f"code must be an error of HTTP, 400 to 599, not {code}")
        arguments = {"code": code, "retry_after": retry_after, "done": done}
        return cls("status", arguments, effects.status(code, retry_after, done=done), **when)

    @classmethod
    def drop_before(cls, **when: Unpack[When]) -> Fault:
        """Drop the connection before the request is carried out."""
        return cls("drop_before", {}, effects.drop(done=False), **when)

    @classmethod
    def drop_after(cls, **when: Unpack[When]) -> Fault:
        """Carry the request out, commit, and drop the connection without a response."""
        return cls("drop_after", {}, effects.drop(done=True), **when)

    @classmethod
    def truncate(cls, **when: Unpack[When]) -> Fault:
        """Send half of the body with the headers of the whole, and drop the connection."""
        return cls("truncate", {}, effects.truncate, **when)

    @classmethod
    def page_cap(cls, rows: int, **when: Unpack[When]) -> Fault:
        """Cut pages to a number of rows, whatever their limit, without an error."""
        return cls("page_cap", _rows(rows), effects.note({PAGE_CAP: rows}), **when)

    @classmethod
    def insert_rows(cls, rows: int = 1, **when: Unpack[When]) -> Fault:
        """Add copies of a list's first row before each page except the first.

        The copies have new ids and dates: if the newest rows come first, the rows already read move
            down, and the next page repeats some.
        """
        return cls("insert_rows", _rows(rows), effects.note({NEW_ROWS: rows}), **when)

    @classmethod
    def delete_rows(cls, rows: int = 1, **when: Unpack[When]) -> Fault:
        """Delete a list's first rows before each page except the first.

        The unread rows move up, and the next page skips some.
        """
        return cls("delete_rows", _rows(rows), effects.note({NEW_ROWS: -rows}), **when)

    @classmethod
    def moves(
        cls,
        front: float = 0,
        end: float = 0,
        delete: float = 0,
        *,
        seed: int = 1,
        **when: Unpack[When],
    ) -> Fault:
        """Insert rows into a list and delete rows before each page except the first.

        Front and end refer to the order of the request. New rows are copies of the first or last
        matching row, with ids next to the original's.

        Args:
            front: Rows to insert in front, for each page; 0.5 for one on every second page on
                average.
            end: Rows to insert at the end.
            delete: Rows to delete, anywhere.
            seed: Seed of the fractions, and of the rows to delete.
            when: Conditions; see `Fault`.
        """
        rates = {"front": front, "end": end, "delete": delete}
        for name, rate in rates.items():
            if not 0 <= rate < math.inf:  # NaN is refused, too
                raise ValueError(f"{name} must be 0 or more, not {rate}")
        chance = random.Random(seed)  # noqa: S311 - no secrets
        effect = effects.note({MOVES: Moves(front, end, delete, chance)})
        return cls("moves", {**rates, "seed": seed}, effect, **when)

    @classmethod
    def hook(cls, function: Callable[[], object], **when: Unpack[When]) -> Fault:
        """Call a function, in the server's thread, before a request is served."""
        return cls("hook", {"function": function}, effects.hook(function), **when)

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Parse a fault, the inverse of ``str``: ``status(503, retry_after=1, times=2)``.

        Raises:
            ValueError: If the text is not a fault.
        """
        name, arguments, keywords = _call(text)
        makers: dict[str, Callable[..., Fault]] = {n: getattr(cls, n) for n in _NAMES}
        if name not in makers:
            raise ValueError(f"{text!r} is no fault: write one of {', '.join(_NAMES)}")
        try:
            return makers[name](*arguments, **keywords)
        except TypeError as error:
            raise ValueError(f"{text!r} is no fault: {error}") from error

    def __str__(self) -> str:
        """Return the text of the fault for `parse`."""
        conditions = {
            "method": self.method or None,
            "path": self.path if self.path != "*" else None,
            "after": self.after or None,
            "times": self.times or None,
            "probability": self.probability if self.probability < 1 else None,
        }
        arguments = {**self.arguments, **conditions}
        texts = [f"{n}={v!r}" for n, v in arguments.items() if v is not None and v is not False]
        return f"{self.name}({', '.join(texts)})"

    def __repr__(self) -> str:
        """Return the call that makes the fault."""
        return f"Fault.{self}"

    def _matches(self, method: str, path: str) -> bool:
        """Return whether method and path match, without counts and probability."""
        return self.method.upper() in ("", method) and fnmatchcase(path, self.path)


_NAMES = (
    "latency",
    "status",
    "drop_before",
    "drop_after",
    "truncate",
    "page_cap",
    "insert_rows",
    "delete_rows",
    "moves",
)


@dataclass(slots=True)
class _Armed:
    """A fault in use, with the number of requests that matched and of those that failed."""

    fault: Fault
    chance: random.Random
    matched: int = 0
    failed: int = 0

    def strikes(self, method: str, path: str) -> bool:
        fault = self.fault
        if not fault._matches(method, path) or (fault.times and self.failed >= fault.times):
            return False
        self.matched += 1
        if self.matched <= fault.after or self.chance.random() >= fault.probability:
            return False
        self.failed += 1
        return True


class Faults:
    """The faults of a running emulator; may be changed at any time.

    Several faults of a request act together, the first one outermost. Each fault counts requests
    from its addition on.

    Args:
        faults: The faults at the start.
        seed: Seed of their probabilities; the same requests in the same order fail again.
    """

    def __init__(self, faults: Iterable[Fault] = (), seed: int = 1) -> None:
        self._seed = seed
        self._added = 0
        self._armed: tuple[_Armed, ...] = ()
        self.add(*faults)

    def add(self, *faults: Fault) -> None:
        """Add faults to those in use."""
        for fault in faults:
            self._added += 1
            chance = random.Random(f"{self._seed}/{self._added}")  # noqa: S311 - no secrets
            self._armed += (_Armed(fault, chance),)

    def clear(self) -> None:
        """Remove all faults, and restart the seed."""
        self._added = 0
        self._armed = ()

    def _strike(self, method: str, path: str) -> list[Fault]:
        """Return the faults of a request, and count the request."""
        return [armed.fault for armed in self._armed if armed.strikes(method, path)]

    def __iter__(self) -> Iterator[Fault]:
        """Iterate over the faults, used up or not."""
        return iter([armed.fault for armed in self._armed])

    def __len__(self) -> int:
        """Return the number of faults."""
        return len(self._armed)

    def __repr__(self) -> str:
        """Return the calls that make the faults."""
        return f"Faults({list(self)!r})"


def _rows(rows: int) -> dict[str, int]:
    if rows < 1:
        raise ValueError(f"rows must be 1 or more, not {rows}")
    return {"rows": rows}


def _call(text: str) -> tuple[str, list[Any], dict[str, Any]]:
    """Parse a Python call whose arguments are literals, or a bare name."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
        if isinstance(node, ast.Name):
            return node.id, [], {}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            keywords = {str(k.arg): ast.literal_eval(k.value) for k in node.keywords}
            return node.func.id, [ast.literal_eval(arg) for arg in node.args], keywords
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"{text!r} is no fault: {error}") from error
    return text, [], {}
