"""The service: requests over HTTP, payload rules, statuses and records."""
