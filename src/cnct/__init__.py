"""cnct: the fluent, REPL-friendly client for the CloudBlue Connect API.

>>> from cnct import ConnectClient, R
>>> client = ConnectClient("ApiKey SU-000-000-000:secret")
>>> client.requests.filter(R().status.eq("pending")).order_by("-created")
<ResourceSet requests?eq(status,pending)&ordering(-created) 0/? fetched>
"""

from cnct.client.exceptions import ClientError, NotFoundError
from cnct.client.fluent import ConnectClient
from cnct.rql import R, RQLError

__all__ = ["ClientError", "ConnectClient", "NotFoundError", "R", "RQLError"]
