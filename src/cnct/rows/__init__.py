"""Reads rows as decoded from JSON: parameters, moments, differences. No I/O."""

from cnct.rows.difference_table import FieldChange
from cnct.rows.differences import Difference, diff
from cnct.rows.parameters import Params, params

__all__ = ["Difference", "FieldChange", "Params", "diff", "params"]
