"""Writes downloads to standard output, and never to a terminal."""

from __future__ import annotations

import click

from cnct.cli.sink import Sink


def write_bytes(sink: Sink, content: bytes) -> None:
    """Write the bytes of a download unchanged.

    Raises:
        click.UsageError: If standard output is a terminal, which would interpret the bytes.
    """
    if sink.is_terminal and not _is_plain(content):
        raise click.UsageError(
            f"The response is no JSON, but {len(content):,} bytes: send it to a file with > FILE"
        )
    sink.write(content)


def _is_plain(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return all(line.isprintable() for line in text.replace("\t", " ").splitlines())
