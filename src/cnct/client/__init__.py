"""The client and its objects."""

from cnct.client.exceptions import ClientError, NotFoundError
from cnct.client.fluent import ConnectClient
from cnct.rql import R

__all__ = ["ClientError", "ConnectClient", "NotFoundError", "R"]
