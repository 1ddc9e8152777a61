"""Types of an API's document, written as a package for type checkers and editors."""

from __future__ import annotations

from cnct.stubs.package import check, write

__all__ = ["check", "write"]
