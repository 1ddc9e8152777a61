"""Decisions of the client, without I/O: URLs, request bodies, retries, errors, paging.

Plain functions, and flows: generators that yield a request or a pause to the driver, which sends
back the response.
"""
