"""The version of cnct, for programs without the metadata of a package. Imports nothing."""

VERSION = "0.1.0"
"""As in ``pyproject.toml``; reading the metadata takes longer than a call."""
