"""Runs a command line: errors become a message on standard error and an exit status.

Owns the standard streams for the time of the run; knows no single command.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from traceback import format_exception
from typing import Any

import click

from cnct.cli.exits import Exit, exit_for
from cnct.cli.messages import has_terminal, print_message
from cnct.cli.root import root
from cnct.cli.sink import OutputClosed
from cnct.exceptions import ClientError, ExportError, JournalError, RQLError
from cnct.user_warnings import DriftWarning, SettingsWarning

_ALWAYS = (DriftWarning, SettingsWarning)
_ERRORS = (ClientError, ExportError, JournalError, RQLError, OSError)


def run(arguments: Sequence[str]) -> int:
    """Run a command line, and return the exit status."""
    with _warnings_as_messages():
        status = _status(arguments)
    return _flushed(status)


def _status(arguments: Sequence[str]) -> int:
    try:
        with root.make_context("cnct", [*arguments]) as context:
            root.invoke(context)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        _print_usage_error(error)
        return error.exit_code
    except (OutputClosed, BrokenPipeError):
        return Exit.OK
    except KeyboardInterrupt:
        print_message("interrupted")
        return Exit.INTERRUPTED
    except _ERRORS as error:
        print_message(_text(error))
        return exit_for(error)
    except Exception as error:  # noqa: BLE001 - a traceback says nothing to most people
        print_message(f"{type(error).__name__}: {error}. Show where with -v")
        if "-v" in arguments or "-vv" in arguments:
            print_message("".join(format_exception(error)), prefix="")
        return Exit.LOCAL
    return Exit.OK


def _text(error: Exception) -> str:
    if isinstance(error, OSError) and not isinstance(error, ClientError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def _print_usage_error(error: click.ClickException) -> None:
    is_help = isinstance(error, click.exceptions.NoArgsIsHelpError)
    print_message(error.format_message(), prefix="" if is_help else "cnct: ")
    context: click.Context | None = getattr(error, "ctx", None)
    if context is not None and not is_help:
        print_message(f"See '{context.command_path} --help'.", prefix="")


def _flushed(status: int) -> int:
    """Flush standard output; after a failure, discard the rest, which would fail again at exit."""
    if sys.stdout is None:
        return status
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
    except OSError as error:
        _discard_output()
        print_message(f"standard output: {_text(error)}")
        return status or Exit.LOCAL
    return status


def _discard_output() -> None:
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


@contextmanager
def _warnings_as_messages() -> Generator[None]:
    """Print cnct's warnings as messages.

    Standard error stays empty off a terminal unless something is wrong, so that cron sends no mail:
    there, only lists that may have lost rows, and keys that others can read, are worth a message.
    """

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        if issubclass(category, _ALWAYS) or has_terminal(sys.stderr):
            print_message(f"warning: {message}")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("always", category=UserWarning, module="")
        warnings.showwarning = show
        yield
