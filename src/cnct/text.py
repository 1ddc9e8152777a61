"""Builds text for people: masks secrets, escapes control characters, joins and suggests names.

Imports nothing of the package.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, AnyStr, cast
from urllib.parse import quote, quote_plus


class _LatePattern:
    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._source: tuple[Any, int] = pattern, flags

    def __getattr__(self, name: str) -> Any:
        member = vars(self)[name] = getattr(re.compile(*self._source), name)
        return member


def late_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a regular expression that is compiled at its first use.

    For patterns that the first call of a program does not need: compiling one takes as long as
    importing a small module.
    """
    return cast("re.Pattern[AnyStr]", _LatePattern(pattern, flags))


MASK = "***"
# Characters that move the cursor, start a command of the terminal or reorder the text around them.
_CONTROLS = late_pattern(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINE_ENDS = late_pattern("\r\n?|[\x85\u2028\u2029]")
_CREDENTIALS = late_pattern(r"\A(\s*(?:[A-Za-z][\w+.-]*:)?//)[^/?#]*@")
_SHORTEST_SECRET = 8
_WORD = r"(?<!\w)(?<!\w[.:-]){}(?![.:-]?\w)"
_PLAIN = str.maketrans({"…": "...", "≥": ">=", "≤": "<=", "\u2013": "-", "\u2014": "-"})
_MOST_NAMES = 12  # in one sentence
_MOST_CANDIDATES = 2_000  # names that are compared with a wrong one
_LONGEST_NAME = 200
_NEAR = 0.6  # similarity from 0 to 1; the default of difflib
_CLEAR = 0.92


class Secret(str):
    """Text whose ``repr`` is masked. Slices and other copies are ordinary, unmasked text.

    Attributes:
        source: The source for messages, such as ``CNCT_API_KEY``; set by the look-up.
    """

    __slots__ = ("source",)

    source: str

    def __repr__(self) -> str:
        """Return the mask in quotes."""
        return repr(MASK)


def masked(text: str, secret: str) -> str:
    """Return a text with a secret masked, also the part after the secret's last colon.

    URL-encoded spellings are masked too. Parts of fewer than 8 characters, as in keys of tests, are
    masked as whole words only: a key that ends in ``1`` must not change an address.
    """
    for part in (secret, secret.rpartition(":")[2]):
        for spelling in (part, quote(part), quote(part, safe=""), quote_plus(part)):
            if len(spelling) >= _SHORTEST_SECRET:
                text = text.replace(spelling, MASK)
            elif spelling and spelling in text:
                text = re.sub(_WORD.format(re.escape(spelling)), MASK, text)
    return text


def clean(text: str, *, lines: bool = False) -> str:
    r"""Return a text for people, with control characters as escapes: ``\x1b``, ``\u202e``.

    Text of a server or document could clear the screen, write to the clipboard, hide a line or
    forge one in a log. All text that is printed, logged or part of a ``repr`` passes through here.

    Args:
        text: Any text.
        lines: Whether line feeds and tabs are kept, as in a page of help.
    """
    if text.isprintable():
        return text
    if lines:
        parts = _LINE_ENDS.sub("\n", text).expandtabs().split("\n")
        return "\n".join(map(clean, parts))
    return _CONTROLS.sub(_escape, text)


def escaped_controls(text: str) -> str:
    r"""Return JSON in which control characters are JSON's own escapes: ``\u009b``, ``\u202e``.

    The decoded value is the same. JSON may contain raw control characters, which terminals
    interpret.
    """
    return _CONTROLS.sub(_escape_as_json, text)


def _escape_as_json(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code <= 0xFFFF:  # noqa: PLR2004 - the basic plane
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()


def encodable(text: str, encoding: str | None) -> str:
    """Return a text in which ``?`` replaces the characters that an encoding lacks.

    A Windows console, a redirected output or a cron job may use cp1252 or ASCII.

    Args:
        text: Any text.
        encoding: Encoding of the output; ``None`` for UTF-8.
    """
    name = encoding or "utf-8"
    try:
        text.encode(name)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(name, "replace").decode(name)
    except LookupError:  # a file-like object with an encoding of its own
        return text
    return text


def safe_url(url: str) -> str:
    """Return a URL without user name and password; any text is allowed."""
    return url if "@" not in url else _CREDENTIALS.sub(r"\1", url)


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """Return the valid names nearest to a wrong one: one if the match is clear, else up to three.

    Case is ignored. The end of a dotted name is near: ``product.id`` to ``asset.product.id``.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only mistakes need it

    by_lower = {candidate.lower(): candidate for candidate in names}
    lower_name = name.lower()[:_LONGEST_NAME]
    dotted = lower_name.replace("__", ".")  # as keywords are written
    if dotted in by_lower:
        return [by_lower[dotted]]
    if len(by_lower) > _MOST_CANDIDATES:
        alike = (pair for pair in by_lower.items() if pair[0][:2] == lower_name[:2])
        by_lower = dict(islice(alike, _MOST_CANDIDATES))
    clear = get_close_matches(lower_name, by_lower, 1, _CLEAR)
    if clear:
        return [by_lower[clear[0]]]
    endings = sorted((lower for lower in by_lower if lower.endswith(f".{lower_name}")), key=len)
    close = get_close_matches(lower_name, by_lower, 3, _NEAR)
    return [by_lower[lower] for lower in dict.fromkeys([*close, *endings])][:3]


def did_you_mean(name: str, names: Collection[str]) -> str:
    """Return the sentence after "Unknown ...": a suggestion, or else the list of valid names.

    Returns:
        The sentence after a space; empty text if there are no names.
    """
    near = nearest(name, names)
    if near:
        return f" Did you mean {either(map(repr, near))}?"
    return f" There are {listed(sorted(names))}." if names else ""


def either(words: Iterable[str]) -> str:
    """Return words joined as alternatives: ``a, b or c``."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def listed(words: Iterable[str]) -> str:
    """Return the first dozen words, and the number of the others: ``a, b and 3 more``."""
    all_words = [*words]
    rest = len(all_words) - _MOST_NAMES
    text = ", ".join(all_words[:_MOST_NAMES])
    return f"{text} and {rest} more" if rest > 0 else text


def one_of(choices: Collection[str], name: str, shown: str) -> str:
    """Return the end of "takes ..." or "expected ...": choices, wrong value, nearest choice.

    Args:
        choices: The valid values.
        name: The wrong value, compared with the choices.
        shown: The wrong value as shown in the message.
    """
    near = nearest(name, choices)[:1]
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{'one of ' * (len(choices) > 1)}{listed(choices)}, not {shown}.{hint}"


def rendered(error: BaseException) -> list[str]:
    """Return IPython's traceback of an error, with the message and the user's line before it.

    In a notebook the first lines are seen, which would be those of the HTTP library otherwise.
    """
    import linecache  # noqa: PLC0415 - only notebooks need it
    import traceback  # noqa: PLC0415 - same

    message = clean(f"{type(error).__name__}: {error}", lines=True)
    folder = str(Path(__file__).parent)
    steps = traceback.walk_tb(error.__traceback__)
    users = [*takewhile(lambda step: not step[0].f_code.co_filename.startswith(folder), steps)]
    lines = [
        f"line {number}: {linecache.getline(frame.f_code.co_filename, number).strip()}"
        for frame, number in users[-1:]
    ]
    get_ipython: Any = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_ipython() if get_ipython else None
    if shell is None:
        return [message, *lines, "", *traceback.format_exception(error)]
    cause = (type(error), error, error.__traceback__)
    return [message, *lines, "", *shell.InteractiveTB.structured_traceback(*cause)]


# The phrases of RFC 9110, which Python has from 3.13 on: messages are the same on all versions.
_PHRASES = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}


def status_text(status_code: int | None) -> str:
    """Return a status with its phrase, ``404 Not Found``; unknown ones by their number."""
    if status_code is None:
        return ""
    from http import HTTPStatus  # noqa: PLC0415 - completion at a prompt needs none

    if status_code in _PHRASES:
        return f"{status_code} {_PHRASES[status_code]}"
    try:
        return f"{status_code} {HTTPStatus(status_code).phrase}"
    except ValueError:
        return f"{status_code} (unknown status)"
