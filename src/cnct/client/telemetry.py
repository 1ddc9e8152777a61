"""Names the spans of OpenTelemetry's instrumentations by path templates. Imports no OpenTelemetry.

An instrumentation names the spans of all calls ``GET``, since URLs with ids are too many names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.client.base_client import BaseClient


def name_spans(client: BaseClient[Any, Any, Any]) -> Callable[[Any, Any], Any]:
    """Return a ``request_hook`` that names spans like ``GET /requests/{id}``.

    The path template of the API's document becomes part of the name, and the attribute
    ``url.template``. Spans of other endpoints and of unknown paths keep their names; without a
    document at hand, all do.

    Args:
        client: A client of the endpoint. The hook serves other clients of this endpoint too.

    Returns:
        A function, asynchronous for an asynchronous client, as the instrumentations require.

    Examples:
        ``RequestsInstrumentor().instrument(request_hook=name_spans(client))``
    """

    def name(span: Any, request: Any) -> None:
        url = str(request.url)
        template = client._template_of(url) if url.startswith(f"{client.endpoint}/") else ""
        if template:
            method = request.method
            text = method.decode() if isinstance(method, bytes) else str(method)
            span.update_name(f"{text} /{template}")
            span.set_attribute("url.template", f"/{template}")

    async def async_name(span: Any, request: Any) -> None:
        name(span, request)

    return async_name if client._library == "httpx2" else name
