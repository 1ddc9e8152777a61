"""A document unlike Connect's: composed and recursive schemas, names that no code can write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def obj(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def answer(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    return {"responses": {"200": {"description": "", "content": {media_type: {"schema": schema}}}}}


def body(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


def rows(schema: Any, *fields: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "query", "description": f"**lookups:** {lookups}", "schema": schema_}
        for name, lookups, schema_ in fields
    ]
    return {"get": {"parameters": parameters, **answer({"type": "array", "items": schema})}}


STRING: dict[str, Any] = {"type": "string"}


def deep(levels: int) -> dict[str, Any]:
    """Return objects within each other."""
    return obj(below=deep(levels - 1)) if levels else STRING


SCHEMAS = {
    "Node": obj(name=STRING, children={"type": "array", "items": ref("Node")}, parent=ref("Node")),
    "Any": obj(id=STRING),
    "shop.Action": obj(id=STRING, kind={"type": "string", "enum": ["a", "b", None]}),
    "other.Action": obj(id={"type": "integer"}),
    "Colour": {"type": "string", "enum": ["red", 'it\'s "blue"', "a]b", "new\nline"]},
    "AllColours": {"type": "array", "items": ref("Colour")},
    "Loop": {"oneOf": [ref("Loop"), STRING]},
    "Tree": {"type": "array", "items": ref("Tree")},
    "Base": obj(
        id=STRING,
        secret={"type": "string", "writeOnly": True},
        created={"type": "string", "readOnly": True},
    ),
    "Pet": {"allOf": [ref("Base"), obj(name={"type": "string", "nullable": True}), ref("Pet")]},
    "Wrapped": {"allOf": [ref("Base")], "nullable": True},
    "Choice": {
        "oneOf": [obj(kind={"enum": ["x"]}, x=STRING), obj(kind={"enum": ["y"]}, y=STRING)],
        "properties": {"id": STRING},
    },
    "Odd": obj(
        **{
            "class": STRING,
            "a-b": {"type": "number"},
            "__private": {"type": "boolean"},
            "str": STRING,
            "colour": ref("Colour"),
            "loop": ref("Loop"),
            "tree": ref("Tree"),
            "map": {"type": "object", "additionalProperties": {"type": "integer"}},
            "free": {"type": "object"},
            "anything": {},
            "missing": ref("Nowhere"),
            "number": {"enum": [1, 2]},
            "one": {"const": "one"},
            "half": {"type": "number", "enum": [0.5]},
            "nothing": {"enum": [None]},
            "list": {"type": "array", "items": {"type": "string", "enum": ["l"]}},
            "wrapped": ref("Wrapped"),
            "either": {"anyOf": [STRING, {"type": "integer", "nullable": True}, {}]},
            "colours": ref("AllColours"),
            "part": {"allOf": [ref("Base")]},
            "shared": {"$ref": "#/x-shared/Thing"},
            "deep": deep(30),
            "same": {"oneOf": [STRING, {"type": "integer"}, STRING]},
        }
    ),
    "Sequence": obj(id=STRING),
    "-": obj(id=STRING),
    "3d": obj(id={"type": "string", "readOnly": True}, name=STRING),
    "Empty": {"type": "object"},
    "PetVetVisit2": obj(id=STRING),
}

PATHS: dict[str, Any] = {
    "/pets": {
        "description": "# Pets\n\n<p>All `pets`, see [the guide](x.html). Or not.</p>",
        **rows(
            ref("Pet"),
            ("name", "eq, ne, like, ilike, in, out, null", STRING),
            ("born.at", "eq, ge, lt, null", {"type": "string", "format": "date"}),
            ("age", "eq, ne, in", {"type": "integer"}),
            ("size", "eq", {"type": "string", "enum": ["s", "m"]}),
            ("class", "eq, in", STRING),
            ("price", "eq", {"type": "number", "format": "decimal"}),
            ("hidden", "", STRING),
            ("double__underscore", "eq", STRING),
            ("range.in", "eq", STRING),
            ("a-b", "eq", STRING),
            ("no field", "eq", STRING),
            ("\u540d", "eq", STRING),  # a name in Python, but no field in RQL
        ),
        "post": {**body(ref("Pet")), **answer(ref("Pet"))},
        "delete": {"responses": {"204": {"description": ""}}},
    },
    "/pets/{id}": {
        "get": answer(ref("Pet")),
        "put": {**body(obj(name=STRING)), **answer(ref("Pet"))},
        "delete": {"responses": {"204": {"description": ""}}},
    },
    "/pets/{id}/feed": {
        "post": {
            "description": "Feeds\n a pet.\tAnd more",
            **body(obj(food=STRING)),
            **answer(ref("Pet")),
        }
    },
    "/pets/{id}/photo": {
        "get": answer({"type": "string"}, "image/png"),
        "post": {"responses": {"204": {"description": ""}}},
        "patch": {"responses": {"204": {"description": ""}}},
    },
    "/pets/{id}/moods": {
        "get": answer({"oneOf": [{"enum": ["X", "Pet"]}, {"type": "array", "items": ref("Pet")}]})
    },
    "/owners": {"summary": "word " * 50}
    | rows(obj(id=STRING, pets={"type": "array", "items": obj(id=STRING)})),
    "/owners/{id}": {
        "get": answer(obj(id=STRING, pets={"type": "array", "items": obj(id=STRING)}))
    },
    "/pets/{id}/walk": {
        "post": {"summary": 'Walks it\'s "lead"', "responses": {"200": {"description": ""}}}
    },
    "/pets/{id}/vet/visits": rows(obj(id=STRING, costs=obj(sum={"type": "number"}))),
    "/pets/{id}/vet/visits/{visit}": {"get": answer(obj(id=STRING))},
    "/pets/{id}/toys": rows(ref("Odd")),
    "/pets/{id}/toys/{toy}": {"get": answer(ref("Odd"))},
    "/pets/import": {"post": {**body({"type": "array", "items": ref("3d")}), **answer({})}},
    "/pets/order": {"post": {**body({"type": "array", "items": ref("Sequence")}), **answer({})}},
    "/pets/MD-1/settings": {"get": answer(obj(on={"type": "boolean"}))},
    "/import": rows(ref("Choice")),
    "/import/{id}": {"get": answer(ref("Choice"))},
    "/with_underscore": rows(ref("shop.Action")),
    "/with_underscore/{id}": {"get": answer({})},
    "/help": rows(ref("other.Action")),
    "/help/{id}": {"get": answer({"type": "string"}, "application/pdf")},
    "/nodes": rows(ref("Node")),
    "/nodes/{id}": {"get": answer(ref("Node")), "put": {**body({}), **answer(ref("Node"))}},
    "/zoo/class/animals": rows(ref("Any")),
    "/zoo/class/animals/{id}": {"get": answer(ref("-"))},
    "/zoo/class/animals/{id}/list": {"post": answer({"type": "array", "items": ref("Any")})},
    "/zoo/class/animals/{id}/dict": {"post": answer(obj(n={"type": "integer"}))},
    "/empty": rows(ref("Empty")),
    "/empty/{id}": {"get": answer(ref("Empty"))},
}


def write_document(file: Path, title: str = "Oddities", **parts: Any) -> Path:
    """Write the document, or a variant, as JSON."""
    document = {
        "openapi": "3.0.3",
        "info": {"title": title, "version": "1"},
        "paths": PATHS,
        "components": {"schemas": SCHEMAS},
        "x-shared": {"Thing": obj(id=STRING, again={"$ref": "#/x-shared/Thing"})},
        **parts,
    }
    file.write_text(json.dumps(document), encoding="utf-8")
    return file
