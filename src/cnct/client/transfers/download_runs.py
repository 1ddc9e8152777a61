"""Runs downloads with the clients of both worlds. Decides nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnct.client._core.urls import Link
from cnct.client.transfers.download import Download, received_in
from cnct.client.transfers.download_options import DownloadOptions, download_plan
from cnct.client.transfers.links import link_to

if TYPE_CHECKING:
    from cnct.client.fluent import AsyncConnectClient, ConnectClient


def download(
    client: ConnectClient,
    url: Any,
    path: Any,
    options: DownloadOptions,
    *,
    is_resource: bool = False,
) -> Path:
    """Download a file, and return its path; see `ConnectClient.download`."""
    plan = download_plan(path, options, is_resource=is_resource)
    link = link_to(client.endpoint, url)
    request = client._request("GET", link, plan.call, is_checked=isinstance(link, Link))
    with Download(plan) as file:
        file.open(request.url)
        response = client._exchange(received_in(request, file))
        return file.finish(response)


async def download_async(
    client: AsyncConnectClient,
    url: Any,
    path: Any,
    options: DownloadOptions,
    *,
    is_resource: bool = False,
) -> Path:
    """Download a file. Async twin of `download`; the file is written in threads."""
    from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio

    plan = download_plan(path, options, is_resource=is_resource)
    link = link_to(client.endpoint, url)
    is_outside = isinstance(link, Link)
    request = await client._checked_request("GET", link, plan.call, is_checked=is_outside)
    file = Download(plan)
    try:
        await in_thread(file.open, request.url)
        response = await client._exchange(received_in(request, file))
        return await in_thread(file.finish, response)
    finally:
        await in_thread(file.close)
