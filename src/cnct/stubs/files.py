"""Assembles the files of a package from the types of a document. Writes none."""

from __future__ import annotations

from collections.abc import Sequence

from cnct.openapi import OpenAPISpecs
from cnct.openapi.row_schemas import RowSchemas
from cnct.stubs.call_types import CallTypes
from cnct.stubs.class_text import ClassText
from cnct.stubs.dict_text import aliases, typed_dict
from cnct.stubs.headers import header
from cnct.stubs.keywords import IMPORTS, keywords
from cnct.stubs.schema_names import SchemaNames
from cnct.stubs.schema_types import ANY, SchemaTypes
from cnct.stubs.surface import CollectionNode, Surface, steps
from cnct.stubs.worlds import ASYNC, SYNC

_SCHEMAS = '''\
"""The schemas of the API as types, for annotations: rows are whole, payloads need no key."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, TypedDict
'''

# Rows are narrower than those of the plain client, and names than any text.
_SUPPRESSED = """\
# mypy: disable-error-code="override,misc,assignment"
# pyright: reportIncompatibleMethodOverride=false, reportIncompatibleVariableOverride=false
# ty: ignore[{rules}]
"""


def package_files(
    specs: OpenAPISpecs, only: Sequence[str], *, asynchronous: bool, filters: bool
) -> dict[str, str]:
    """Return the texts of the files by name.

    Args:
        specs: The document.
        only: Paths to which the types are restricted; empty for the whole document.
        asynchronous: Whether the asynchronous client has types too.
        filters: Whether the keywords of filters have types.
    """
    schemas = RowSchemas(specs)
    calls = CallTypes(specs, schemas, SchemaNames(schemas, specs.components("schemas")))
    surface = Surface(steps(specs, schemas), calls, only)
    top = header(specs, only, asynchronous=asynchronous, filters=filters)
    worlds = {"_sync.pyi": SYNC} | ({"_async.pyi": ASYNC} if asynchronous else {})
    names = frozenset({*calls.types.classes, *calls.types.aliases})
    files = {
        "__init__.py": top + _entry("cnct.client.fluent", "cnct.client.fluent"),
        "__init__.pyi": top + _entry("._sync", "._async" if asynchronous else "cnct.client.fluent"),
        "py.typed": "",
        "schemas.py": top + _schemas(calls.types),
    }
    if filters:
        files["_filters.pyi"] = top + _filters(surface.collections)
    for name, world in worlds.items():
        suppressed = _SUPPRESSED.format(rules=_RULES)
        classes = ClassText(world, surface, names, has_filters=filters)
        files[name] = top + suppressed + classes.text()
    return files


_RULES = "incompatible-attribute-override, incompatible-method-override"


def _entry(sync: str, asynchronous: str) -> str:
    """Return the module from which a program imports the client."""
    return (
        f"from {asynchronous} import AsyncConnectClient as AsyncConnectClient\n"
        f"from {sync} import ConnectClient as ConnectClient\n"
    )


def _schemas(types: SchemaTypes) -> str:
    recursive = types.recursive_aliases()
    classes = [
        typed_dict(name, cls.keys, total=cls.total) for name, cls in sorted(types.classes.items())
    ]
    others = {name: ANY if name in recursive else text for name, text in types.aliases.items()}
    return "\n\n".join([_SCHEMAS, *classes, *aliases(others)]) + "\n"


def _filters(nodes: Sequence[CollectionNode]) -> str:
    classes = [
        typed_dict(f"{node.name}Filters", keywords(node.fields), total=False)
        for node in nodes
        if node.fields
    ]
    return "\n".join([IMPORTS, *classes]) + "\n"
