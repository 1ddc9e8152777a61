"""Examines packages, settings, document and network of the command. Changes nothing."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from cnct.cli.documents import location_of
from cnct.client.facade import facade_problem
from cnct.endpoints import DEFAULT_ENDPOINT
from cnct.exceptions import ClientError
from cnct.openapi import DEFAULT_LOCATION, OpenAPISpecs
from cnct.openapi.cache_folder import cache_folder, is_private
from cnct.openapi.sources import safe_location
from cnct.settings import report
from cnct.text import clean, safe_url

if TYPE_CHECKING:
    from cnct.cli.session import Session

_PACKAGES = ("requests", "httpx2", "click", "rich", "msgspec")
_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")

Row = dict[str, str]


def diagnose(session: Session, *, online: bool) -> list[Row]:
    """Return a row for each finding, with the state ``ok``, ``hint`` or ``problem``.

    Args:
        session: Settings of the run.
        online: Whether to make a call.
    """
    rows = [*_versions(), *_facade(), *_settings(session), *_document(session, online=online)]
    rows += [*_network(session)]
    return [*rows, *_call(session)] if online else rows


def _row(name: str, value: str, source: str = "", state: str = "ok") -> Row:
    return {"state": state, "name": name, "value": clean(value), "source": clean(source)}


def _versions() -> Iterator[Row]:
    yield _row("cnct", version("cnct"), str(Path(__file__).parents[1]))
    yield _row("python", platform.python_version(), sys.executable)
    yield _row("system", platform.platform())
    for name in _PACKAGES:
        yield _row(name, version(name))


def _facade() -> Iterator[Row]:
    """Yield the package that provides the module ``cnct``: several packages can."""
    problem = facade_problem()
    if problem:
        yield _row("from cnct import", problem, state="problem")
        return
    others = sorted({*packages_distributions().get("cnct", [])} - {"cnct"})
    beside = f", beside {' and '.join(others)}" if others else ""
    yield _row("from cnct import", f"this package{beside}", state="hint" if others else "ok")


def _settings(session: Session) -> Iterator[Row]:
    result = report(session.profile, session.endpoint)
    yield _row("profile", result.profile or "none")
    for entry in result.settings:
        yield _row(entry.name, entry.shown, entry.source)
    for problem in result.problems:
        yield _row("settings", problem, state="problem")
    for hint in result.hints:
        yield _row("settings", hint, state="hint")


def _document(session: Session, *, online: bool) -> Iterator[Row]:
    yield from _cache()
    try:
        location = location_of(session) or DEFAULT_LOCATION
    except ClientError:
        return  # the settings have said so
    place = safe_location(location)
    specs = OpenAPISpecs(location)
    try:
        if online:
            specs.load()
        is_there = specs.at_hand()
    except ClientError as error:
        yield _row("document", str(error), place, state="problem")
        return
    if is_there:
        yield _row("document", f"{specs.title} {specs.version}", place)
    else:
        yield _row("document", "not in the cache: read at the first use", place, "hint")


def _cache() -> Iterator[Row]:
    try:
        folder = cache_folder()
        usable = folder is None or is_private(folder)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        yield _row("cache", f"not used: {error}", state="hint")
        return
    if folder is None:
        yield _row("cache", "off")
    elif usable:
        yield _row("cache", str(folder))
    else:
        yield _row("cache", f"not used, since others can write to it: {folder}", state="hint")


def _network(session: Session) -> Iterator[Row]:
    """Yield the proxy for the endpoint, and the certificates of the environment."""
    settings = {entry.name: entry.value for entry in report(session.profile, session.endpoint)[0]}
    url = urlsplit(settings.get("endpoint") or session.endpoint or DEFAULT_ENDPOINT)
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy:
        yield _row("proxy of the environment", "none")
    elif proxy_bypass(url.netloc):
        yield _row("proxy of the environment", f"none for {url.hostname}", "NO_PROXY")
    else:
        yield _row("proxy of the environment", safe_url(proxy))
    names = [name for name in _CERTIFICATES if os.environ.get(name)]
    for name in names:
        path = os.environ[name]
        state = "ok" if os.path.exists(path) else "problem"  # noqa: PTH110 - any text is allowed
        yield _row("certificates", path if state == "ok" else f"{path} is missing", name, state)
    if not names:
        from certifi import where  # noqa: PLC0415 - comes with requests

        yield _row("certificates", where(), "certifi")


def _call(session: Session) -> Iterator[Row]:
    """Yield the result of a call that every account is allowed to make."""
    start = time.monotonic()
    try:
        session.client.get("accounts?limit=1")
    except Exception as error:  # noqa: BLE001 - every error is a finding
        yield _row("call", str(error), state="problem")
        return
    milliseconds = (time.monotonic() - start) * 1000
    yield _row("call", f"200 in {milliseconds:.0f} ms", f"{session.client.endpoint}/accounts")
