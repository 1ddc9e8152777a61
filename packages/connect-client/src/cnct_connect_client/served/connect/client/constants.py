"""Addresses of CloudBlue Connect (OpenAPI document, version 37.0, ``servers``)."""

CONNECT_SPECS_URL = "https://apispec.connect.cloudblue.com/connect-openapi30.yml"
CONNECT_ENDPOINT_URL = "https://api.connect.cloudblue.com/public/v1"
