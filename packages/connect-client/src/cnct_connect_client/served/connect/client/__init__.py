"""The interface of connect-openapi-client, on cnct."""

from connect.client.exceptions import ClientError
from connect.client.fluent import AsyncConnectClient, ConnectClient
from connect.client.logger import RequestLogger
from connect.client.rql import R

__all__ = ["AsyncConnectClient", "ClientError", "ConnectClient", "R", "RequestLogger"]
