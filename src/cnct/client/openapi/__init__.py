"""The API's OpenAPI document. Knows no client."""
