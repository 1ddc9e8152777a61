"""Base of the collections of both worlds: refinements that start from all resources. No I/O."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from cnct.client._core.urls import segment
from cnct.client.models.has_fields import HasFields
from cnct.client.models.noun import STEPS_WITHOUT_IO
from cnct.exceptions import ClientError

if TYPE_CHECKING:
    from cnct.client.models.refinement import Refinable

SetT = TypeVar("SetT", bound="Refinable")

_NOT_FOUND = 404


class CollectionBase(HasFields, Generic[SetT]):
    """Base of `Collection` and `AsyncCollection`."""

    _steps_without_io = STEPS_WITHOUT_IO | {"[]", "resource"}

    @abstractmethod
    def all(self) -> SetT:
        """Return the set of all resources."""

    def order_by(self, *fields: str) -> SetT:
        """Return the set of all resources in an order; see `ResourceSet.order_by`."""
        return self.all().order_by(*fields)

    def select(self, *fields: str) -> SetT:
        """Return the set of all resources with other fields; see `ResourceSet.select`."""
        return self.all().select(*fields)

    def search(self, term: str) -> SetT:
        """Return the set of the resources that contain words; see `ResourceSet.search`."""
        return self.all().search(term)

    def limit(self, limit: int) -> SetT:
        """Return the set of all resources with another size of pages; see `ResourceSet.limit`."""
        return self.all().limit(limit)

    def __bool__(self) -> bool:
        """Return True: a collection is a place in the API, even if it has no resources."""
        return True

    def _resource_path(self, resource_id: str | int) -> str:
        return f"{self._path}/{segment(resource_id)}"


def checked_id(key: Any) -> Any:
    """Return the key of a collection, which must not be a negative index.

    Raises:
        ValueError: If the key is a negative index.
    """
    if isinstance(key, int) and key < 0:
        raise ValueError(
            f"[{key}] is no id, and collections have no indexes: for the newest resource, write "
            ".order_by('-created').first()"
        )
    return key


def is_missing(error: ClientError) -> bool:
    """Return ``False``, the result of ``exists()``, for a 404 of any error class.

    An unknown path has no status, since nothing was sent.

    Raises:
        ClientError: For any other status.
    """
    if error.status_code != _NOT_FOUND:
        raise error
    return False


def checked_list(payload: Any) -> list[Any]:
    """Return the payload of a bulk call as a list.

    Raises:
        TypeError: If the payload is neither a list nor a tuple.
    """
    if type(payload) not in (list, tuple):
        raise TypeError(
            f"payload must be a list of resources, not {type(payload).__name__}: write [payload], "
            "or create(), update() and delete() for one"
        )
    return [*payload]
