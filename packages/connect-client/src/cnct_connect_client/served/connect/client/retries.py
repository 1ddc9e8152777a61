"""The rules for retries of the bridge's clients."""

from cnct.client import RetryPolicy

RETRIES = RetryPolicy(statuses=RetryPolicy().statuses | frozenset(range(500, 600)))
"""As cnct's, and after every status from 500 on; a POST is repeated only if that is harmless."""
