"""The attributes that the client's objects have anyway: a collection of the same name needs a call.

Written down, since this room does not know the client; a test compares them.
"""

from __future__ import annotations

NAMESPACE_NAMES = frozenset(["collection", "help", "ns", "path", "to_curl", "url"])
"""Attributes of a namespace."""

RESOURCE_NAMES = frozenset(
    {
        "action",
        "collection",
        "delete",
        "download",
        "exists",
        "get",
        "help",
        "path",
        "to_curl",
        "update",
        "upload",
        "url",
        "values",
        "wait_until",
    }
)
"""Attributes of a resource."""

CLIENT_NAMES = frozenset(
    {
        "aclose",
        "api_key",
        "clock",
        "close",
        "collection",
        "concurrency",
        "create",
        "deadline",
        "default_headers",
        "default_limit",
        "delete",
        "download",
        "dry_run",
        "each",
        "endpoint",
        "execute",
        "find",
        "get",
        "help",
        "limiter",
        "logger",
        "max_answer",
        "max_retries",
        "mirror",
        "ns",
        "on_error",
        "on_request",
        "on_response",
        "on_retry",
        "overlap",
        "resourceset_append",
        "response",
        "retry",
        "session",
        "specs",
        "specs_location",
        "stats",
        "timeout",
        "update",
        "upload",
        "use_specs",
        "validate_using_specs",
        "with_options",
        "with_response",
    }
)
"""Attributes of a client."""
