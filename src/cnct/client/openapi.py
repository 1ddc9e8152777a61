"""Where programs of connect-openapi-client import `OpenAPISpecs` from; its home is `cnct.openapi`."""

from cnct.openapi.specs import OpenAPISpecs

__all__ = ["OpenAPISpecs"]
