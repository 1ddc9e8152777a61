"""Makes the command's client. The client looks up key and endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cnct.api_keys import without_key
from cnct.client.fluent import ConnectClient
from cnct.exceptions import SettingsError

if TYPE_CHECKING:
    from cnct.cli.session import Session
    from cnct.client.base_client import Logger


def connect(session: Session, *, at_prompt: bool = False) -> ConnectClient:
    """Return a client for the settings of a run, without a call.

    Args:
        session: The settings.
        at_prompt: Whether the client is for a Python prompt and has the library's defaults.
            Commands check calls strictly against the document, and keep no rows.

    Raises:
        click.UsageError: If an option is invalid.
        SettingsError: If there is no key, or a setting is invalid.
    """
    logger: Logger | None = None
    if session.verbose:
        from cnct.cli.call_log import CallLog  # noqa: PLC0415 - only -v needs it

        logger = CallLog(headers=session.verbose > 1)
    try:
        return ConnectClient(
            endpoint=session.endpoint,
            profile=session.profile,
            specs_location=session.spec,
            validate=None if at_prompt else "warn" if session.force else "strict",
            resourceset_append=at_prompt,
            logger=logger,
        )
    except SettingsError:
        _check_profile(session)
        _check_key(session)
        raise
    except (TypeError, ValueError) as error:
        raise click.UsageError(str(error)) from error


def _check_profile(session: Session) -> None:
    """Refuse a profile that does not exist.

    Raises:
        click.UsageError: The message has the nearest name.
    """
    from cnct.settings import profile_names  # noqa: PLC0415 - only errors need it
    from cnct.text import did_you_mean  # noqa: PLC0415 - same

    names = profile_names()
    if session.profile is not None and names and session.profile not in names:
        hint = did_you_mean(session.profile, names)
        raise click.UsageError(f"There is no profile {without_key(session.profile)!r}.{hint}")


def _check_key(session: Session) -> None:
    """Raise if no key is configured.

    Raises:
        SettingsError: The message lists the ways to set a key.
    """
    from cnct.settings import report  # noqa: PLC0415 - only errors need it

    settings = report(session.profile, session.endpoint).settings
    if settings and not any(setting.name == "api_key" and setting.value for setting in settings):
        raise SettingsError(
            "There is no API key: set CNCT_API_KEY, or write one to a profile with "
            "cnct config set api_key -"
        )
