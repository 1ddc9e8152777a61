"""Single operations of a bulk job. No I/O."""

from __future__ import annotations

from typing import Any, NamedTuple

from cnct.client._core.urls import checked_name, segment
from cnct.client.work.outcomes import Id


class Operation(NamedTuple):
    """A create, update, delete or action of a collection; made by the class methods.

    Attributes:
        verb: ``create``, ``update``, ``delete``, or the name of an action.
        method: HTTP method.
        id: Id of the resource; ``None`` for ``create``.
        payload: JSON payload; ``None`` sends no body.
    """

    verb: str
    method: str
    id: Id | None
    payload: Any

    @classmethod
    def create(cls, payload: Any = None) -> Operation:
        """Return an operation that creates a resource."""
        return cls("create", "POST", None, payload)

    @classmethod
    def update(cls, resource_id: Id, payload: Any = None) -> Operation:
        """Return an operation that changes a resource."""
        segment(resource_id)
        return cls("update", "PUT", resource_id, payload)

    @classmethod
    def delete(cls, resource_id: Id) -> Operation:
        """Return an operation that deletes a resource."""
        segment(resource_id)
        return cls("delete", "DELETE", resource_id, None)

    @classmethod
    def action(cls, resource_id: Id, name: str, payload: Any = None) -> Operation:
        """Return an operation that calls an action of a resource by POST."""
        segment(resource_id)
        return cls(checked_name(name, "action"), "POST", resource_id, payload)

    @property
    def body(self) -> dict[str, Any]:
        """The keyword arguments of the call."""
        return {} if self.payload is None else {"json": self.payload}

    def path(self, collection: str) -> str:
        """Return the path of the call below the endpoint."""
        if self.id is None:
            return collection
        resource = f"{collection}/{segment(self.id)}"
        return resource if self.method != "POST" else f"{resource}/{self.verb}"


def checked_operation(operation: Any) -> Operation:
    """Return an operation.

    Raises:
        TypeError: If the value is not an operation.
    """
    if not isinstance(operation, Operation):
        raise TypeError(
            f"bulk() takes operations such as Operation.update('PRD-1', {{...}}), "
            f"not {type(operation).__name__}"
        )
    return operation
