"""Read-only clients whose calls are answered from a mirror's file. They make no HTTP calls.

Collections, resources and sets are the usual ones; which rows match is decided by `cnct.data`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from cnct.client._core.messages import Request, Response
from cnct.client._core.responses import error_of
from cnct.client.base_client import BaseClient
from cnct.client.fluent import AsyncConnectClient, ConnectClient
from cnct.exceptions import ClientError, MirrorError, NotFoundError

if TYPE_CHECKING:
    from cnct.client._core.reader import Reader
    from cnct.client._http.tasks import AsyncAhead
    from cnct.client.models.noun import Located
    from cnct.client.work.waiting import Wait
    from cnct.data.columns import Columns
    from cnct.data.mirror.answers import MirrorAnswers
    from cnct.openapi import OpenAPISpecs
    from cnct.openapi.fields import FilterField

_NOT_FOUND = 404
_ERROR = 400
_ROWS_OF_A_PAGE = 1000

_SETTINGS: dict[str, Any] = {
    # Nothing is sent, so that nothing needs a key, checks, retries or hooks.
    "_api_key": None,
    "_default_headers": {},
    "_policy": None,
    "use_specs": False,
    "default_limit": _ROWS_OF_A_PAGE,
    "concurrency": 1,
    "deadline": None,
    "limiter": None,
    "logger": None,
    "on_request": None,
    "on_response": None,
    "on_retry": None,
    "on_error": None,
}


class MirrorReads(BaseClient[Any, Any, Any]):
    """Base of the read-only clients of both worlds.

    Args:
        client: The client of the mirror.
        answers: Answers the calls.
    """

    _origin: Any
    _answers: MirrorAnswers

    def __init__(self, client: BaseClient[Any, Any, Any], answers: MirrorAnswers) -> None:
        state = {**client.__getstate__(), **_SETTINGS, "_origin": client, "_answers": answers}
        self.__setstate__(state)

    @property
    def specs(self) -> OpenAPISpecs | None:
        """``None``: a mirror has tables of its own, and never waits for a document."""
        return None

    def _fields_at(self, path: str) -> Mapping[str, FilterField]:
        return self._answers.fields(path)

    def _columns_at(self, path: str, specs: OpenAPISpecs | None) -> Columns | None:  # noqa: ARG002 - as of clients with a document
        return self._answers.columns(path)

    def _check_picks(self, path: str, names: Sequence[str], call: str) -> bool:  # noqa: ARG002 - as of clients with a document
        self._answers.check_picks(path, names)
        return False

    def _print_help(
        self, thing: BaseClient[Any, Any, Any] | Located[Any], full: bool = False
    ) -> None:
        self._origin._print_help(thing, full=full)  # with the document, unlike reads

    def _check_write(self, method: str, path: str) -> None:
        raise MirrorError(
            f"{method} {path} is refused, since a mirror is read-only: make the call with the"
            " client, and then mirror.sync()"
        )

    def _check_watch(self, path: str) -> None:
        raise MirrorError(
            f"{path} of a mirror changes only with mirror.sync(): read mirror.changes(since=...)"
            " after it, or call watch() of the client's collection"
        )

    def _answered(self, request: Request) -> Response:
        """Answer a read from the mirror.

        Raises:
            ClientError: If the mirror refuses the query, or lacks the resource, collection or
                fields.
        """
        path, _, query = request.url.removeprefix(f"{self.endpoint}/").partition("?")
        if request.method != "GET":
            self._check_write(request.method, path)
        is_list = request.limits.expects_json  # as of all reads of sets, and of no other
        response = self._answers.get(path, query, is_list=is_list)
        if response.status_code < _ERROR:
            return response
        kind = NotFoundError if response.status_code == _NOT_FOUND else ClientError
        raise error_of(kind, request, response)

    def _refuse_wait(self, path: str) -> NoReturn:
        raise MirrorError(
            f"{path} of a mirror changes only with mirror.sync(): call wait_until() of the client's"
            " resource"
        )


class MirrorClient(MirrorReads, ConnectClient):
    """A read-only client over a mirror's file."""

    def _open(self) -> None:
        super(ConnectClient, self)._open()  # no connections of its own
        self._driver = self._origin._driver  # whose threads read pages ahead

    def _exchange(self, request: Request) -> Response:
        return self._answered(request)

    def _wait(self, path: str, wait: Wait) -> Any:  # noqa: ARG002 - as of clients that send
        self._refuse_wait(path)


class AsyncMirrorClient(MirrorReads, AsyncConnectClient):
    """Async twin of `MirrorClient`; reads run in a thread."""

    def _read_ahead(self, reader: Reader, pages: int) -> AsyncAhead:
        ahead: AsyncAhead = self._origin._read_ahead(reader, pages)
        return ahead

    async def _checked_request(
        self, method: str, path: str, kwargs: dict[str, Any], is_checked: bool = False
    ) -> Request:
        return self._request(method, path, kwargs, is_checked)

    async def _exchange(self, request: Request) -> Response:
        from cnct.client._http.in_threads import in_thread  # noqa: PLC0415 - needs asyncio

        return await in_thread(self._answered, request)

    async def _wait(self, path: str, wait: Wait) -> Any:  # noqa: ARG002 - as of clients that send
        self._refuse_wait(path)
