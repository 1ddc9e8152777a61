"""The asynchronous client whose verbs return an `Answer`. The views are made by `answering`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from cnct.client._core.messages import Trace
from cnct.client._core.responses import value_of
from cnct.client._http.offloading import rows_of
from cnct.client.answer import answer_of
from cnct.client.answering import AnsweringBase
from cnct.client.async_client import AsyncConnectClient
from cnct.client.models.answering_nouns import AsyncAnsweringCollection, AsyncAnsweringNS
from cnct.client.models.names import completed

if TYPE_CHECKING:
    from cnct.client.answer import Answer
    from cnct.client.dry_run import AsyncDryRunClient
    from cnct.client.transfers.upload_files import FileSource
    from cnct.client.transfers.upload_options import UploadOptions


class AsyncAnsweringClient(AnsweringBase, AsyncConnectClient):
    """Async twin of `AnsweringClient`; made by `AsyncConnectClient.with_response`."""

    def _ns_at(self, path: str) -> AsyncAnsweringNS:
        return AsyncAnsweringNS(self, path)

    def _collection_at(self, path: str) -> AsyncAnsweringCollection:
        return AsyncAnsweringCollection(self, path)

    async def execute(self, method: str, path: str, **kwargs: Any) -> Answer[Any]:
        """Make a call, and return the answer. Async twin of `AnsweringClient.execute`."""
        request = await self._checked_request(method, path, kwargs)
        trace = Trace()
        request = request.but(trace=trace)
        response = await self._exchange(request)
        trace.end()
        value: Any = await rows_of(response)
        if value is None:
            value = value_of(request, response, self._serves_pages)
        return answer_of(request, response, trace, value)

    def dry_run(self) -> AsyncDryRunClient:
        """Return a dry run whose verbs return answers too; see `ConnectClient.dry_run`."""
        dry: Any = self._plain.dry_run().with_response
        view: AsyncDryRunClient = dry
        return view

    if TYPE_CHECKING:

        def __call__(self, name: str) -> AsyncAnsweringNS: ...
        def __getattr__(self, name: str) -> AsyncAnsweringCollection: ...
        @completed("namespaces")
        def ns(self, name: str) -> AsyncAnsweringNS: ...
        @completed("collections")
        def collection(self, name: str) -> AsyncAnsweringCollection: ...
        async def get(self, url: str, **kwargs: Any) -> Answer[Any]: ...
        async def create(self, url: str, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...
        async def update(self, url: str, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...
        async def delete(self, url: str, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...
        async def upload(
            self,
            url: str,
            source: FileSource,
            field: str | None = None,
            **options: Unpack[UploadOptions],
        ) -> Answer[Any]: ...
