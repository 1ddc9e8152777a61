"""Reads headers from the words of a command."""

from __future__ import annotations

import click


def headers_of(texts: tuple[str, ...]) -> dict[str, str]:
    """Return headers by name.

    Raises:
        click.UsageError: If a text is no header, or one that the command sets itself.
    """
    headers: dict[str, str] = {}
    for text in texts:
        name, colon, value = text.partition(":")
        if not colon or not name.strip() or not text.isprintable():
            raise click.UsageError(f"{text!r} is no header: write it like Accept-Language:es")
        if name.strip().lower() == "authorization":
            raise click.UsageError("Authorization is no header to set: use CNCT_API_KEY")
        headers[name.strip()] = value.strip()
    return headers
