"""The service: calls over HTTP, payload rules, states and records."""
