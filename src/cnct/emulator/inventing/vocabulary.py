"""Readable values by the name of the property. Knows no schemas and no tables."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from cnct.openapi.naming import singular

NEVER_NULL = frozenset({"id", "name", "status", "type", "product", "asset", "owner", "created"})
"""Properties that readers recognise a record by: filled even where the schema allows null."""

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
    "agent": "user",
    "author": "user",
    "recipients": "user",
    "signee": "user",
    "company": "account",
    "configuration": "config",
    "pricelist": "pricing-list",
    "pricelist_version": "pricing-version",
    "usagefile": "usage-file",
    "partusagefile": "usage-chunk",
}
"""The noun of the table that a property refers to, where the property has another name.

A noun can name the table's namespace, too: ``tier-account`` is a record of ``tier/accounts``.
"""

SIBLINGS = frozenset({"parent", "children", "replacement"})
"""Properties that refer to another record of the same table, if no table has their name."""

OWNERS: Mapping[str, str] = {
    "translation": "context",
    "context": "product",
    "conversation": "request",
}
"""The noun of the records that a record belongs to: every one of them has its share."""

ROLES: Mapping[str, str] = {"vendor": "vendor", "provider": "provider"}
"""The type of the account that a property refers to."""

UNPUBLISHED: Mapping[str, bool | None] = {
    "version": None,
    "visibility.owner": True,
    "visibility.listing": False,
    "visibility.syndication": False,
    "visibility.catalog": False,
}
"""Values of a product that is a draft: it has no version yet, and only its owner sees it."""

_ADJECTIVES = frozenset(
    {"alt", "created", "last", "modified", "open", "parent", "pending", "previous", "primary"}
    | {"approved", "sourcing"}
)

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
_LINKS = frozenset({"url", "link", "website", "file"})
_PICTURES = frozenset({"icon", "logo", "image", "thumbnail", "preview"})
_ENDINGS = {"file": "pdf", "attachment": "pdf", "input": "xlsx", "output": "xlsx", "svg": "svg"}


def one_of(collection: str) -> str:
    """Return the property name of one record: ``listing-requests`` -> ``listing_request``."""
    return singular(collection.replace("-", "_"))


def nouns(name: str, holder: str) -> list[str]:
    """Return the possible nouns of a reference's table, the most likely first.

    Args:
        name: Name of the property: ``pending_request``.
        holder: Noun of the record with the property: a ``listing`` has a ``listing_request``.
    """
    words = name.split("_")
    bare = "_".join(word for word in words if word not in _ADJECTIVES and not word.isdigit())
    candidates = [_noun(name)]
    if bare and bare != name:
        candidates += [f"{holder}_{bare}", _noun(bare)]
    return candidates


def _noun(name: str) -> str:
    return MEANINGS.get(name, one_of(name))


def last(path: str) -> str:
    """Return the last name of a path, indexes of lists ignored."""
    names = [name for name in path.split(".") if not name.isdigit()]
    return names[-1] if names else ""


def entity(collection: str, number: int) -> str:
    """Return the name of a record of a collection."""
    names = NAMES.get(collection)
    if names:
        rounds, index = divmod(number - 1, len(names))
        return f"{names[index]} {rounds + 1}" if rounds else names[index]
    return f"{one_of(collection).replace('_', ' ').capitalize()} {number}"


def key(name: str, number: int) -> str:
    """Return the key of a record that is identified by a property other than ``id``."""
    keys = _KEYS.get(name, ())
    return keys[number - 1] if number <= len(keys) else f"{name}-{number}"


def text(name: str, whole: str, number: int, chance: int) -> str:
    """Return a text for a property.

    Args:
        name: Name of the property.
        whole: Name of the record, for a property of its own; empty for a nested one.
        number: Number of the record.
        chance: Number that a choice depends on.
    """
    about = name.replace("_", " ").replace("-", " ").capitalize()
    if name in {"name", "title", "display_name", "label", "subject"}:
        return whole or f"{about} {1 + chance % 9}"
    if name in _TEXTS:
        return _TEXTS[name][chance % len(_TEXTS[name])]
    if name in _FIGURES:
        return f"{1 + chance % 500}.{chance % 4 * 25:02d}"
    if name in _PICTURES:
        return _file(name, number)
    if name in _LINKS or name.endswith(("_url", "_link")):
        return f"https://example.com/{name}/{number}"
    if name.endswith("_uid"):
        return uuid(chance)
    if name.endswith("id"):
        return str(10_000 + number)
    return f"{about} of {whole}" if whole else f"{about} {1 + chance % 99}"


def formatted(form: str, name: str, number: int, chance: int) -> str | None:
    """Return a text in an OpenAPI format; ``None`` if the format allows any text.

    Args:
        form: The format.
        name: Name of the property.
        number: Number of the record.
        chance: Number that a choice depends on.
    """
    match form:
        case "email":
            return _TEXTS["email"][chance % len(_TEXTS["email"])]
        case "uri" | "uri-reference" | "url":
            return f"https://example.com/{name}/{chance % 999}"
        case "binary":
            return _file(name, number if name in _PICTURES else chance % 999)
        case "ipv4":
            return f"192.0.2.{chance % 255}"
        case "uuid":
            return uuid(chance)
        case "decimal":
            return f"{1 + chance % 500}.{chance % 4 * 25:02d}"
        case _:
            return None


def _file(name: str, number: int) -> str:
    """Return the path of a file below the host in Connect's form, by default of a picture."""
    return f"/media/{name}/{number}.{_ENDINGS.get(name, 'png')}"


def uuid(chance: int) -> str:
    """Return a UUID."""
    return str(UUID(int=chance * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128, version=4))
