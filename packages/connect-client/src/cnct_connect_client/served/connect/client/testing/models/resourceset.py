"""Another name of the module of set mocks."""

from connect.client.testing.models.base import ResourceSetMock

__all__ = ["ResourceSetMock"]
