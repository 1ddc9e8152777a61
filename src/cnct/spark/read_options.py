"""Options of ``spark.read.format("connect")``, read from text. Refuses keys; opens no client."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cnct.api_keys import is_like_key
from cnct.client._core.urls import segment
from cnct.exceptions import SettingsError
from cnct.text import clean, did_you_mean

PAGE = 1000
"""Rows of a page, unless the option ``limit`` is set; servers may send fewer."""

PARTITION = 10_000
"""Largest number of rows of a partition, unless ``partitions`` or ``most`` is set."""

LOOKBACK = 900
"""Seconds before the cursor from which a stream reads again, unless ``lookback`` is set."""

_NAMES = (
    *("by", "collection", "cursor", "endpoint", "filter", "limit", "lookback", "most"),
    *("partitions", "path", "profile", "pushdown", "search", "select", "since", "specs_location"),
)
_SECRET = re.compile(r"key|token|secret|password|authorization|credential")
_WITH_USER = re.compile(r"://[^/]*@")
_FREE_TEXTS = ("filter", "search")


class ReadOptions(NamedTuple):
    """The options of a read or of a stream.

    Attributes:
        path: Path of the collection, each segment percent-encoded.
        filter_text: RQL that all rows match; empty for all rows.
        search: Term to search for, or ``None``.
        select: Hidden fields to add, with ``-`` before fields to remove.
        by: Field to cut partitions by, ``None`` for the time of creation.
        partitions: Number of partitions, ``None`` if ``most`` decides.
        most: Largest number of rows of a partition, ``None`` for `PARTITION`.
        limit: Rows of a page.
        endpoint: Base URL, ``None`` to look it up.
        profile: Name of the profile with key and endpoint, ``None`` for the usual one.
        specs_location: Path or URL of the OpenAPI document, ``None`` for the usual one.
        cursor: Field by which a stream finds changes, ``None`` for the time of the last change.
        lookback: Time before the cursor from which a stream reads again.
        since: Time at which a stream begins, ``None`` for all rows.
    """

    path: str
    filter_text: str = ""
    search: str | None = None
    select: tuple[str, ...] = ()
    by: str | None = None
    partitions: int | None = None
    most: int | None = None
    limit: int = PAGE
    endpoint: str | None = None
    profile: str | None = None
    specs_location: str | None = None
    cursor: str | None = None
    lookback: timedelta = timedelta(seconds=LOOKBACK)
    since: datetime | None = None

    @property
    def is_cut_as_wanted(self) -> bool:
        """Whether an option decides about the partitions, so that failing to cut is an error."""
        return any(value is not None for value in (self.by, self.partitions, self.most))


def read_options(options: Mapping[str, str]) -> ReadOptions:
    """Return the options of ``spark.read``, whose names have no letter case.

    Raises:
        SettingsError: If an option is missing, unknown, wrong or secret.
    """
    values = {name.lower(): value for name, value in options.items()}
    for name, value in values.items():
        _check_name(name)
        _check_value(name, value)
    if values.get("partitions") and values.get("most"):
        raise SettingsError("Set either partitions or most: each decides about the other")
    return ReadOptions(
        path=_path(values),
        filter_text=values.get("filter", ""),
        search=values.get("search"),
        select=_words(values.get("select", "")),
        by=values.get("by"),
        partitions=_number(values, "partitions"),
        most=_number(values, "most"),
        limit=_number(values, "limit") or PAGE,
        endpoint=values.get("endpoint"),
        profile=values.get("profile"),
        specs_location=values.get("specs_location"),
        cursor=values.get("cursor"),
        lookback=timedelta(seconds=_whole(values, "lookback", 0, LOOKBACK)),
        since=_moment(values),
    )


def _check_name(name: str) -> None:
    if name in _NAMES:
        return
    if _SECRET.search(name):
        raise SettingsError(
            f"Spark shows options in its logs and plans, so {clean(name)!r} cannot be one: put the"
            " API key into the variable CNCT_API_KEY of driver and workers, or into a profile, and"
            " write option('profile', NAME)"
        )
    raise SettingsError(f"There is no option {clean(name)!r}.{did_you_mean(name, _NAMES)}")


def _check_value(name: str, value: str) -> None:
    """Refuse a key, and a URL with a password, in place of a value."""
    if name in _FREE_TEXTS or not (is_like_key(value) or _WITH_USER.search(value)):
        return
    raise SettingsError(
        f"Option {name} has a key or a password, and Spark shows options in its logs and plans: put"
        " the API key into the variable CNCT_API_KEY of driver and workers, or into a profile, and"
        " leave user and password out of URLs"
    )


def _path(values: Mapping[str, str]) -> str:
    text = values.get("collection") or values.get("path") or ""
    segments = text.strip("/").split("/")
    if not text or "?" in text or "#" in text or {"", ".", ".."} & {*segments}:
        raise SettingsError(
            f"{clean(text)!r} is no collection: write option('collection', 'subscriptions/assets')"
        )
    return "/".join(map(segment, segments))


def _words(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, text.split(","))))


def _number(values: Mapping[str, str], name: str) -> int | None:
    return _whole(values, name, 1, 0) or None


def _whole(values: Mapping[str, str], name: str, least: int, default: int) -> int:
    text = values.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) < least:
        raise SettingsError(
            f"Option {name} must be a whole number of at least {least}, not {clean(text)!r}"
        )
    return int(text)


def _moment(values: Mapping[str, str]) -> datetime | None:
    text = values.get("since")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            f"Option since must be a time such as 2026-01-31T00:00:00Z, not {clean(text)!r}"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
