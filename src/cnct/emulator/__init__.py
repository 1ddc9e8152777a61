"""A local Connect: an OpenAPI document and records, served over real HTTP on loopback.

Knows RQL and the document; knows no client. Behaves as RQL.md sections 2, 3 and 6 describe, with
PostgreSQL's order and letter case.
"""

from cnct.emulator.server import Emulator

__all__ = ["Emulator"]
