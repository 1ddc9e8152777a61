"""Renews objects in the child of a fork, which inherits locks, threads and sockets.

A lock may be held by a thread that the child does not have, and bytes that the child reads from a
socket are lost to the parent. Objects are renewed before the child runs any other code.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from cnct.client._http.living import Living

if TYPE_CHECKING:

    class Inheritable(Protocol):
        """An object whose state belongs to one process."""

        def _renew(self) -> None:
            """Replace locks, and give up threads and sockets without sending a byte.

            Runs in the child only, where no other thread exists. Must not take an old lock.
            """
            ...


_inheritable: Living[Inheritable] = Living()


def renew_after_fork(item: Inheritable) -> None:
    """Call `Inheritable._renew` in each child while the object lives."""
    _inheritable.add(item)


def give_up(descriptor: int) -> None:
    """Replace an inherited socket by an end of file without sending a byte.

    The descriptor stays valid, so that the owner closes it as usual, and no other file gets the
    number earlier.
    """
    if descriptor >= 0:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, descriptor, inheritable=False)
        os.close(nothing)


def _renew() -> None:
    for item in _inheritable:
        item._renew()


if hasattr(os, "register_at_fork"):  # pragma: no branch - Windows has no fork
    os.register_at_fork(after_in_child=_renew)
