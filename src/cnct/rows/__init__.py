"""Reads rows as decoded from JSON: parameters, moments, differences. No I/O."""
