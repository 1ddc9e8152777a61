"""The error of sets that were not read yet."""

from cnct.exceptions import NotYetEvaluatedError

__all__ = ["NotYetEvaluatedError"]
