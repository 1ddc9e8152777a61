"""Pipelines with dlt: a source whose resources are collections of Connect.

dlt is the user's own: it is imported by `connect`, when a source is made.
"""

from cnct.dlt.connect_source import connect

__all__ = ["connect"]
