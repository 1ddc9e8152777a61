"""The property `with_response` of both clients. The clients that it returns are in `answering`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnct.client.answering import AnsweringClient
    from cnct.client.async_answering import AsyncAnsweringClient


class HasAnswers:
    """A synchronous client whose calls can return whole answers."""

    @property
    def with_response(self) -> AnsweringClient:
        """This client with verbs that return an `Answer`: value, status, headers, request id.

        Connections, settings and counts are those of the client, also later changes; closing one
        closes the other. ``get``, ``create``, ``update``, ``delete``, ``post``, ``put``,
        ``execute`` and the lists of ``bulk_create`` and its like return an answer. Methods that
        make several calls, such as ``exists``, ``values`` and ``wait_until``, and sets return the
        same as without ``with_response``. Errors have their own ``status_code`` and
        ``request_id``.

        Examples:
            >>> from cnct import ConnectClient
            >>> from cnct.emulator import Emulator
            >>> with Emulator() as connect:
            ...     client = ConnectClient("ApiKey x", connect.endpoint, use_specs=False)
            ...     answer = client.with_response.products["PRD-000-000-001"].get()
            ...     client.close()
            >>> answer.status, answer.attempts, answer.value["id"]
            (200, 1, 'PRD-000-000-001')
        """
        from cnct.client.answering import (  # noqa: PLC0415 - not at import
            AnsweringClient,
            answering,
        )

        client: Any = self
        view: AnsweringClient = answering(client, AnsweringClient)
        return view


class AsyncHasAnswers:
    """An asynchronous client whose calls can return whole answers."""

    @property
    def with_response(self) -> AsyncAnsweringClient:
        """This client with verbs that return an `Answer`: value, status, headers, request id.

        Async twin of `ConnectClient.with_response`.
        """
        from cnct.client.answering import answering  # noqa: PLC0415 - not at import
        from cnct.client.async_answering import (  # noqa: PLC0415 - same
            AsyncAnsweringClient,
        )

        client: Any = self
        view: AsyncAnsweringClient = answering(client, AsyncAnsweringClient)
        return view
