"""Decides when a watch looks again and ends, and which failures are outlived. No I/O."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

from cnct.client._core.messages import Pause
from cnct.client._core.movable_clock import MovableClock
from cnct.client._core.secret import causes
from cnct.client.watching.watch_settings import WatchSettings
from cnct.client.work.pauses import growing_pause
from cnct.exceptions import ClientError

_MOST_RETRY_AFTER = 3600.0  # seconds
_PASSING = frozenset({408, 425, 429})
# Before the first response, these show a wrong endpoint rather than a lost connection.
_MISTAKES = (socket.gaierror, ConnectionRefusedError, ssl.SSLError)


class WatchPace:
    """The pauses of one watch, from now to its end.

    Args:
        settings: The arguments.
        now: Returns the time in seconds since any fixed point.
        clock: Clock for ``until``; ``None`` for that of the system.
    """

    def __init__(
        self, settings: WatchSettings, now: Callable[[], float], clock: MovableClock | None
    ) -> None:
        self._settings = settings
        self._now = now
        left = settings.timeout
        if settings.until is not None:
            moment = datetime.now(UTC) if clock is None else clock.now()
            left = min(left, (settings.until - moment).total_seconds())
        self._began_at = now()
        self._end = self._began_at + left
        self._paused = 0.0
        self._number = 0  # of pauses since something came
        self._is_last = False
        self._has_succeeded = False
        self._failing_at: float | None = None
        self._retry_after = 0.0
        self._reason = ""

    def succeed(self, *, is_quiet: bool) -> None:
        """Note the end of a look.

        Args:
            is_quiet: Whether the look found nothing, so that the next pause is longer.
        """
        self._number = self._number + 1 if is_quiet else 0
        self._has_succeeded = True
        self._failing_at, self._retry_after, self._reason = None, 0.0, ""

    def fail(self, error: ClientError) -> None:
        """Take the failure of a look, which may pass.

        Raises:
            ClientError: If the failure does not pass, has lasted longer than allowed, or no look
                can follow in the time that is left.
        """
        retry_after = min(error.retry_after or 0.0, _MOST_RETRY_AFTER)
        settings, now = self._settings, self._time()
        if self._is_final(error) or self._is_last or self._end - now <= retry_after:
            raise error
        if self._failing_at is None:
            self._failing_at, self._number = now, 0
        if now - self._failing_at >= settings.patience:
            raise error
        if settings.on_failure is not None:
            settings.on_failure(error)
        self._number += 1
        self._retry_after = retry_after
        self._reason = str(error)

    def _is_final(self, error: ClientError) -> bool:
        """Return whether another look would fail too."""
        status = error.status_code
        if status is None:
            if not error.method or error.__cause__ is None:  # refused before it was sent
                return True
            is_mistake = any(isinstance(cause, _MISTAKES) for cause in causes(error))
            return is_mistake and not self._has_succeeded
        if status < HTTPStatus.BAD_REQUEST:  # incomplete or unreadable
            return not self._has_succeeded and error.__cause__ is None
        return status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _PASSING

    def next_pause(self) -> Pause | None:
        """Return the pause before the next look, ``None`` at the end of the watch."""
        left = self._end - self._time()
        if self._is_last or left <= 0:
            return None
        settings = self._settings
        seconds = growing_pause(settings.interval, self._number, settings.longest)
        seconds = max(seconds, self._retry_after)
        self._is_last = seconds >= left
        seconds = min(seconds, left)
        self._paused += seconds
        reason = self._reason and f"{self._reason}: next look in {seconds:.1f} s"
        return Pause(seconds, reason)

    def _time(self) -> float:
        """Return the time, in which skipped pauses count too, so that a watch ends under mocks."""
        return max(self._now(), self._began_at + self._paused)
