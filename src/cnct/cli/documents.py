"""Finds the API's document without a key: for help, search, comparison and completion."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnct.exceptions import SettingsError, SpecError
from cnct.openapi import OpenAPISpecs
from cnct.settings import report

if TYPE_CHECKING:
    from cnct.cli.session import Session

_VARIABLE = "CNCT_SPEC"


def location_of(session: Session) -> str | None:
    """Return the path or URL of the document; ``None`` for the published one.

    Raises:
        SettingsError: If the configuration cannot be read.
    """
    location = session.spec or os.environ.get(_VARIABLE, "").strip()
    if location:
        return location
    result = report(session.profile, session.endpoint)
    if not result.settings and result.problems:
        raise SettingsError(result.problems[0])
    values = (setting.value for setting in result.settings if setting.name == "spec")
    return next(values, None)


def document_of(session: Session) -> OpenAPISpecs:
    """Return the document, loaded.

    Raises:
        SpecError: If the document cannot be read.
    """
    location = location_of(session)
    specs = OpenAPISpecs(location)
    try:
        specs.load()
    except SpecError as error:
        if location is not None:
            raise
        raise SpecError(f"{error}. Name a copy with --spec or CNCT_SPEC") from error
    return specs
