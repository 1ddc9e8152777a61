"""Every warning that reaches users, as one tree.

```text
UserWarning
├── InvalidCallWarning          does not fit the document, sent all the same
├── LostConditionWarning        Python's and, or, between conditions
├── NaiveDatetimeWarning        a datetime that is sent has no time zone
├── SpecWarning                 the document is incomplete or out of reach
├── SettingsWarning             others can read the API key in a file
├── FullScanWarning             a mirror or watch reads a whole list each time
├── InstallationWarning         another package owns cnct/__init__.py
├── ExportWarning               values without a column are in _extra
└── DriftWarning                a list moved so that rows may be missing or come twice
```
"""

from __future__ import annotations

import os
from pathlib import Path

_NOT_USER_CODE = tuple(
    f"{folder}{os.sep}"
    for folder in (Path(__file__).parent, Path(os.__file__).with_name("asyncio"))
)


class InvalidCallWarning(UserWarning):
    """The query or payload does not fit the OpenAPI document; the call is sent nevertheless.

    Also for fields of ``values()`` and ``values_list()`` that the document, or each row, lacks.
    """


class SpecWarning(UserWarning):
    """The OpenAPI document is incomplete or out of reach; calls continue without a document."""


class SettingsWarning(UserWarning):
    """A file with an API key can be read by other users of the machine."""


class InstallationWarning(UserWarning):
    """Another package owns ``cnct/__init__.py``, or deleted it; the message has the repair."""


class DriftWarning(UserWarning):
    """A list moved while it was read, in a way that leaves rows missing or repeated.

    Never for a list at rest. Either its rows have no ids, or others add rows faster than they
    can be read.
    """


class FullScanWarning(UserWarning):
    """A mirror or watch can find no changes of a collection, and reads the whole list each time."""


class ExportWarning(UserWarning):
    """Values of an export have no column, or another type, and are in ``_extra`` as JSON."""


class LostConditionWarning(UserWarning):
    """Python's ``and`` or ``or`` combines conditions, and keeps only one of them: use ``& |``."""


class NaiveDatetimeWarning(UserWarning):
    """A datetime in a filter or payload has no time zone, so is local time; issued once a line.

    ``datetime.utcnow()`` returns such a datetime, which is not local time.
    """


def users_level() -> int:
    """Return the ``stacklevel`` with which the caller's warning shows the user's line.

    For a call in a task of its own, this is the line that runs the event loop.
    """
    from inspect import currentframe  # noqa: PLC0415 - takes a while to import

    frame, level = currentframe(), 0
    while frame and frame.f_code.co_filename.startswith(_NOT_USER_CODE):
        frame, level = frame.f_back, level + 1
    return level
