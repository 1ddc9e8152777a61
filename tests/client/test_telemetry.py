"""Spans of OpenTelemetry's own instrumentations, named by the paths of the document."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.instrumentation.httpx import HTTPX2ClientInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.conftest import KEY

from cnct import AsyncConnectClient, ConnectClient
from cnct.client.telemetry import name_spans
from cnct.emulator import Emulator

ITEMS = "products/{product_id}/items"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    exporter.provider = TracerProvider(shutdown_on_exit=False)
    exporter.provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield exporter
    exporter.provider.shutdown()


def names(spans: InMemorySpanExporter) -> list[tuple[str, Any]]:
    return [
        (span.name, (span.attributes or {}).get("url.template"))
        for span in spans.get_finished_spans()
    ]


def test_spans_of_the_instrumentation_for_requests_are_named(connect, spans):
    with ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client:
        RequestsInstrumentor().instrument(
            tracer_provider=spans.provider, request_hook=name_spans(client)
        )
        try:
            client.products["PRD-000-000-001"].items.all().count()
            with ConnectClient(KEY, connect.endpoint, use_specs=False) as other:
                other.products.all().count()
                with pytest.raises(Exception, match="404"):
                    other.get("nothing")
        finally:
            RequestsInstrumentor().uninstrument()
        client.products.all().count()
    assert names(spans) == [
        (f"GET /{ITEMS}", f"/{ITEMS}"),
        ("GET /products", "/products"),
        ("GET", None),
    ]


def test_spans_of_other_endpoints_keep_their_names(connect, spans):
    with (
        Emulator() as other,
        ConnectClient(KEY, other.endpoint, use_specs=False) as client,
        ConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as ours,
    ):
        RequestsInstrumentor().instrument(
            tracer_provider=spans.provider, request_hook=name_spans(ours)
        )
        try:
            client.products.all().count()
        finally:
            RequestsInstrumentor().uninstrument()
    assert names(spans) == [("GET", None)]


def test_spans_of_the_instrumentation_for_httpx2_are_named(connect, spans):
    async def scenario() -> None:
        async with AsyncConnectClient(KEY, connect.endpoint, specs_location=connect.spec) as client:
            HTTPX2ClientInstrumentor.instrument_client(
                await client.session(),
                tracer_provider=spans.provider,
                request_hook=name_spans(client),
            )
            await client.products["PRD-000-000-001"].items.all().count()
            await client.with_options(timeout=5).products.all().count()
            assert await client.dry_run().session() is await client.session()

    asyncio.run(scenario())
    assert names(spans) == [(f"GET /{ITEMS}", f"/{ITEMS}"), ("GET /products", "/products")]


def test_calls_are_traced_where_requests_was_instrumented_before_the_first_client(connect):
    code = (
        "from opentelemetry.instrumentation.requests import RequestsInstrumentor\n"
        "RequestsInstrumentor().instrument(request_hook=lambda span, request: print('traced'))\n"
        "from cnct import ConnectClient\n"
        f"ConnectClient('ApiKey x', {connect.endpoint!r}, use_specs=False).products.all().count()\n"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)  # noqa: S603 - our own code
    assert run.stdout.split() == [b"traced"]
