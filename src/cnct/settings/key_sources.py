"""Reads an API key from the place that a profile names: a variable, file, command or keyring.

Knows no profiles. No message, error or local variable of a traceback shows the key.
"""

from __future__ import annotations

import os
from pathlib import Path

from cnct.api_keys import key_problem
from cnct.exceptions import SettingsError
from cnct.settings.catalog import KEY_SOURCES
from cnct.settings.private_files import read_secret
from cnct.text import Secret, clean

_SECONDS = 60.0  # for a command that asks for a passphrase
_SHELL_SIGNS = frozenset("|&;<>$`")


def is_deferred(key: str) -> bool:
    """Return whether a key is read at the first call: the source may be slow or prompt the user."""
    return key.startswith(("cmd:", "keyring:"))


def read_key(key: str, place: str) -> Secret:
    """Return the API key itself.

    Args:
        key: The key, or its source: ``env:NAME``, ``file:PATH``, ``cmd:COMMAND`` or
            ``keyring:SERVICE/USER``.
        place: Where the key is configured, such as ``api_key of profile 'prod' in ...``, for
            messages.

    Raises:
        SettingsError: If the source has no key.
    """
    source = next((source for source in KEY_SOURCES if key.startswith(source)), None)
    if source is None:
        return Secret(key)
    # Secret, since a command may have the key itself among its arguments.
    name = Secret(key.removeprefix(source).strip())
    value = _READERS[source](name, place)
    checked_literal(value, f"{source}{_subject(source, name)}, the {place},")
    return value


def checked_literal(key: Secret, place: str) -> None:
    """Refuse a text that HTTP cannot send as a key, or that names the source of a key.

    Raises:
        SettingsError: In both cases; the message does not show the text.
    """
    problem = key_problem(key)
    if problem:
        raise SettingsError(f"{place} {problem}")
    source = next((source for source in KEY_SOURCES if key.startswith(source)), None)
    if source is not None:
        raise SettingsError(
            f"{place} must contain the key itself: {source}... is for api_key of a profile"
        )


def _subject(source: str, name: str) -> str:
    """Return the name of a source; arguments of a command can be secret."""
    return clean(f"{name.split(maxsplit=1)[0]} ..." if source == "cmd:" else name)


def _of_variable(name: str, place: str) -> Secret:
    value = Secret(os.environ.get(name, "").strip())
    if not value:
        raise SettingsError(f"The environment variable {clean(name)}, the {place}, is not set")
    return value


def _of_file(name: str, place: str) -> Secret:
    text = read_secret(Path(name))
    if text is None:
        raise SettingsError(f"The file {clean(name)}, the {place}, cannot be read")
    return _first_line(text)


def _of_command(command: str, place: str) -> Secret:
    """Return the first line of a command's output. The command gets no shell and an empty input."""
    result = _output(command)
    if isinstance(result, Secret):
        return _first_line(result)
    hint = ""
    if _SHELL_SIGNS & {*command}:
        hint = ". It runs without a shell: write sh -c '...' for pipes and variables"
    raise SettingsError(f"The command {_subject('cmd:', command)}, the {place}, {result}{hint}")


def _output(command: str) -> Secret | str:
    """Return the output of a command, or a plain text that describes the failure."""
    import shlex  # noqa: PLC0415 - only for commands; completion reads settings, too
    import subprocess  # noqa: PLC0415 - same

    try:
        words = shlex.split(command)
        done = subprocess.run(  # noqa: S603 - the user's own command, in a file of the user alone
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"took longer than {_SECONDS:.0f} s"
    except OSError as error:
        return f"cannot be run: {error.strerror}"
    except ValueError:
        return "cannot be run: a quote is not closed"
    if done.returncode:
        return f"failed with status {done.returncode}: run it by hand to see why"
    return Secret(done.stdout.decode(errors="replace"))


def _first_line(text: Secret) -> Secret:
    return Secret(next(iter(text.strip().splitlines()), "").strip())


def _of_keyring(name: str, place: str) -> Secret:
    service, slash, user = name.rpartition("/")
    if not (slash and service and user):
        raise SettingsError(f"The {place} must be keyring:service/user")
    result = _password(service, user)
    if isinstance(result, Secret):
        return result
    raise SettingsError(f"The keyring's entry {clean(name)}, the {place}, {result}")


def _password(service: str, user: str) -> Secret | str:
    """Return the password of a keyring's entry, or a plain text that describes the failure."""
    try:
        import keyring  # noqa: PLC0415 - an extra
        from keyring.errors import KeyringError  # noqa: PLC0415 - an extra
    except ImportError:
        return "needs keyring: pip install keyring"
    try:
        password = keyring.get_password(service, user)
    except (KeyringError, OSError) as error:
        return f"cannot be read: {type(error).__name__}"
    return "does not exist" if password is None else Secret(password.strip())


_READERS = {"env:": _of_variable, "file:": _of_file, "cmd:": _of_command, "keyring:": _of_keyring}
