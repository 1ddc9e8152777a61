"""Reads rows as decoded from JSON: parameters, moments, differences. No I/O."""

from cnct.rows.parameters import Params, params

__all__ = ["Params", "params"]
