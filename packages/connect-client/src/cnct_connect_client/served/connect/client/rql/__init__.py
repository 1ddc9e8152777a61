"""RQL conditions built in Python."""

from connect.client.rql.base import R

__all__ = ["R"]
