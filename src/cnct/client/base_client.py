"""Base of both clients: settings and request building. No I/O."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from itertools import chain, count
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from cnct.client._core.arguments import check_call_arguments, checked_bool, checked_int
from cnct.client._core.headers import merged
from cnct.client._core.messages import MAX_ANSWER, Flow, Request, Response
from cnct.client._core.placeholders import MARK, refuse_placeholders
from cnct.client._core.redirects import call_flow
from cnct.client._core.retry import RetryPolicy
from cnct.client._core.timeouts import (
    Timeout,
    checked_deadline,
    checked_max_answer,
    checked_timeout,
    limits_of,
)
from cnct.client._core.urls import Link, absolute, with_query
from cnct.client._http.exchange import current_exchange
from cnct.client._http.interception import is_under_test
from cnct.client._http.living import Living
from cnct.client._http.network import Cert, Verify
from cnct.client.checking import Validation, check, serves_bytes, validation_policy
from cnct.client.client_arguments import (
    checked_clock,
    checked_headers,
    checked_key,
    checked_location,
    checked_logger,
    checked_policy,
    checked_profile,
    hidden,
)
from cnct.client.counting import Counts, size_of
from cnct.client.facade import warn_of_foreign_facade
from cnct.client.identity import HasIdentity
from cnct.client.last_response import LastResponses
from cnct.client.left_out import CONCURRENCY, LOOKED_UP, MAX_RETRIES, TIMEOUT
from cnct.client.lookup import looked_up
from cnct.client.models.mistakes import answer_mistakes
from cnct.client.models.names import AttributePath, at_hand, check_attribute
from cnct.client.models.noun import (
    STEPS_WITHOUT_IO,
    ClientT,
    CollectionT,
    HasCollections,
    HasNamespaces,
    Located,
    NamespaceT,
)
from cnct.client.observing import Observable, checked_limiter
from cnct.client.row_checks import RowChecks
from cnct.endpoints import DEFAULT_ENDPOINT, checked_endpoint
from cnct.late import late_module
from cnct.text import clean
from cnct.user_warnings import users_level

if TYPE_CHECKING:
    from cnct.client._core.movable_clock import MovableClock
    from cnct.client.hooks import ErrorEvent, Hook, RequestEvent, ResponseEvent, RetryEvent
    from cnct.client.limiter import Limiter
    from cnct.client.work.waiting import Wait
    from cnct.console import Matches
    from cnct.openapi import OpenAPISpecs
    from cnct.rql import url as rql_url
else:  # a path often has no query
    rql_url = late_module("cnct.rql.url")

ResponseT = TypeVar("ResponseT", bound=Response)


class Logger(Protocol):
    """Receives each request and response, such as `cnct.client.logger.RequestLogger`."""

    def log_request(self, method: str, url: str, kwargs: dict[str, Any]) -> None:
        """Receive a request with the keyword arguments for the HTTP library."""
        ...

    def log_response(self, response: Any) -> None:
        """Receive a response of the HTTP library."""
        ...


class BaseClient(
    HasNamespaces[NamespaceT],
    HasCollections[CollectionT],
    HasIdentity,
    Observable,
    RowChecks,
    # In the order of the bases, since jedi, which completes in editors, pairs them by position.
    Generic[NamespaceT, CollectionT, ResponseT],
):
    """Base of `ConnectClient` and `AsyncConnectClient`."""

    _path = ""
    _steps_without_io = STEPS_WITHOUT_IO | {"with_response"}

    _not_copied = frozenset(
        {
            *("_responses", "_own_headers", "_document", "_origin_of_connections", "_copies"),
            *("_counts", "_driver", "_pools", "_opened", "_readers"),
        }
    )

    def __init__(
        self,
        api_key: str | None = LOOKED_UP,
        endpoint: str | None = None,
        use_specs: bool = True,
        specs_location: str | Path | None = None,
        validate_using_specs: bool = True,
        default_headers: Mapping[str, str] | None = None,
        default_limit: int = 100,
        max_retries: int = MAX_RETRIES,
        logger: Logger | None = None,
        timeout: Timeout = TIMEOUT,
        resourceset_append: bool = True,
        *,
        concurrency: int = CONCURRENCY,
        retry: RetryPolicy | None = None,
        validate: Validation | None = None,
        overlap: bool = True,
        clock: MovableClock | None = None,
        deadline: float | None = None,
        max_answer: int | None = MAX_ANSWER,
        profile: str | None = None,
        verify: Verify = None,
        cert: Cert = None,
        proxy: str | None = None,
        on_request: Hook[RequestEvent] | None = None,
        on_response: Hook[ResponseEvent] | None = None,
        on_retry: Hook[RetryEvent] | None = None,
        on_error: Hook[ErrorEvent] | None = None,
        limiter: Limiter | None = None,
    ) -> None:
        # First of all, so that no traceback with local variables shows the key.
        kind, api_key = type(api_key), hidden(api_key)
        key = checked_key(kind, api_key)
        endpoint = checked_endpoint(endpoint) if endpoint else None
        settings = looked_up(api_key, endpoint, checked_profile(profile))
        self.endpoint = settings.unless_none("endpoint", endpoint) or DEFAULT_ENDPOINT
        self.use_specs = use_specs
        self.specs_location = settings.unless_none("spec", checked_location(specs_location))
        self.default_headers = checked_headers(default_headers)
        self.default_limit = checked_int("default_limit", default_limit, 1)
        self.max_retries = checked_int(
            "max_retries", settings.unless_passed("max_retries", max_retries), 0
        )
        self.logger: Logger | None = checked_logger(logger)
        self.timeout = checked_timeout(settings.unless_passed("timeout", timeout))
        self.resourceset_append = resourceset_append
        self.concurrency = checked_int(
            "concurrency", settings.unless_passed("concurrency", concurrency), 1
        )
        self.overlap = checked_bool("overlap", overlap)
        self.deadline = checked_deadline(deadline)
        self.max_answer = checked_max_answer(max_answer)
        self.retry = checked_policy(retry)
        self._policy = validation_policy(use_specs and validate_using_specs, validate)
        self.clock = checked_clock(clock)
        self._network = settings.network(verify, cert, proxy)
        self._set_hooks(on_request, on_response, on_retry, on_error)
        self.limiter = checked_limiter(limiter)
        self._api_key = settings.key or key
        self._open()
        warn_of_foreign_facade()
        if "IPython" in sys.modules:
            from cnct.console import activate  # noqa: PLC0415 - only consoles need it

            activate()

    def _open(self) -> None:
        self._counts = Counts()
        self._document: OpenAPISpecs | None = None
        self._responses = LastResponses[ResponseT](self._scope)
        self._own_headers = None
        self._copies = Living[HasIdentity]()

    @staticmethod
    def _scope() -> object:
        """Return the scope of `close`: here, the whole program."""
        return None

    @property
    def response(self) -> ResponseT | None:
        """The last raw response in this thread or task, ``None`` before the first.

        Closing the client drops the response.
        """
        return self._responses.get()

    @response.setter
    def response(self, response: ResponseT | None) -> None:
        self._responses.set(response)

    @property
    def validate_using_specs(self) -> bool:
        """Whether calls are checked against the OpenAPI document before they are sent."""
        return self._policy is not None

    @property
    def specs(self) -> OpenAPISpecs | None:
        """The API's OpenAPI document, loaded at first use; ``None`` with ``use_specs=False``.

        While calls are mocked, recorded or replayed, the published document is ``None`` too: tests
        must not depend on the network.
        """
        if self.specs_location is None and is_under_test(self.endpoint):
            return None
        if self.use_specs and self._document is None:
            from cnct.openapi import OpenAPISpecs  # noqa: PLC0415 - not at import

            self._document = OpenAPISpecs(self.specs_location)
        return self._document

    def _pages_at_a_time(self, concurrency: int) -> int:
        """Return the number of pages to fetch at a time: one while calls are mocked or recorded.

        Otherwise a program that stops early would make other calls in each run.
        """
        return 1 if is_under_test(self.endpoint) else concurrency

    @property
    def _specs(self) -> OpenAPISpecs | None:
        return at_hand(self.specs)

    def _strict_specs(self) -> OpenAPISpecs | None:
        policy = self._policy
        return self._specs if policy is not None and policy.refuses_paths else None

    def _request(
        self, method: str, path: str, kwargs: dict[str, Any], is_checked: bool = False
    ) -> Request:
        if isinstance(path, Link):
            from cnct.client.transfers.links import request_to  # noqa: PLC0415 - for downloads

            return request_to(path, self, kwargs)
        params = kwargs.pop("params", None)
        url = with_query(
            absolute(self.endpoint, path), rql_url.params_to_wire(params) if params else ""
        )
        if kwargs or MARK in url:
            self._check_placeholders(method, url, kwargs)
        limits = limits_of(kwargs, self.deadline, self.max_answer)
        kwargs = self._prepare_call_kwargs(kwargs)
        check_call_arguments(self, method, kwargs, self._library)
        request = Request(method.upper(), url, kwargs, self.api_key or "", limits)
        specs = self._specs_to_check(is_checked)
        if specs and self._policy and self._available(specs):
            if isinstance(path, AttributePath) and self._policy.refuses_paths:
                check_attribute(self, specs, path)
            check(specs, self._policy, request, url.removeprefix(self.endpoint).lstrip("/"))
        return request

    def _check_placeholders(self, method: str, url: str, kwargs: dict[str, Any]) -> None:  # noqa: ARG002 - for dry runs
        """Refuse placeholder ids of a dry run; those in a payload are found by the encoder."""
        refuse_placeholders(url, *(kwargs[name] for name in kwargs if name != "json"))

    def _specs_to_check(self, is_checked: bool) -> OpenAPISpecs | None:
        """Return the document for the check of a request, ``None`` if none is due."""
        return self.specs if self._policy and not is_checked else None

    @staticmethod
    def _available(specs: OpenAPISpecs) -> bool:
        """Load the document, and return whether that succeeded; warnings show the user's line."""
        return specs.available(2 if specs.at_hand() else users_level() + 1)

    def _serves_pages(self, request: Request) -> bool:
        """Return whether the document is at hand and has a response that is not JSON."""
        return self._specs is not None and serves_bytes(self._specs, request, self.endpoint)

    def _flow(self, request: Request) -> Flow[Response]:
        call = partial(
            call_flow,
            policy=self.retry,
            max_retries=self.max_retries,
            private=self.default_headers,
        )
        receiver = request.limits.receiver
        flow = call(request) if receiver is None else receiver.flow(call, request)
        return self._observed(flow, request)

    def _template_of(self, url: str) -> str:
        """Return the path template of a URL; empty if the document is not at hand."""
        specs = self._specs
        path = url.partition("?")[0].removeprefix(f"{self.endpoint}/")
        return specs.template(path) if specs else ""

    def _wait_flow(self, first: Request, path: str, wait: Wait) -> Flow[Any]:
        """Return the flow of a wait; each request is built anew, since headers may change."""
        again = partial(self._request, "GET", path, is_checked=True)
        requests = chain([first], (again(kwargs={}) for _ in count()))
        return wait.flow(requests, self._flow, self._now)

    def _now(self) -> float:
        """Return the time in seconds since any fixed point."""
        return monotonic() if self.clock is None else self.clock.now().timestamp()

    def _log_request(self, request: Request) -> None:
        self._counts.add_call()
        if self.logger is not None:
            url = request.shown_url if request.limits.is_foreign else request.url
            self.logger.log_request(request.method, url, dict(request.kwargs))

    def _take_response(self) -> Response:
        """Return the response that `_execute_http_call` has set, after logging it."""
        response = self.response
        if response is None:
            raise RuntimeError("_execute_http_call set no response: set self.response in it")
        self._counts.add_bytes(size_of(response, current_exchange().limits.receiver))
        if self.logger is not None:
            self.logger.log_response(response)
        return response

    def _prepare_call_kwargs(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return keyword arguments with the default headers and timeout added.

        May be overridden.
        """
        headers = merged(self._headers, kwargs.get("headers"))
        return {"timeout": self.timeout, **kwargs, "headers": headers}

    def find(self, text: str, limit: int = 20) -> Matches:
        """Search names, fields and descriptions in the OpenAPI document, best matches first.

        Args:
            text: Words, such as ``billing date``.
            limit: Largest number of matches.

        Raises:
            SpecError: If there is no document, or reading the document fails.
        """
        from cnct.client.describing import described  # noqa: PLC0415 - only consoles need it
        from cnct.console import find  # noqa: PLC0415 - only consoles need it

        return find(described(self, self, self.specs), text, limit)

    def help(self: ClientT, full: bool = False) -> ClientT:
        """Print the API's collections and namespaces, and return self.

        Args:
            full: Whether to print long tables and texts in full.

        Raises:
            SpecError: If the document at ``specs_location`` cannot be read.
        """
        self._print_help(self, full=full)
        return self

    def _print_help(
        self, thing: BaseClient[Any, Any, Any] | Located[Any], full: bool = False
    ) -> None:
        from cnct.client.describing import print_help  # noqa: PLC0415 - only consoles need it

        print_help(self, thing, full=full)

    def _repr_html_(self) -> str | None:
        from cnct.client.describing import help_html  # noqa: PLC0415 - only notebooks need it

        return help_html(self, self)

    def __repr__(self) -> str:
        """Return class and endpoint, without the API key."""
        endpoint = vars(self).get("endpoint", "")  # missing while the constructor checks arguments
        return clean(f"<{type(self).__name__} {endpoint}>")

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the settings; connections are opened at the first call."""
        vars(self).update(state)
        self._open()


answer_mistakes("client", BaseClient)


def with_payload(payload: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return arguments with a JSON payload added, unless the payload is ``None``.

    Raises:
        ValueError: If the arguments have a body already.
    """
    if payload is None:
        return kwargs
    for name in ("json", "data", "content", "files"):
        if kwargs.get(name) is not None:
            raise ValueError(f"A call has one body: pass either payload or {name}")
    return {**kwargs, "json": payload}
