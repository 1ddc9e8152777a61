"""The file of a local mirror: rows of collections, and how they were kept up to date.

Fetches nothing: rows are handed in.
"""

from cnct.data.mirror.answers import MirrorAnswers
from cnct.data.mirror.changes import MirrorChanges, RowChange
from cnct.data.mirror.file import MirrorFile
from cnct.data.mirror.opening import sqlite_errors
from cnct.data.mirror.reading import MirrorReading
from cnct.data.mirror.state import CollectionState, RowCounts
from cnct.store.documented import DocumentedTables
from cnct.store.tables import Table

__all__ = [
    "CollectionState",
    "DocumentedTables",
    "MirrorAnswers",
    "MirrorChanges",
    "MirrorFile",
    "MirrorReading",
    "RowChange",
    "RowCounts",
    "Table",
    "sqlite_errors",
]
