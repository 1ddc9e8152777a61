"""What completion shows of a client: the documented names and no others."""

from __future__ import annotations

from importlib import import_module

import pytest

from cnct import AsyncConnectClient, ConnectClient

SETTINGS = {
    "api_key",
    "clock",
    "concurrency",
    "default_headers",
    "default_limit",
    "endpoint",
    "limiter",
    "logger",
    "max_retries",
    "deadline",
    "max_answer",
    "on_error",
    "on_request",
    "on_response",
    "on_retry",
    "overlap",
    "resourceset_append",
    "retry",
    "specs_location",
    "timeout",
    "use_specs",
    "validate_using_specs",
}
VERBS = {
    "create",
    "delete",
    "download",
    "dry_run",
    "mirror",
    "with_options",
    "with_response",
    "each",
    "execute",
    "get",
    "update",
    "upload",
}
STEPS = {"collection", "ns"}
EXPLORING = {"find", "help", "response", "specs", "stats"}
OWN = {ConnectClient: {"close", "session"}, AsyncConnectClient: {"aclose", "session"}}


@pytest.mark.parametrize("kind", OWN)
def test_a_client_has_its_documented_names_and_no_others(kind):
    client = kind("ApiKey SU-1:secret", use_specs=False)
    public = {name for name in dir(client) if not name.startswith("_")}
    assert public == SETTINGS | VERBS | STEPS | EXPLORING | OWN[kind]


@pytest.mark.parametrize(
    ("settings", "validates"),
    [
        ({}, True),
        ({"validate_using_specs": False}, False),
        ({"use_specs": False}, False),
        ({"validate": "off"}, False),
        ({"validate": "warn", "validate_using_specs": False}, True),
    ],
)
def test_one_attribute_tells_whether_calls_are_validated(settings, validates):
    client = ConnectClient("ApiKey SU-1:secret", **settings)
    assert client.validate_using_specs is validates
    with pytest.raises(AttributeError):
        client.validate_using_specs = True


@pytest.mark.parametrize("name", ["client", "client.models", "client.work", "rql"])
def test_a_package_lists_its_names_also_those_that_it_imports_late(name):
    package = import_module(f"cnct.{name}")
    assert {*package.__all__} <= {*dir(package)}


@pytest.mark.parametrize(
    "name", ["client", "client.models", "client.work", "openapi.checks", "rql", "settings"]
)
def test_a_package_without_a_name_says_so(name):
    with pytest.raises(AttributeError, match=f"'cnct.{name}' has no attribute 'nothing'"):
        _ = import_module(f"cnct.{name}").nothing
