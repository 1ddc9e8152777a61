"""The import path of `OpenAPISpecs` in connect-openapi-client; the class is in `cnct.openapi`."""

from cnct.openapi.specs import OpenAPISpecs

__all__ = ["OpenAPISpecs"]
