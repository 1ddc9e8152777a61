"""Faults: which calls something goes wrong with, and when. What goes wrong is in ``effects``."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import KW_ONLY, dataclass, field
from fnmatch import fnmatchcase
from typing import Any, TypedDict, Unpack

from cnct.emulator.faults import effects
from cnct.emulator.faults.effects import Effect


class When(TypedDict, total=False):
    """Which calls a fault meets; see :class:`Fault`."""

    method: str
    path: str
    after: int
    times: int
    probability: float


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong with the calls it meets. Made by the methods below.

    Args:
        name: Which fault, as the method that makes it is called.
        arguments: Its own arguments, by name.
        effect: What it does.
        method: HTTP method of the calls it meets; all if empty.
        path: Pattern of the paths it meets, below the base and without the query: ``requests``,
            ``requests/*``, ``*/items``. A ``*`` stands for any text, slashes too.
        after: How many of those calls are let through first.
        times: How many calls it meets at most; 0 for no end.
        probability: With which it meets a call, drawn from the emulator's seed.

    Raises:
        ValueError: If an argument makes no sense.
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
        """Refuse what makes no sense."""
        for name in ("after", "times"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}")
        if not 0 < self.probability <= 1:
            raise ValueError(f"probability must be above 0 and at most 1, not {self.probability}")

    @classmethod
    def latency(cls, seconds: float, **when: Unpack[When]) -> Fault:
        """Make every answer wait."""
        if not seconds >= 0:  # NaN neither
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
        """Answer an error such as 429, 500 or 503.

        Args:
            code: HTTP status, 400 to 599. 502, 503 and 504 answer HTML, as gateways do.
            retry_after: ``Retry-After``: seconds, or an HTTP date.
            done: Whether what was asked is done all the same.
            when: Which calls it meets; see :class:`Fault`.
        """
        if not 400 <= code <= 599:  # noqa: PLR2004 - the errors of HTTP
            raise ValueError(f"code must be an error of HTTP, 400 to 599, not {code}")
        arguments = {"code": code, "retry_after": retry_after, "done": done}
        return cls("status", arguments, effects.status(code, retry_after, done=done), **when)

    @classmethod
    def drop_before(cls, **when: Unpack[When]) -> Fault:
        """Drop the connection; nothing was done."""
        return cls("drop_before", {}, effects.drop(done=False), **when)

    @classmethod
    def drop_after(cls, **when: Unpack[When]) -> Fault:
        """Drop the connection once all was done and committed, without an answer."""
        return cls("drop_after", {}, effects.drop(done=True), **when)

    @classmethod
    def truncate(cls, **when: Unpack[When]) -> Fault:
        """Cut the body in half and drop the connection; ``Content-Length`` tells of all of it."""
        return cls("truncate", {}, effects.truncate, **when)

    @classmethod
    def page_cap(cls, rows: int, **when: Unpack[When]) -> Fault:
        """Give no page more rows than this, whatever limit is asked, without a word."""
        return cls("page_cap", _rows(rows), effects.note({effects.PAGE_CAP: rows}), **when)

    @classmethod
    def insert_rows(cls, rows: int = 1, **when: Unpack[When]) -> Fault:
        """Add copies of the list's first row before each page but the first is read.

        They have ids and dates of their own: where the newest are listed first, what was read
        moves down, and the next page repeats rows.
        """
        return cls("insert_rows", _rows(rows), effects.note({effects.NEW_ROWS: rows}), **when)

    @classmethod
    def delete_rows(cls, rows: int = 1, **when: Unpack[When]) -> Fault:
        """Delete the list's first rows before each page but the first is read.

        What was not read moves up, so that the next page leaves rows out.
        """
        return cls("delete_rows", _rows(rows), effects.note({effects.NEW_ROWS: -rows}), **when)

    @classmethod
    def hook(cls, function: Callable[[], object], **when: Unpack[When]) -> Fault:
        """Call a function, in the server's thread, before a call is answered."""
        return cls("hook", {"function": function}, effects.hook(function), **when)

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read a fault as :func:`str` writes it: ``status(503, retry_after=1, times=2)``.

        Raises:
            ValueError: If it is none.
        """
        name, arguments, named = _call(text)
        makers: dict[str, Callable[..., Fault]] = {n: getattr(cls, n) for n in _NAMES}
        if name not in makers:
            raise ValueError(f"{text!r} is no fault; there are {', '.join(_NAMES)}")
        try:
            return makers[name](*arguments, **named)
        except TypeError as error:
            raise ValueError(f"{text!r} is no fault: {error}") from error

    def __str__(self) -> str:
        """Write it as :meth:`parse` reads it."""
        conditions = {
            "method": self.method or None,
            "path": self.path if self.path != "*" else None,
            "after": self.after or None,
            "times": self.times or None,
            "probability": self.probability if self.probability < 1 else None,
        }
        given = {**self.arguments, **conditions}
        shown = [f"{n}={v!r}" for n, v in given.items() if v is not None and v is not False]
        return f"{self.name}({', '.join(shown)})"

    def __repr__(self) -> str:
        """Write it as the call that makes it."""
        return f"Fault.{self}"

    def meets(self, method: str, path: str) -> bool:
        """Tell whether it is about such calls, counts and chance aside."""
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
)


@dataclass(slots=True)
class _Armed:
    """A fault in use, with what it has met."""

    fault: Fault
    chance: random.Random
    seen: int = 0
    met: int = 0

    def strikes(self, method: str, path: str) -> bool:
        fault = self.fault
        if not fault.meets(method, path) or (fault.times and self.met >= fault.times):
            return False
        self.seen += 1
        if self.seen <= fault.after or self.chance.random() >= fault.probability:
            return False
        self.met += 1
        return True


class Faults:
    """The faults of a running emulator, to change at any time.

    Several that meet the same call act together, the first one outermost. Each counts its calls
    and draws its chances from when it was added.

    Args:
        faults: Those at the start.
        seed: What their chances depend on, beside the order of the calls.
    """

    def __init__(self, faults: Iterable[Fault] = (), seed: int = 1) -> None:
        """Add the first ones."""
        self._seed = seed
        self._added = 0
        self._armed: tuple[_Armed, ...] = ()
        self.add(*faults)

    def add(self, *faults: Fault) -> None:
        """Let these go wrong too."""
        for fault in faults:
            self._added += 1
            chance = random.Random(f"{self._seed}/{self._added}")  # noqa: S311 - no secrets
            self._armed += (_Armed(fault, chance),)

    def clear(self) -> None:
        """Let nothing go wrong any more; what is added then begins anew."""
        self._added = 0
        self._armed = ()

    def strike(self, method: str, path: str) -> list[Fault]:
        """Return the faults that meet a call, and count it."""
        return [armed.fault for armed in self._armed if armed.strikes(method, path)]

    def __iter__(self) -> Iterator[Fault]:
        """List the faults, used up or not."""
        return iter([armed.fault for armed in self._armed])

    def __len__(self) -> int:
        """Count them."""
        return len(self._armed)

    def __repr__(self) -> str:
        """Show them as the calls that make them."""
        return f"Faults({list(self)!r})"


def _rows(rows: int) -> dict[str, int]:
    if rows < 1:
        raise ValueError(f"rows must be 1 or more, not {rows}")
    return {"rows": rows}


def _call(text: str) -> tuple[str, list[Any], dict[str, Any]]:
    """Read a call of Python whose arguments are literals, or a name alone."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
        if isinstance(node, ast.Name):
            return node.id, [], {}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            named = {str(k.arg): ast.literal_eval(k.value) for k in node.keywords}
            return node.func.id, [ast.literal_eval(arg) for arg in node.args], named
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"{text!r} is no fault: {error}") from error
    return text, [], {}
