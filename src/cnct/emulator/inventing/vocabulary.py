"""Readable values by the name of what they fill: a name is a name, an e-mail one that looks so."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from cnct.openapi.naming import singular

TELLING = frozenset({"id", "name", "status", "type", "product", "asset", "owner", "created"})
"""Properties without which a record tells nothing: never null."""

MEANINGS: Mapping[str, str] = {
    "owner": "account",
    "vendor": "account",
    "provider": "account",
    "providers": "account",
    "params": "parameter",
    "sender": "user",
    "by": "user",
    "assignee": "user",
    "creator": "user",
    "issuer": "user",
    "customer": "tier-account",
    "tier1": "tier-account",
    "tier2": "tier-account",
    "extension": "service",
    "previous_approved_request": "request",
}
"""What a property refers to, where its name does not tell: the name of one record there."""

_KEYS: Mapping[str, tuple[str, ...]] = {"locale": ("en", "es", "de", "fr", "it")}

NAMES: Mapping[str, tuple[str, ...]] = {
    "products": ("Cloud Backup", "Mail Suite", "Web Hosting", "Office Phone", "Video Rooms"),
    "accounts": ("Northwind Inc.", "Contoso GmbH", "Fabrikam Ltd.", "Adatum S.L.", "Lamna B.V."),
    "users": ("Ana Torres", "Ben Okafor", "Chloe Meyer", "Dev Patel", "Emma Rossi"),
    "marketplaces": ("North America", "Europe", "Asia", "Latin America", "Oceania"),
    "categories": ("SaaS services", "Infrastructure", "Security", "Communication", "Analytics"),
    "countries": ("Spain", "Germany", "India", "Brazil", "Japan"),
}
"""Names of records, by the name of their collection."""

_TEXTS: Mapping[str, tuple[str, ...]] = {
    "email": ("ana@example.com", "ben@example.com", "chloe@example.com"),
    "country": ("ES", "DE", "IN", "BR", "JP"),
    "currency": ("EUR", "USD", "INR"),
    "locale": ("en", "es", "de"),
    "city": ("Madrid", "Berlin", "Mumbai", "Recife", "Osaka"),
    "status": ("active", "inactive", "draft"),
    "type": ("default",),
    "first_name": ("Ana", "Ben", "Chloe"),
    "last_name": ("Torres", "Okafor", "Meyer"),
    "version": ("1", "2", "3"),
    "cron_expression": ("0 6 * * *",),
    "mime_type": ("text/plain", "image/png"),
}
_FIGURES = frozenset({"amount", "price", "cost", "rate", "limit", "quantity", "value", "size"})
_LINKS = frozenset({"icon", "url", "link", "website", "logo", "file", "image", "thumbnail"})


def one_of(collection: str) -> str:
    """Return the property name of one record: ``listing-requests`` -> ``listing_request``."""
    return singular(collection.replace("-", "_"))


def last(path: str) -> str:
    """Return the name at the end of a path, places in lists aside."""
    names = [name for name in path.split(".") if not name.isdigit()]
    return names[-1] if names else ""


def entity(collection: str, number: int) -> str:
    """Name a record of a collection."""
    known = NAMES.get(collection)
    if known:
        name, again = known[(number - 1) % len(known)], (number - 1) // len(known)
        return f"{name} {again + 1}" if again else name
    return f"{one_of(collection).replace('_', ' ').capitalize()} {number}"


def key(name: str, number: int) -> str:
    """Write the key of a record that is known by another property than its id."""
    known = _KEYS.get(name, ())
    return known[number - 1] if number <= len(known) else f"{name}-{number}"


def text(name: str, whole: str, number: int, chance: int) -> str:
    """Write a text for a property.

    Args:
        name: Of the property.
        whole: Name of the record, if the property is its own; empty for one deeper inside.
        number: Which record it is.
        chance: What to choose by.
    """
    about = name.replace("_", " ").replace("-", " ").capitalize()
    if name in {"name", "title", "display_name", "label", "subject"}:
        return whole or f"{about} {1 + chance % 9}"
    if name in _TEXTS:
        return _TEXTS[name][chance % len(_TEXTS[name])]
    if name in _FIGURES:
        return f"{1 + chance % 500}.{chance % 4 * 25:02d}"
    if name in _LINKS or name.endswith(("_url", "_link")):
        return f"https://example.com/{name}/{number}"
    if name.endswith("_uid"):
        return uuid(chance)
    if name.endswith("id"):
        return str(10_000 + number)
    return f"{about} of {whole}" if whole else f"{about} {1 + chance % 99}"


def formatted(form: str, name: str, chance: int) -> str | None:
    """Write a text of a format of OpenAPI; ``None`` for one without a form of its own."""
    match form:
        case "email":
            return _TEXTS["email"][chance % len(_TEXTS["email"])]
        case "uri" | "uri-reference" | "url":
            return f"https://example.com/{name}/{chance % 999}"
        case "binary":
            return f"/media/{name}/{chance % 999}.png"
        case "ipv4":
            return f"192.0.2.{chance % 255}"
        case "uuid":
            return uuid(chance)
        case "decimal":
            return f"{1 + chance % 500}.{chance % 4 * 25:02d}"
        case _:
            return None


def uuid(chance: int) -> str:
    """Write a UUID."""
    return str(UUID(int=chance * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128, version=4))
