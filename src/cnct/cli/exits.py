"""The exit statuses of the command, and the status for each error."""

from __future__ import annotations

from enum import IntEnum

from cnct.exceptions import (
    BatchError,
    ClientError,
    InvalidCallError,
    NotFoundError,
    RQLError,
    WaitError,
)


class Exit(IntEnum):
    """Exit statuses; they are documented in docs/command.md."""

    OK = 0
    LOCAL = 1
    """A local problem, or no complete response."""
    REFUSED = 2
    """Wrong usage, or a call that the check refused; nothing was sent."""
    REDIRECTED = 3
    REJECTED = 4
    """A response with a status of 400 to 499."""
    SERVER_FAILED = 5
    """A response with a status of 500 and above."""
    PART_FAILED = 6
    WAIT_FAILED = 7
    INTERRUPTED = 130


_BY_HUNDRED = {3: Exit.REDIRECTED, 4: Exit.REJECTED, 5: Exit.SERVER_FAILED}


def exit_for(error: BaseException) -> Exit:
    """Return the exit status for an error."""
    match error:
        case WaitError():
            return Exit.WAIT_FAILED
        case BatchError():
            return Exit.PART_FAILED
        case InvalidCallError() | RQLError() | NotFoundError(status_code=None):
            return Exit.REFUSED
        case ClientError(status_code=int(status)):
            return _BY_HUNDRED.get(status // 100, Exit.LOCAL)
        case _:
            return Exit.LOCAL
