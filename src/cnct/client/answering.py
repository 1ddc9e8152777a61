"""The client whose verbs return an `Answer`: a view of a client, with the same state."""

from __future__ import annotations

import copy
import types
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Unpack

from cnct.client._core.messages import Trace
from cnct.client._core.responses import value_of
from cnct.client.answer import answer_of
from cnct.client.base_client import BaseClient
from cnct.client.fluent import ConnectClient
from cnct.client.models.answering_nouns import AnsweringCollection, AnsweringNS
from cnct.client.models.names import completed
from cnct.text import clean

if TYPE_CHECKING:
    from cnct.client.answer import Answer
    from cnct.client.dry_run import DryRunClient
    from cnct.client.transfers.upload_files import FileSource
    from cnct.client.transfers.upload_options import UploadOptions


class AnsweringBase(BaseClient[Any, Any, Any]):
    """Base of the views of both worlds. All attributes are those of the client."""

    # `_viewed` is a slot of each class that `answering_class` makes.

    def _like(self, client: Any) -> Any:
        return client.with_response

    def __copy__(self) -> Any:
        """Return the view of a copy of the client."""
        return copy.copy(self._viewed).with_response

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Pickle the client."""
        return _again, (self._viewed,)

    def __repr__(self) -> str:
        """Return the representation of the client, and the name of the view."""
        return clean(f"{self._viewed!r}.with_response", lines=True)


class AnsweringClient(AnsweringBase, ConnectClient):
    """A client whose verbs return an `Answer`; made by `ConnectClient.with_response`."""

    def _ns_at(self, path: str) -> AnsweringNS:
        return AnsweringNS(self, path)

    def _collection_at(self, path: str) -> AnsweringCollection:
        return AnsweringCollection(self, path)

    def execute(self, method: str, path: str, **kwargs: Any) -> Answer[Any]:
        """Make a call, and return the answer; see `ConnectClient.execute`."""
        request = self._request(method, path, kwargs)
        trace = Trace()
        request = request.but(trace=trace)
        response = self._exchange(request)
        trace.end()
        value = value_of(request, response, self._serves_pages)
        return answer_of(request, response, trace, value)

    def dry_run(self) -> DryRunClient:
        """Return a dry run whose verbs return answers too; see `ConnectClient.dry_run`."""
        dry: Any = self._plain.dry_run().with_response
        view: DryRunClient = dry
        return view

    if TYPE_CHECKING:  # since the classes of `with_response` have other nouns and results

        def __call__(self, name: str) -> AnsweringNS: ...
        def __getattr__(self, name: str) -> AnsweringCollection: ...
        @completed("namespaces")
        def ns(self, name: str) -> AnsweringNS: ...
        @completed("collections")
        def collection(self, name: str) -> AnsweringCollection: ...
        def get(self, url: str, **kwargs: Any) -> Answer[Any]: ...
        def create(self, url: str, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...
        def update(self, url: str, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...
        def delete(self, url: str, payload: Any = None, **kwargs: Any) -> Answer[Any]: ...
        def upload(
            self,
            url: str,
            source: FileSource,
            field: str | None = None,
            **options: Unpack[UploadOptions],
        ) -> Answer[Any]: ...


def answering(client: Any, base: Any) -> Any:
    """Return the view of a client whose verbs return answers.

    Args:
        client: A client, of any class; of a view, the same view anew.
        base: The class of views of the world.
    """
    plain = client._plain
    kind: Any = plain.__class__  # without the unknown parameters of type()
    view = object.__new__(answering_class(kind, base))
    # One dictionary for both: a setting that changes, or a method that a test replaces on the
    # client, applies to the view too.
    view.__dict__ = vars(plain)
    view._viewed = plain
    return view


@lru_cache(maxsize=64)
def answering_class(kind: Any, base: Any) -> type[Any]:
    """Return the class of the views of a client's class, which may be one of the user."""
    bases: tuple[type[object], ...] = (base,) if issubclass(base, kind) else (kind, base)
    members = {"__module__": __name__, "__slots__": ("_viewed",)}
    return types.new_class(
        f"{kind.__name__}WithResponse", bases, exec_body=lambda body: body.update(members)
    )


def _again(client: Any) -> Any:
    return client.with_response
