"""Cassettes: recorded calls in a file, scrubbed of secrets, that tests replay strictly."""
