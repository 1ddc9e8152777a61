"""The index of a document: a tree of paths, and parts that are decoded on access.

Does no I/O and knows no Python names. Does not import msgspec, as `tree` does not: checking the
path of a call needs the tree alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cnct.openapi.shapes import Object
from cnct.openapi.sources import NO_STAMP, Stamp
from cnct.openapi.tree import PathNode

if TYPE_CHECKING:
    from cnct.openapi.parts import Parts

_END = b"\n"  # of the JSON, which has no such byte


class Index:
    """A document prepared for look-ups.

    Args:
        digest: Digest of the document's text.
        root: Root of the tree of paths.
        files: Stamps of the document's other files, by path.
        packed: The packed `Parts` of the document; a view of the cached bytes is not copied.
        stamp: The version of the document.
    """

    def __init__(
        self,
        digest: bytes,
        root: PathNode,
        files: Mapping[str, Stamp],
        packed: bytes | memoryview,
        stamp: Stamp = NO_STAMP,
    ) -> None:
        self.stamp = stamp
        self.digest = digest
        self.root = root
        self.files = files
        self._packed = packed

    def stamped(self, stamp: Stamp) -> Index:
        """Return the index with another version of the document."""
        return Index(self.digest, self.root, self.files, self._packed, stamp)

    @cached_property
    def _parts(self) -> Parts:
        from cnct.openapi.parts import unpacked  # noqa: PLC0415 - loads msgspec

        return unpacked(self._packed)

    @property
    def head(self) -> dict[str, Any]:
        """The document without paths and components."""
        return self._parts.head

    def document(self, *, as_written: bool = False) -> Object:
        """Return a view like the parsed document; parts are decoded on first access.

        Args:
            as_written: Whether to return unchanged parts; by default, schemas are `repaired`.
        """
        return self._parts.document(as_written=as_written)

    def packed(self) -> bytes:
        """Return the index as bytes; `from_packed` reads them."""
        tree = [self.stamp, self.digest.hex(), self.files, self.root.plain()]
        return b"".join((json.dumps(tree, separators=(",", ":")).encode(), _END, self._packed))

    @classmethod
    def from_packed(cls, data: bytes) -> Index:
        """Return the index of `packed`.

        Raises:
            TypeError: If the bytes are of another form.
            ValueError: If the bytes are of another form.
        """
        end = data.index(_END)
        stamp, digest, files, root = json.loads(data[:end])
        root = PathNode.from_plain(root)
        packed = memoryview(data)[end + len(_END) :]
        return cls(bytes.fromhex(digest), root, files, packed, tuple(stamp))


def index(document: Object, digest: bytes) -> Index:
    """Index a document.

    Args:
        document: The document.
        digest: Digest of the document's text.
    """
    from cnct.openapi.parts import packed  # noqa: PLC0415 - loads msgspec
    from cnct.openapi.planting import tree  # noqa: PLC0415 - not needed for a stored index
    from cnct.openapi.references import FILES  # noqa: PLC0415 - same

    return Index(digest, tree(document), document.get(FILES, {}), packed(document))
