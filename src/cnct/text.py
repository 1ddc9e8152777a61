"""Text for people: masks secrets, cuts foreign text, and names the nearest right name.

Imports nothing of the package.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from urllib.parse import quote, quote_plus, urlsplit, urlunsplit

_MASK = "***"
_MOST_NAMES = 12  # in one sentence
_NEAR = 0.6  # likeness of 1.0; difflib's own default
_SURELY_MEANT = 0.92


def masked(text: str, secret: str) -> str:
    """Return a text without a secret: the whole, or the part after its colon, encoded or not."""
    for part in (secret, secret.rpartition(":")[2]):
        for spelling in (part, quote(part), quote(part, safe=""), quote_plus(part)):
            text = text.replace(spelling, _MASK) if spelling else text
    return text


def safe_url(url: str) -> str:
    """Return a URL without user name and password."""
    if "@" not in url:
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """Find the names that a wrong one may stand for: a single sure one, or up to three.

    Letter case does not matter, and the end of a dotted name counts as near: ``product.id`` to
    ``asset.product.id``.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only mistakes need it

    by_lower = {candidate.lower(): candidate for candidate in names}
    lower_name = name.lower()
    sure = get_close_matches(lower_name, by_lower, 1, _SURELY_MEANT)
    if sure:
        return [by_lower[sure[0]]]
    endings = sorted((lower for lower in by_lower if lower.endswith(f".{lower_name}")), key=len)
    close = get_close_matches(lower_name, by_lower, 3, _NEAR)
    return [by_lower[lower] for lower in dict.fromkeys([*close, *endings])][:3]


def did_you_mean(name: str, names: Collection[str]) -> str:
    """Write the sentence that follows "Unknown ...": the nearest names, or else the right ones.

    Returns:
        The sentence with a space before it; empty if there are no names.
    """
    near = nearest(name, names)
    if near:
        return f" Did you mean {either(map(repr, near))}?"
    return f" There are {listed(sorted(names))}." if names else ""


def either(words: Iterable[str]) -> str:
    """Join words as alternatives: ``a, b or c``."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def listed(words: Iterable[str]) -> str:
    """Join the first dozen words and count the rest: ``a, b and 3 more``."""
    all_words = [*words]
    rest = len(all_words) - _MOST_NAMES
    text = ", ".join(all_words[:_MOST_NAMES])
    return f"{text} and {rest} more" if rest > 0 else text


def one_of(choices: Collection[str], name: str, shown: str) -> str:
    """Write the end of "takes ..." or "expected ...": the choices, the value, the nearest choice.

    Args:
        choices: The right values.
        name: The wrong value, as text.
        shown: The wrong value as the message shows it.
    """
    near = nearest(name, choices)[:1]
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{'one of ' * (len(choices) > 1)}{listed(choices)}, not {shown}.{hint}"
