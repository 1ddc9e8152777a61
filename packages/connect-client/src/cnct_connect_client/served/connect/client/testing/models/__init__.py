"""Mocks of namespaces, collections, resources, actions and sets."""

from connect.client.testing.models.base import (
    ActionMock,
    CollectionMock,
    NSMock,
    ResourceMock,
    ResourceSetMock,
)

__all__ = ["ActionMock", "CollectionMock", "NSMock", "ResourceMock", "ResourceSetMock"]
