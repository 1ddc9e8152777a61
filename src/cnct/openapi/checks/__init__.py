"""Calls against the document, before they are sent. Finds problems; what to do is not decided here.

Functions of an :class:`OpenAPISpecs` without any state but caches; nothing here knows a client.
"""

from cnct.openapi.checks.paths import check_call, check_path
from cnct.openapi.checks.payloads import check_payload
from cnct.openapi.checks.problems import Problem
from cnct.openapi.checks.queries import check_query

__all__ = ["Problem", "check_call", "check_path", "check_payload", "check_query"]
