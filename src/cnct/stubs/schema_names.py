"""Names for the schemas of a document. The shortest name goes to the rows of a root collection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from urllib.parse import unquote

from cnct.openapi.naming import singular
from cnct.openapi.row_schemas import PARAM, RowSchemas
from cnct.openapi.shapes import as_object
from cnct.stubs.identifiers import UniqueNames, pascal

COMPONENTS = "#/components/schemas/"
RESERVED = frozenset(
    {
        *("Any", "Literal", "TypeAlias", "TypedDict", "None", "True", "False"),
        *("Sequence", "Undocumented"),
    }
)
"""Names that the types of schemas, and of payloads, refer to."""


def row_name(key: str) -> str:
    """Return a name for the rows of a collection: ``accounts/{}/users`` -> ``AccountUser``."""
    return pascal(*(singular(segment) for segment in key.split("/") if segment != PARAM))


class SchemaNames:
    """The names of the schemas of a whole document, whichever part is written.

    Args:
        schemas: The schemas of the document's records.
        components: The names of the document's component schemas.
    """

    def __init__(self, schemas: RowSchemas, components: Iterable[str]) -> None:
        self._unique = UniqueNames(RESERVED)
        self._names: dict[str, str] = {}
        components = sorted(components)
        self._reserved = self._name_rows(schemas)
        for name in components:
            if "." not in name and name not in self._names:
                self._names[name] = self._unique.new(pascal(name))
        endings = Counter(_ending(name) for name in components)
        for name in components:
            if name not in self._names:
                short = (_ending(name),) if endings[_ending(name)] == 1 else ()
                self._names[name] = self._unique.new(*short, pascal(name))

    def _name_rows(self, schemas: RowSchemas) -> set[str]:
        """Take the short names for rows of the root's collections; return those of inline ones."""
        rows: set[str] = set()
        for key, place in sorted(schemas.places.items()):
            if "/" in key or place.kind != "collection" or not place.operations.get("GET"):
                continue
            name = row_name(key)
            component = component_of(as_object(schemas.item(key)).get("$ref"))
            if not component:
                rows.add(self._unique.new(name))
            elif _ending(component) == name:
                self._names.setdefault(component, self._unique.new(name))
        return rows

    def component(self, name: str) -> str:
        """Return the name of a component schema."""
        return self._names[name]

    def has(self, name: str) -> bool:
        """Return whether the document has such a component schema."""
        return name in self._names

    def new(self, name: str) -> str:
        """Return a name for another schema, with a number if the name is in use."""
        if name in self._reserved:
            self._reserved.remove(name)
            return name
        return self._unique.new(name)


def component_of(reference: object) -> str:
    """Return the name of the component schema at a reference; empty for any other place."""
    if not isinstance(reference, str) or not reference.startswith(COMPONENTS):
        return ""
    name = reference.removeprefix(COMPONENTS)
    return "" if "/" in name else unquote(name).replace("~1", "/").replace("~0", "~")


def _ending(name: str) -> str:
    return pascal(name.rpartition(".")[2])
