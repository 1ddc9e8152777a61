"""Makes the command's client. The only place that knows where key and endpoint come from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from cnct.cli.call_log import CallLog
from cnct.client.fluent import ConnectClient

if TYPE_CHECKING:
    from cnct.cli.session import Session


def connect(session: Session) -> ConnectClient:
    """Return a client for the settings of a run; it makes no call yet.

    Raises:
        click.UsageError: If a setting is missing or invalid.
    """
    key = os.environ.get("CNCT_API_KEY")
    if not key:
        raise click.UsageError("There is no API key: set CNCT_API_KEY='ApiKey SU-000-000-000:...'")
    try:
        return ConnectClient(
            key,
            session.endpoint or os.environ.get("CNCT_ENDPOINT"),
            specs_location=session.spec or os.environ.get("CNCT_SPEC"),
            validate="warn" if session.force else "strict",
            resourceset_append=False,
            logger=CallLog(headers=session.verbose > 1) if session.verbose else None,
        )
    except (TypeError, ValueError) as error:
        raise click.UsageError(str(error)) from error
