"""Decides when a wait for a resource ends, and the pause between two reads. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from enum import Enum
from math import inf
from typing import Any, TypeAlias, TypeGuard

from cnct.client._core.arguments import checked_seconds
from cnct.client._core.messages import Flow, Pause, Request, Response
from cnct.client._core.responses import value_of
from cnct.client.work.pauses import growing_pause
from cnct.client.work.row_values import values_at
from cnct.exceptions import WaitError, WaitFailed, WaitTimeout
from cnct.rql.conditions import keyword_parts

Condition: TypeAlias = Callable[[Any], object]
"""A function of the row, whose result counts as true or false."""

_LONGEST = 60.0  # seconds, unless the interval is longer


class _FieldIn:
    """The condition that a field has one of several values, or contains one if it is a list."""

    def __init__(self, field: str, values: tuple[Any, ...]) -> None:
        self.field = field
        self.values = values

    def __call__(self, row: Any) -> bool:
        return any(value in self.values for value in values_at(row, self.field) or [None])

    def __str__(self) -> str:
        values = self.values
        return f"{self.field}={values[0]!r}" if len(values) == 1 else f"{self.field} in {values}"


class Wait:
    """A wait for a condition, with the arguments of ``Resource.wait_until``.

    Args:
        condition: A function of the row, or ``None``.
        fields: Values by keyword, as in ``filter``.
        fail: Values of the one field, or a function of the row, that end the wait with an error.
        timeout: Seconds; ``None`` for no limit.
        interval: Seconds of the first pause.

    Raises:
        TypeError: If an argument is of the wrong type, or there is no condition.
        ValueError: If an argument has an invalid value.
        RQLError: If a keyword is not a field.
    """

    def __init__(
        self,
        condition: Condition | None,
        fields: Mapping[str, Any],
        fail: Any,
        timeout: float | None,
        interval: float,
    ) -> None:
        self._fields = [_field_in(keyword, value) for keyword, value in fields.items()]
        self._conditions: list[Condition] = []
        self._conditions += self._fields
        if condition is not None:
            self._conditions.append(_checked_function("condition", condition))
        if not self._conditions:
            raise TypeError(
                "wait_until() has no condition: "
                "write a field, as in status='approved', or a function of the row"
            )
        self._failure = self._failure_of(fail)
        self._timeout = inf if timeout is None else checked_seconds("timeout", timeout)
        self._interval = checked_seconds("interval", interval)
        if not 0 < self._interval < inf:
            raise ValueError(f"interval must be above 0 seconds and finite, not {interval}")

    def _failure_of(self, fail: Any) -> Condition | None:
        if fail is None or callable(fail):
            return fail and _checked_function("fail", fail)
        values = _checked_values("fail", fail)
        if not values:
            return None
        if len(self._conditions) != 1 or not self._fields:
            raise ValueError(
                "fail must be a function of the row, unless the condition is one field"
            )
        target = self._fields[0]
        both = [value for value in values if value in target.values]
        if both:
            raise ValueError(f"fail must not have {both[0]!r}, which ends the wait for {target}")
        return _FieldIn(target.field, values)

    def flow(
        self,
        requests: Iterator[Request],
        exchange: Callable[[Request], Flow[Response]],
        now: Callable[[], float],
    ) -> Flow[Any]:
        """Read the resource until the condition is met, and return the row.

        Skipped pauses count too, so that a wait also ends under mocks.

        Args:
            requests: A request for each read, without end.
            exchange: The flow that sends one request and retries it.
            now: Returns the time in seconds.

        Raises:
            WaitTimeout: If the time is up.
            WaitFailed: If the resource has failed.
            ClientError: If a read fails.
        """
        start, paused, is_last = now(), 0.0, False
        number = 0
        while True:
            request = next(requests)
            row = value_of(request, (yield from exchange(request)))
            if all(condition(row) for condition in self._conditions):
                return row
            if self._failure is not None and self._failure(row):
                text = f"Waited for {self._goal}, and it failed"
                raise self._error(WaitFailed, text, row, request)
            left = self._timeout - max(now() - start, paused)
            if is_last or left <= 0:
                text = f"Waited {self._timeout:g} s for {self._goal}"
                raise self._error(WaitTimeout, text, row, request)
            pause = growing_pause(self._interval, number, max(self._interval, _LONGEST))
            number += 1
            is_last = pause >= left
            pause = min(pause, left)
            paused += pause
            state = f"GET {request.shown_url}: {self._state(row)}"
            yield Pause(pause, f"{state}, next read in {pause:.1f} s")

    @property
    def _goal(self) -> str:
        return " and ".join(map(_name, self._conditions))

    def _state(self, row: Any) -> str:
        """Return the values of the fields, for messages."""
        states = [_state(row, condition.field) for condition in self._fields]
        return ", ".join(states) or "the condition is not met"

    def _error(self, kind: type[WaitError], text: str, row: Any, request: Request) -> WaitError:
        text = request.masked(f"{text}: {self._state(row)}")
        return kind(text, method=request.method, url=request.shown_url, row=row)


def _state(row: Any, field: str) -> str:
    values = values_at(row, field)
    if not values:
        return f"the resource has no {field}"
    return f"{field} is {', '.join(f'{value!r:.60}' for value in values[:3])}"


def _name(condition: Condition) -> str:
    is_field = isinstance(condition, _FieldIn)
    return str(condition) if is_field else getattr(condition, "__qualname__", repr(condition))


def _field_in(keyword: str, value: Any) -> _FieldIn:
    _, op, field = keyword_parts(keyword)
    if op not in ("eq", "in", "oneof"):
        raise ValueError(
            f"{keyword} cannot be waited for, since wait_until() compares values: "
            f"write {keyword.removesuffix(f'__{op}')}=value, or a function of the row"
        )
    values = _checked_values(keyword, value)
    if not values:
        raise ValueError(f"{keyword} must have a value to wait for")
    return _FieldIn(field, values)


def _checked_values(name: str, value: Any) -> tuple[Any, ...]:
    values = value if _is_several(value) else (value,)
    return tuple(_checked_value(name, item) for item in values)


def _is_several(value: Any) -> TypeGuard[Collection[Any]]:
    return isinstance(value, list | tuple | set | frozenset)


def _checked_value(name: str, value: Any) -> Any:
    plain = value.value if isinstance(value, Enum) else value
    if plain is not None and not isinstance(plain, str | int | float):
        raise TypeError(
            f"{name} must be a value of JSON, such as a str, or several in a list, "
            f"not {type(value).__name__}: write a function of the row for anything else"
        )
    return plain


def _checked_function(name: str, function: Any) -> Condition:
    from inspect import iscoroutinefunction  # noqa: PLC0415 - takes a while to import

    if not callable(function):
        raise TypeError(
            f"{name} must be a function of the row, not {type(function).__name__}: "
            "write a field as a keyword, as in status='approved'"
        )
    if iscoroutinefunction(function):
        raise TypeError(f"{name} must be a plain function of the row, not a coroutine function")
    result: Condition = function
    return result
