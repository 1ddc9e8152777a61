"""Writes data to standard output as UTF-8, whatever the locale. Knows no formats."""

from __future__ import annotations

import sys

from cnct.cli.messages import has_terminal


class OutputClosed(Exception):  # noqa: N818 - no error: the reader has enough
    """The reader of standard output closed the pipe, as ``head`` does."""


class Sink:
    """Standard output for data.

    Raises:
        OSError: If there is no standard output.

    Attributes:
        is_terminal: Whether people see the output at once.
        encoding: Encoding of the terminal.
    """

    def __init__(self) -> None:
        if sys.stdout is None:
            raise OSError(None, "It is closed", "standard output")
        self._stream = sys.stdout.buffer
        self.is_terminal = has_terminal(sys.stdout)
        self.encoding = sys.stdout.encoding or "utf-8"

    @property
    def is_unicode(self) -> bool:
        """Whether the output can show every character."""
        return not self.is_terminal or self.encoding.lower().replace("-", "") == "utf8"

    def write(self, data: str | bytes) -> None:
        """Write and flush.

        Raises:
            OutputClosed: If the reader has closed the pipe.
            OSError: If the output cannot be written.
        """
        encoded = data.encode("utf-8", "replace") if isinstance(data, str) else data
        try:
            self._stream.write(encoded)
            self._stream.flush()
        except BrokenPipeError as error:
            raise OutputClosed from error
        except OSError as error:
            raise OSError(error.errno, error.strerror, "standard output") from error
