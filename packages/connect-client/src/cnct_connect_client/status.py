"""Shows who answers for the modules of the bridge."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import NamedTuple

from cnct_connect_client.finder import FACADE, PACKAGE, SERVED, SWITCH

_REMEDY = f"unset {SWITCH}, or import cnct_connect_client before it"


class Answer(NamedTuple):
    """Who answers for a module, as one line of text."""

    text: str
    is_well: bool


def answers() -> list[Answer]:
    """Return who answers for ``connect.client`` and ``cnct``, and the remedy if it is another."""
    return [_answer(PACKAGE, SERVED), _answer(FACADE, f"{os.sep}_facade.py")]


def _answer(name: str, own: str) -> Answer:
    try:
        spec = find_spec(name)
    except ModuleNotFoundError:
        spec = None
    except ImportError as error:  # of the finder, with its own remedy
        return Answer(f"{name}: {error}", is_well=False)
    origin = (spec and spec.origin) or "nothing"
    is_well = own in origin
    return Answer(f"{name}: {origin}{'' if is_well else f' ({_REMEDY})'}", is_well)
