"""The API's OpenAPI document."""

from cnct.openapi import OpenAPISpecs

__all__ = ["OpenAPISpecs"]
