"""A small API, described as Connect describes its own, for the tests of the checks."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from cnct.openapi import OpenAPISpecs

TEXT = "eq, ne, like, ilike, in, out"
NUMBER = "eq, ne, lt, le, gt, ge, in, out"


def parameter(name: str, lookups: str, schema: dict[str, Any] | None = None, **notes: str) -> Any:
    """Describe a filter as django-rql does."""
    told = {"lookups": lookups, **notes}
    text = "\n\n".join(f"**{note}:** {value}" for note, value in told.items())
    return {
        "name": name,
        "in": "query",
        "description": text,
        "schema": schema or {"type": "string"},
    }


def operation(payload: Any = None, parameters: Any = (), example: Any = None) -> Any:
    media = {"schema": payload, **({"example": example} if example is not None else {})}
    body = {"requestBody": {"content": {"application/json": media}}} if payload else {}
    return {"parameters": [*parameters], "responses": {"200": {"description": ""}}, **body}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def struct(*required: str, **properties: Any) -> dict[str, Any]:
    """Describe an object."""
    return {"type": "object", "properties": properties, "required": [*required]}


STRING = {"type": "string"}
READ_ONLY = {"type": "string", "readOnly": True}
PAGE = [{"name": "limit", "in": "query", "schema": {"type": "integer"}}]
ON_THE_WAY = {"type": "string", "format": "date-time"}
ABOVE_ZERO = {"minimum": 0, "exclusiveMinimum": True, "maximum": 9, "exclusiveMaximum": False}

FILTERS = [
    parameter("id", f"{TEXT}, null", ordering="true"),
    parameter("name", TEXT, ordering="true", search="true"),
    parameter("sku", "eq, in"),
    parameter("status", TEXT, {"type": "string", "enum": ["draft", "published"]}),
    parameter("level", "eq, in", {"type": "integer", "enum": [1, 2]}),
    parameter("quantity", f"{NUMBER}, null", {"type": "integer"}, ordering="true"),
    parameter("price", NUMBER, {"type": "string", "format": "decimal"}),
    parameter("rating", NUMBER, {"type": "number"}),
    parameter("featured", "eq, ne", {"type": "boolean"}),
    parameter("released", NUMBER, {"type": "string", "format": "date"}, ordering="true"),
    parameter("events.created.at", NUMBER, ON_THE_WAY, ordering="true"),
    parameter("contract.id", f"{TEXT}, null", null="CRD-00000, null()"),
    parameter("category.id", TEXT),
    parameter("category.name", TEXT),
    parameter("archived", "null"),
    parameter("owner", "", default="*hidden*"),
]

PRODUCT = struct(
    "name",
    "category",
    id=READ_ONLY,
    name={"type": "string", "maxLength": 10},
    category=ref("Category"),
    status={"type": "string", "enum": ["draft", "published"]},
    quantity={"type": "integer", "nullable": True, **ABOVE_ZERO},
    priority={"type": "string", "enum": [0, 1]},
    released={"type": "string", "format": "date"},
    sold={"type": "string", "format": "datetime"},
    tags={"type": "array", "items": ref("Tag"), "maxItems": 3},
    settings={"type": "object"},
    prices={"type": "object", "additionalProperties": {"type": "number"}},
    owner={**struct(id=STRING), "readOnly": True},
)

ORDER = struct("items", items={"type": "array", "items": ref("OrderItem")}, note=STRING)

COMPONENTS = {
    "Product": PRODUCT,
    "Category": struct("name", id=READ_ONLY, name=STRING, parent=ref("Category")),
    "Tag": struct("id", id=STRING, color={"type": "string", "enum": ["red"], "nullable": True}),
    "Order": ORDER,
    "OrderItem": struct("quantity", id=STRING, quantity={"type": "integer"}, unit=STRING),
    "Refund": struct("reason", kind={"type": "string", "enum": ["refund"]}, reason=STRING),
    "Return": struct(kind={"type": "string", "enum": ["return"]}, parcels={"type": "integer"}),
    "Dated": {"allOf": [ref("Base"), struct(until=ON_THE_WAY)], "nullable": True},
    "Base": struct("id", id=STRING),
    "Loop": {"allOf": [ref("Loop"), struct(id=STRING)]},
}

FREE = {"type": "object", "additionalProperties": True}

ASSIGN = {
    **struct(id=STRING, email=STRING),
    "oneOf": [{"required": ["id"]}, {"required": ["email"]}],
}

PATHS: dict[str, Any] = {
    "/products": {
        "get": operation(parameters=[*PAGE, *FILTERS]),
        "post": operation(ref("Product")),
    },
    "/products/{id}": {
        "get": operation(),
        "put": operation(ref("Product")),
        "patch": operation(struct("name", name=STRING, category=ref("Category"))),
        "delete": operation(),
    },
    "/products/{id}/publish": {"post": operation(ref("Product"))},
    "/products/{id}/assign": {"post": operation(ASSIGN)},
    "/products/{id}/reject": {"post": operation(struct("reason", reason=STRING))},
    "/products/{id}/notes": {"get": operation(parameters=PAGE), "post": operation({})},
    "/products/{id}/settle": {
        "post": operation({"oneOf": [ref("Refund"), ref("Return")]}),
    },
    "/products/{id}/attach": {
        "post": operation(
            struct(
                period=ref("Dated"), loop=ref("Loop"), free={"oneOf": [FREE]}, loose={"oneOf": [{}]}
            )
        ),
    },
    "/products/{id}/odd": {
        "post": operation(struct(name={"type": "string", "pattern": "(["})),
    },
    "/sales/orders": {
        "get": operation(parameters=[*PAGE, parameter("id", TEXT), {**PAGE[0], "name": "search"}]),
        "post": operation(
            ref("Order"),
            example={"items": [{"quantity": 1, "price": 2}], "note": None, "coupon": "X"},
        ),
    },
    "/sales/orders/{id}": {"get": operation(), "put": operation(ref("Order"))},
    "/sales/orders/close-orders": {
        "post": operation({"type": "array", "items": struct("id", id=STRING, note=STRING)}),
    },
    "/sales/offers/-/versions": {"get": operation()},
    "/shelves": {"get": operation(parameters=[*PAGE, {**PAGE[0], "name": "colour"}])},
    "/status": {"get": operation()},
}


@cache
def shop() -> OpenAPISpecs:
    """Return the API's specification, loaded."""
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": "1"},
        "paths": PATHS,
        "components": {"schemas": COMPONENTS},
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        specs = OpenAPISpecs(path)
        specs.load()
    return specs
