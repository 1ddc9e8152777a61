"""A document with things that Connect's lacks: odd names, bulk calls, long texts."""

from __future__ import annotations

from typing import Any

TREE = {
    "type": "object",
    "required": ["kind", "name", "soil", "a"],
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "kind": {"type": "string", "enum": ["oak", "elm"], "description": "Its <b>kind</b>. More."},
        "name": {"type": "string", "maxLength": 40},
        "height": {"type": "number", "minimum": 0, "maximum": 120, "default": 1},
        "planted": {"type": "string", "format": "date", "nullable": True},
        "owner": {"$ref": "#/components/schemas/Owner"},
        "tags": {"type": "array", "items": {"type": "string", "enum": ["old", "rare"]}},
        "marks": {"type": "array", "items": {"$ref": "#/components/schemas/Owner"}},
        "anything": {},
        "soil": {"anyOf": [{"type": "string", "format": "uuid"}, {"type": "integer"}]},
        "a": {"properties": {"b": {"properties": {"c": {"properties": {"d": {}}}}}}},
    },
}
OWNER = {"type": "object", "properties": {"id": {"type": "string"}, "email": {"format": "email"}}}
BUSH = {
    "allOf": [
        {"$ref": "#/components/schemas/Owner"},
        {"required": ["width"], "properties": {"width": {"type": "integer"}}},
    ]
}


def listing(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    array = {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
    answer = {"200": {"content": {"application/json": {"schema": array}}}}
    return {"parameters": list(fields), "responses": answer, **more}


def field(name: str, notes: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": notes, "schema": schema}


def taking(schema: dict[str, Any], example: Any = None, **more: Any) -> dict[str, Any]:
    media = {"schema": schema, **({} if example is None else {"example": example})}
    return {"requestBody": {"content": {"application/json": media}}, "responses": {}, **more}


LONG = "# Trees\n\n" + "\n\n".join(["A long text. " * 30] * 4) + "\n\nthe last word"
NAME = field("name", "**lookups:** eq, ilike", type="string")
GARDEN = {
    "openapi": "3.0.3",
    "info": {"title": "Garden", "version": "2", "description": LONG},
    "tags": [{"name": "trees", "description": "All that <i>grows</i>."}],
    "paths": {
        "/trees": {
            "get": listing(
                *[field(f"field_{n}.id", "**lookups:** eq", type="string") for n in range(40)],
                field("kind", "**lookups:** eq, in\n\n**search:** true", enum=["oak", "elm"]),
                field("grown", "**lookups:** eq\n\n**ordering:** true", format="date-time"),
                field("notes", "**lookups:** eq\n\n**default:** *hidden*", type="string"),
                field("color", "**lookups:** eq", enum=[f"color{n}" for n in range(30)]),
                *[field(name, "**lookups:** eq\n\n**search:** true") for name in ("a", "b", "c")],
                tags=["trees"],
                description="Lists trees. There are many.",
            ),
            "post": taking(
                {"oneOf": [{"$ref": "#/components/schemas/Tree"}, BUSH]},
                example={"kind": "oak", "name": "Old Oak"},
                summary="Plants a tree",
            ),
            "put": taking({"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}),
            "delete": taking({"type": "array", "items": {"type": "string"}}),
        },
        "/trees/{id}": {
            "get": {
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}
                        }
                    }
                }
            },
            "put": taking(
                {"$ref": "#/components/schemas/Tree"},
                example=[{"name": f"line {n}", "kind": "oak"} for n in range(40)],
            ),
            "delete": {"responses": {}},
        },
        "/trees/{id}/cut": {"post": {"operationId": "trees_postCutTree", "responses": {}}},
        "/trees/{id}/photo": {"get": {"responses": {}}, "put": taking({"type": "string"})},
        "/trees/{id}/bird-nests": {"get": listing(NAME)},
        "/trees/{id}/values": {"get": listing()},
        "/trees/{id}/past/prunings": {"get": listing()},
        "/bird_watchers": {"get": listing(NAME)},
        "/empty/{id}/sub": {"get": listing()},
        "/tools/hand-tools": {"get": listing()},
        "/tools/hand-tools/{id}": {"get": {"responses": {}}, "patch": taking({"anyOf": [OWNER]})},
        "/tools/hand-tools/racks": {"get": listing()},
        "/tools/hand-tools/racks/{id}": {"get": {"responses": {}}},
        "/tools/store/shelves": {"get": listing()},
    },
    "components": {"schemas": {"Tree": TREE, "Owner": OWNER}},
}
