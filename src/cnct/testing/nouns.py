"""The nouns of a mocker, with the names of a client's nouns: their verbs add mocks. No I/O."""

from __future__ import annotations

from typing import Any, Unpack

from cnct.client._core.urls import segment
from cnct.client.models.noun import HasActions, HasCollections, HasNamespaces, Node
from cnct.client.models.query import first_query
from cnct.rql import R
from cnct.testing.mocks import Mocks
from cnct.testing.replies import Reply, ReplyToBody
from cnct.testing.set_mock import ResourceSetMock


class _NounMock(Node):
    """A noun at a path below the endpoint.

    Args:
        mocks: Mocks of the endpoint, to add to.
        path: Path below the endpoint.
    """

    def __init__(self, mocks: Mocks, path: str) -> None:
        self._mocks = mocks
        self._path = path


class ActionMock(_NounMock):
    """An action such as ``approve``."""

    def get(self, status_code: int = 200, **reply: Unpack[Reply]) -> None:
        """Mock a GET of the action; see `ConnectClientMocker.mock`."""
        self._mocks.add("GET", self._path, status_code, **reply)

    def post(self, status_code: int = 200, **reply: Unpack[ReplyToBody]) -> None:
        """Mock a POST to the action; see `ConnectClientMocker.mock`."""
        self._mocks.add("POST", self._path, status_code, **reply)

    def upload(self, status_code: int = 200, **reply: Unpack[ReplyToBody]) -> None:
        """Mock the POST behind ``upload``; ``match_body`` may be a `FormBody`."""
        self.post(status_code, **reply)

    def put(self, status_code: int = 200, **reply: Unpack[ReplyToBody]) -> None:
        """Mock a PUT to the action; see `ConnectClientMocker.mock`."""
        self._mocks.add("PUT", self._path, status_code, **reply)

    def delete(self, status_code: int = 204, **reply: Unpack[ReplyToBody]) -> None:
        """Mock a DELETE of the action; see `ConnectClientMocker.mock`."""
        self._mocks.add("DELETE", self._path, status_code, **reply)


class ResourceMock(_NounMock, HasActions[ActionMock], HasCollections["CollectionMock"]):
    """A resource of a collection, with its actions and nested collections."""

    def _action_at(self, path: str) -> ActionMock:
        return ActionMock(self._mocks, path)

    def _collection_at(self, path: str) -> CollectionMock:
        return CollectionMock(self._mocks, path)

    def get(self, status_code: int = 200, **reply: Unpack[Reply]) -> None:
        """Mock a GET of the resource; see `ConnectClientMocker.mock`."""
        self._mocks.add("GET", self._path, status_code, **reply)

    def exists(self, return_value: bool) -> None:
        """Mock the GET behind ``exists``: status 200 or 404."""
        self.get(200 if return_value else 404)

    def values(self, status_code: int = 200, **reply: Unpack[Reply]) -> None:
        """Mock the GET behind ``values``; ``return_value`` is the whole resource."""
        self.get(status_code, **reply)

    def update(self, status_code: int = 200, **reply: Unpack[ReplyToBody]) -> None:
        """Mock a PUT to the resource; see `ConnectClientMocker.mock`."""
        self._mocks.add("PUT", self._path, status_code, **reply)

    def upload(self, status_code: int = 200, **reply: Unpack[ReplyToBody]) -> None:
        """Mock the PUT behind ``upload``; ``match_body`` may be a `FormBody`."""
        self.update(status_code, **reply)

    def delete(self, status_code: int = 204, **reply: Unpack[ReplyToBody]) -> None:
        """Mock a DELETE of the resource; see `ConnectClientMocker.mock`."""
        self._mocks.add("DELETE", self._path, status_code, **reply)


class CollectionMock(_NounMock, HasActions[ActionMock]):
    """A collection: resources and sets of resources."""

    __iter__ = None  # without this, Python would iterate over collection[0], [1], ... without end

    def _action_at(self, path: str) -> ActionMock:
        return ActionMock(self._mocks, path)

    def __getitem__(self, resource_id: str | int) -> ResourceMock:
        """Return the resource with an id."""
        return self.resource(resource_id)

    def resource(self, resource_id: str | int) -> ResourceMock:
        """Return the resource with an id.

        Raises:
            TypeError: If the id is neither str nor int.
            ValueError: If the id is blank.
        """
        return ResourceMock(self._mocks, f"{self._path}/{segment(resource_id)}")

    def all(self) -> ResourceSetMock:
        """Return the set of all resources."""
        return ResourceSetMock(self._mocks, self._path, first_query())

    def filter(self, *args: str | R, **kwargs: Any) -> ResourceSetMock:
        """Return the set of the resources that match; see `ResourceSet.filter`."""
        return self.all().filter(*args, **kwargs)

    def create(self, status_code: int = 201, **reply: Unpack[ReplyToBody]) -> None:
        """Mock a POST to the collection; see `ConnectClientMocker.mock`."""
        self._mocks.add("POST", self._path, status_code, **reply)

    def upload(self, status_code: int = 201, **reply: Unpack[ReplyToBody]) -> None:
        """Mock the POST behind ``upload``, and that of a file behind ``upload_directory``.

        ``match_body`` may be a `FormBody`.
        """
        self.create(status_code, **reply)

    def bulk_create(self, status_code: int = 201, **reply: Unpack[ReplyToBody]) -> None:
        """Mock a POST of a list to the collection; see `ConnectClientMocker.mock`."""
        self.create(status_code, **reply)

    def bulk_update(self, status_code: int = 200, **reply: Unpack[ReplyToBody]) -> None:
        """Mock a PUT of a list to the collection; see `ConnectClientMocker.mock`."""
        self._mocks.add("PUT", self._path, status_code, **reply)

    def bulk_delete(self, status_code: int = 204, **reply: Unpack[ReplyToBody]) -> None:
        """Mock a DELETE of a list from the collection; see `ConnectClientMocker.mock`."""
        self._mocks.add("DELETE", self._path, status_code, **reply)


class NSMock(_NounMock, HasNamespaces["NSMock"], HasCollections[CollectionMock]):
    """A namespace: a group of related collections."""

    def _ns_at(self, path: str) -> NSMock:
        return NSMock(self._mocks, path)

    def _collection_at(self, path: str) -> CollectionMock:
        return CollectionMock(self._mocks, path)
