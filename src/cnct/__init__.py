"""cnct: the fluent, REPL-friendly client for the CloudBlue Connect API.

>>> from cnct import ConnectClient, R
>>> client = ConnectClient("ApiKey SU-000-000-000:secret")
>>> client.requests.filter(R().status.eq("pending")).order_by("-created")
<ResourceSet requests?eq(status,pending)&ordering(-created) 0/? fetched>
"""

from typing import TYPE_CHECKING

from cnct._facade import __all__ as __all__
from cnct._facade import __dir__ as __dir__
from cnct._facade import __getattr__ as __getattr__

if TYPE_CHECKING:
    from cnct._facade import *  # noqa: F403 - the names of __all__
