"""Other names of the clients, for tests that replace methods there."""

from connect.client.fluent import AsyncConnectClient as AsyncClientMixin
from connect.client.fluent import ConnectClient as SyncClientMixin

__all__ = ["AsyncClientMixin", "SyncClientMixin"]
