"""Plans jobs over items: ids, rows, payloads and operations. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sized
from functools import partial
from typing import Any, Unpack

from cnct.client.work.job import Task
from cnct.client.work.operations import Operation, checked_operation
from cnct.client.work.outcomes import Id
from cnct.client.work.runs import Plan
from cnct.client.work.settings import Options, Settings, checked_function, identify_item


def each_plan(
    endpoint: str,
    items: Any,
    function: Callable[[Any], Any],
    read: Callable[..., Any],
    *,
    is_async: bool,
    **options: Unpack[Options],
) -> Plan:
    """Return the job of ``client.each``.

    Raises:
        TypeError: If the items are a text or a mapping, most likely by mistake.
        ValueError: If ``recheck`` is ``True``: items have no path to read again.
    """
    checked_function(function, is_async=is_async)
    _check_items(items)
    settings = Settings(**options)
    recheck: Any = settings.recheck
    if recheck and not callable(recheck):
        raise ValueError(
            "each() does not know where to read an item again: pass recheck=, a function that "
            "takes an item and returns it as it is now, or None to skip it"
        )
    identity = _identity(settings, endpoint, "", function)
    identify = identify_item(settings.key, is_journaled=settings.journal is not None)

    def reread(task: Task) -> Any:
        return recheck(task.item)

    return Plan(
        settings,
        identity,
        function,
        partial(read, items=items),
        identify,
        reread if recheck else None,
        expected=len(items) if isinstance(items, Sized) else None,
    )


def bulk_plan(
    endpoint: str,
    path: str,
    operations: Any,
    function: Callable[[Operation], Any],
    read: Callable[..., Any],
    reread: Callable[[Task], Any],
    **options: Unpack[Options],
) -> Plan:
    """Return the job of ``collection.bulk``.

    Raises:
        TypeError: If the operations are not an iterable of `Operation`.
    """
    _check_items(operations)
    settings = Settings(**options)
    is_journaled = settings.journal is not None
    if is_journaled and settings.name is None:
        raise ValueError("A bulk job has no name by which a journal is recognised: pass name='...'")
    return Plan(
        settings,
        _identity(settings, endpoint, path, function),
        function,
        partial(read, items=operations),
        _identify_operation(settings.key, is_journaled=is_journaled),
        reread if settings.recheck else None,
        expected=len(operations) if isinstance(operations, Sized) else None,
    )


def _identity(
    settings: Settings, endpoint: str, path: str, function: Callable[[Any], Any]
) -> dict[str, str]:
    name = "" if settings.journal is None else settings.function_name(function)
    return {"endpoint": endpoint, "path": path, "query": "", "function": name}


def _check_items(items: Any) -> None:
    kind = type(items).__name__
    is_iterable = isinstance(items, Iterable) or hasattr(items, "__aiter__")
    if not is_iterable or isinstance(items, str | bytes | Mapping):
        raise TypeError(f"The items must be a list or another iterable, not {kind}")


def _identify_operation(
    key: Callable[[Any], Id] | None, *, is_journaled: bool
) -> Callable[[Any], Id | None]:
    """Return the function that identifies an operation, as ``None`` without key and journal."""
    by_key = identify_item(key, is_journaled=False)

    def identify(item: Any) -> Id | None:
        operation = checked_operation(item)
        if key is not None:
            return by_key(operation)
        if not is_journaled:
            return None
        if operation.id is None:
            raise ValueError(
                "A create has no id by which a later run could find it in the journal: pass key=, "
                "a function of the operation that returns one"
            )
        return f"{operation.verb} {operation.id}"

    return identify
