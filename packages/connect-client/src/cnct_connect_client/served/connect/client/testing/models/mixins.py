"""Other names of the mocks of nouns, for tests that replace methods there."""

from connect.client.testing.models.base import ActionMock as ActionMixin
from connect.client.testing.models.base import CollectionMock as CollectionMixin
from connect.client.testing.models.base import ResourceMock as ResourceMixin

__all__ = ["ActionMixin", "CollectionMixin", "ResourceMixin"]
