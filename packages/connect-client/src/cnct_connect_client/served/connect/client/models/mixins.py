"""Other names of the nouns, for tests that replace methods there."""

from connect.client.models.base import Action as ActionMixin
from connect.client.models.base import AsyncAction as AsyncActionMixin
from connect.client.models.base import AsyncCollection as AsyncCollectionMixin
from connect.client.models.base import AsyncResource as AsyncResourceMixin
from connect.client.models.base import Collection as CollectionMixin
from connect.client.models.base import Resource as ResourceMixin

__all__ = [
    "ActionMixin",
    "AsyncActionMixin",
    "AsyncCollectionMixin",
    "AsyncResourceMixin",
    "CollectionMixin",
    "ResourceMixin",
]
