"""The nouns of a mocker: reached as those of a client, told what to answer. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnct.client._core.urls import segment
from cnct.client.models.noun import HasActions, HasCollections, HasNamespaces, Node
from cnct.client.models.query import Query
from cnct.rql import R
from cnct.testing.set_mock import Headers, ResourceSetMock

if TYPE_CHECKING:
    from cnct.testing.mocker import ConnectClientMocker


class Mocked(Node):
    """Something at a path below the endpoint.

    Args:
        mocker: Who keeps the mocks.
        path: Path below the endpoint.
    """

    def __init__(self, mocker: ConnectClientMocker, path: str) -> None:
        """Keep mocker and path."""
        self._mocker = mocker
        self._path = path


class ActionMock(Mocked):
    """A verb such as ``approve``."""

    def get(
        self, status_code: int = 200, return_value: Any = None, headers: Headers = None
    ) -> None:
        """Mock a GET of the action; see :meth:`ConnectClientMocker.mock`."""
        self._mocker.get(self._path, status_code, return_value, headers)

    def post(
        self,
        status_code: int = 200,
        return_value: Any = None,
        headers: Headers = None,
        match_body: Any = None,
    ) -> None:
        """Mock a POST to the action; see :meth:`ConnectClientMocker.mock`."""
        self._mocker.create(self._path, status_code, return_value, headers, match_body)

    def put(
        self,
        status_code: int = 200,
        return_value: Any = None,
        headers: Headers = None,
        match_body: Any = None,
    ) -> None:
        """Mock a PUT to the action; see :meth:`ConnectClientMocker.mock`."""
        self._mocker.update(self._path, status_code, return_value, headers, match_body)

    def delete(
        self,
        status_code: int = 204,
        return_value: Any = None,
        headers: Headers = None,
        match_body: Any = None,
    ) -> None:
        """Mock a DELETE of the action; see :meth:`ConnectClientMocker.mock`."""
        self._mocker.delete(self._path, status_code, return_value, headers, match_body)


class ResourceMock(Mocked, HasActions[ActionMock], HasCollections["CollectionMock"]):
    """One object of a collection, nested collections and actions included."""

    def _action_at(self, path: str) -> ActionMock:
        return ActionMock(self._mocker, path)

    def _collection_at(self, path: str) -> CollectionMock:
        return CollectionMock(self._mocker, path)

    def get(
        self, status_code: int = 200, return_value: Any = None, headers: Headers = None
    ) -> None:
        """Mock a GET of the resource; see :meth:`ConnectClientMocker.mock`."""
        self._mocker.get(self._path, status_code, return_value, headers)

    def exists(self, return_value: bool) -> None:
        """Mock the GET that tells whether the resource is there."""
        self.get(200 if return_value else 404)

    def values(
        self, status_code: int = 200, return_value: Any = None, headers: Headers = None
    ) -> None:
        """Mock the GET of the whole resource that ``values`` picks from."""
        self.get(status_code, return_value, headers)

    def update(
        self,
        status_code: int = 200,
        return_value: Any = None,
        headers: Headers = None,
        match_body: Any = None,
    ) -> None:
        """Mock a PUT to the resource; see :meth:`ConnectClientMocker.mock`."""
        self._mocker.update(self._path, status_code, return_value, headers, match_body)

    def delete(
        self,
        status_code: int = 204,
        return_value: Any = None,
        headers: Headers = None,
        match_body: Any = None,
    ) -> None:
        """Mock a DELETE of the resource; see :meth:`ConnectClientMocker.mock`."""
        self._mocker.delete(self._path, status_code, return_value, headers, match_body)


class CollectionMock(Mocked, HasActions[ActionMock]):
    """A collection: resources and sets of them."""

    __iter__ = None  # without this, Python would try ``collection[0]`` and never end

    def _action_at(self, path: str) -> ActionMock:
        return ActionMock(self._mocker, path)

    def __getitem__(self, resource_id: str | int) -> ResourceMock:
        """Return the resource with this id."""
        return self.resource(resource_id)

    def resource(self, resource_id: str | int) -> ResourceMock:
        """Return the resource with this id.

        Raises:
            TypeError: If the id is neither str nor int.
            ValueError: If the id is blank.
        """
        return ResourceMock(self._mocker, f"{self._path}/{segment(resource_id)}")

    def all(self) -> ResourceSetMock:
        """Return the set of all resources."""
        return ResourceSetMock(self._mocker, self._path, Query(R()))

    def filter(self, *args: str | R, **kwargs: Any) -> ResourceSetMock:
        """Return the set of the resources that match; see :meth:`ResourceSet.filter`."""
        return self.all().filter(*args, **kwargs)

    def create(
        self,
        status_code: int = 201,
        return_value: Any = None,
        headers: Headers = None,
        match_body: Any = None,
    ) -> None:
        """Mock a POST to the collection; see :meth:`ConnectClientMocker.mock`."""
        self._mocker.create(self._path, status_code, return_value, headers, match_body)

    def bulk_create(
        self,
        status_code: int = 201,
        return_value: Any = None,
        headers: Headers = None,
        match_body: Any = None,
    ) -> None:
        """Mock a POST of a list to the collection; see :meth:`ConnectClientMocker.mock`."""
        self._mocker.create(self._path, status_code, return_value, headers, match_body)

    def bulk_update(
        self,
        status_code: int = 200,
        return_value: Any = None,
        headers: Headers = None,
        match_body: Any = None,
    ) -> None:
        """Mock a PUT of a list to the collection; see :meth:`ConnectClientMocker.mock`."""
        self._mocker.update(self._path, status_code, return_value, headers, match_body)

    def bulk_delete(
        self,
        status_code: int = 204,
        return_value: Any = None,
        headers: Headers = None,
        match_body: Any = None,
    ) -> None:
        """Mock a DELETE of a list from the collection; see :meth:`ConnectClientMocker.mock`."""
        self._mocker.delete(self._path, status_code, return_value, headers, match_body)


class NSMock(Mocked, HasNamespaces["NSMock"], HasCollections[CollectionMock]):
    """A group of related collections."""

    def _ns_at(self, path: str) -> NSMock:
        return NSMock(self._mocker, path)

    def _collection_at(self, path: str) -> CollectionMock:
        return CollectionMock(self._mocker, path)
