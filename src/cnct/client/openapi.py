"""Where programs of connect-openapi-client find `OpenAPISpecs`; its home is `cnct.openapi`."""

from cnct.openapi.specs import OpenAPISpecs

__all__ = ["OpenAPISpecs"]
