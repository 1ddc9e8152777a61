"""Checks requests against the document before they are sent; decides no consequence.

Functions of an `OpenAPISpecs`, without state apart from caches; nothing here knows a client.
"""

from cnct.openapi.checks.paths import check_call, check_path
from cnct.openapi.checks.payloads import check_payload
from cnct.openapi.checks.picks import check_picks
from cnct.openapi.checks.problems import Problem
from cnct.openapi.checks.queries import check_query
from cnct.openapi.checks.requests import RequestProblems, check_request

__all__ = [
    "Problem",
    "RequestProblems",
    "check_call",
    "check_path",
    "check_payload",
    "check_picks",
    "check_query",
    "check_request",
]
