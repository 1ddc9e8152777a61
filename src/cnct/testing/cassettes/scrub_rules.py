"""Decides which fields and texts of recorded calls are private. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

SCRUBBED = "SCRUBBED"
"""The text in the place of an API key or password of a URL."""

PRIVATE_HEADERS = frozenset(
    {"authorization", "cookie", "proxy-authorization", "set-cookie", "set-cookie2"}
)
"""Headers that are never recorded, lower case."""

_SECRET_NAME = re.compile(
    r"(?:password|passwd|passphrase|secret|token|authorization|(?:\A|[_-])(?:pass|pwd)"
    r"|(?:api|access|private|secret|signing|encryption)[_-]?key)\Z",
    re.IGNORECASE,
)
_PHONE = "phone_number"  # of Connect's contacts: an object, and a field in it

# Signatures and identities in URLs of the storages of AWS, Azure and Google, and plain tokens.
URL_TOKENS = (
    *("X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "AWSAccessKeyId", "Signature"),
    *("X-Goog-Signature", "X-Goog-Credential", "GoogleAccessId", "Key-Pair-Id"),
    *("sig", "token", "access_token", "auth_token", "api_key", "apikey", "jwt"),
)
"""Names of query parameters whose values are tokens."""

_URL_TOKENS = frozenset(name.lower() for name in URL_TOKENS)

_BYTE = "%[89A-F][0-9A-F]"  # of an encoded letter beyond ASCII
TEXTS = re.compile(
    r"(?<=://)(?P<login>[^\s/?#@:\"'<>]*:[^\s/?#@\"'<>]+)(?=@)"
    rf"|(?P<lead>(?:[?&;]|%3F|%26)(?:{'|'.join(URL_TOKENS)})(?:=|%3D))(?P<token>[^&%\s\"'<>#;]+)"
    r"|\b(?P<bearer>Bearer\s+)(?P<borne>(?=\S*\d)[\w.~+/=-]{8,})"
    r"|(?P<key>\b(?:ApiKey\s+)?S[A-Z](?:-\d{3,4}){2,4}:[\w.~+/=-]{4,})"
    r"|(?P<jwt>\beyJ[\w-]{8,500}+\.[\w-]{8,}+\.[\w-]*)"
    # The first character does not follow another one of the address, nor is it of an escape, so
    # that no part of a long word is tried again.
    r"|(?<![\w.+-])(?!(?<=%)[0-9A-F]{2})"
    rf"(?P<local>(?:\w|{_BYTE})(?:[\w.+'-]|%2[B7]|{_BYTE}){{0,200}}+)"
    r"(?P<at>@|%40|%2540|\\u0040|&\#64;)"
    rf"(?P<domain>(?:[\w-]|{_BYTE})++(?:\.(?:[\w-]|{_BYTE})++)++|localhost\b)"
    r"|(?<![\w.:+])(?P<phone>(?:\+|%2B)\d(?:[ ()./-]{0,2}\d){7,14})(?!\d)",
    re.IGNORECASE,
)
"""Matches private texts by their form; the group that matches is the kind."""


HINTS = re.compile(
    r"@|%40|%2540|\\u0040|&#64;|://|=|%3D|\+\d|%2B\d|eyJ|earer|S[A-Z]-\d", re.IGNORECASE
)
"""Matches in every text that `TEXTS` matches in, and takes less time."""


class ScrubRules:
    """The fields of which values are replaced.

    Args:
        names: Names of fields, at any depth; ``contact.address`` is a field below another one. A
            name also matches the parameter with this id.

    Raises:
        TypeError: If ``names`` is not a list of texts.
        ValueError: If a name is blank.
    """

    def __init__(self, names: Iterable[Any] = ()) -> None:
        names = texts_of(names, "scrub must be a list of field names like ['tax_id']")
        self.names = tuple(dict.fromkeys(names))
        if not all(name.strip(" .") for name in self.names):
            raise ValueError("scrub has a blank name: write names of fields like 'tax_id'")
        self._paths = {tuple(name.replace("__", ".").split(".")) for name in self.names}

    def covers(self, path: Sequence[str]) -> bool:
        """Return whether everything in a field is private, as the user named the field."""
        return any(tuple(path[-len(names) :]) == names for names in self._paths)

    @staticmethod
    def is_secret(name: str) -> bool:
        """Return whether the text in a field is private: a password, token or phone number."""
        return name == _PHONE or _SECRET_NAME.search(name) is not None

    def covers_parameter(self, row: dict[str, Any]) -> bool:
        """Return whether a row is a parameter, with id and value, whose value is private."""
        name = row.get("id")
        if not isinstance(name, str) or not ("value" in row or "structured_value" in row):
            return False
        return self.covers((name,)) or row.get("type") == "password" or self.is_secret(name)


def is_url_token(name: str) -> bool:
    """Return whether the value of a query parameter is a token."""
    return name.lower() in _URL_TOKENS


def texts_of(values: Any, rule: str) -> tuple[str, ...]:
    """Return the texts of a list or another iterable, which is read once.

    Args:
        values: The list.
        rule: Beginning of the message.

    Raises:
        TypeError: If ``values`` is not iterable, or one of them is not a text.
    """
    is_list = hasattr(values, "__iter__") and not isinstance(values, str | bytes)
    texts: list[Any] = list(values) if is_list else [None]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(f"{rule}, not {values!r}")
    return tuple(texts)
