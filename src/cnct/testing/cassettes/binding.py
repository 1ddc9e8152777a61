"""Matches a request with a recorded one, in which private values have replacements. No I/O.

A private value of the test, such as an e-mail address that it filters by, is not in the cassette.
The replacement at its place in the recorded request stands for that value from then on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, permutations
from typing import Any, NamedTuple
from urllib.parse import unquote

from cnct.testing.body_differences import value_differences
from cnct.testing.cassettes.calls import CassetteCall, CassetteRequest, CassetteResponse
from cnct.testing.cassettes.scrub_rules import ScrubRules
from cnct.testing.cassettes.scrubbed_calls import scrubbed_request, scrubbed_response
from cnct.testing.cassettes.scrubbing import Replace, Scrubber
from cnct.testing.cassettes.secret_forms import forms_of
from cnct.testing.cassettes.stand_ins import could_stand_for, is_replaced_elsewhere, key_of
from cnct.testing.cassettes.whereabouts import RawRequest, Whereabouts

_MOST_ORDERS = 120  # in which private values may stand, as in a list
_STAND_IN = re.compile(r"user\d+@example\.com|\+999\d{7}|9\d{9}|[^\W\d]\w*-\d+")


class Bound(NamedTuple):
    """A private value of the test, and its replacement in the cassette.

    Attributes:
        kind: Kind of the value, see `Replace`.
        text: The value.
        name: The replacement.
    """

    kind: str
    text: str
    name: str


class Binder:
    """The private values of a test.

    Args:
        rules: The private fields.
        where: The URLs of the account.
        calls: The recorded calls.

    Attributes:
        keys: API keys that were sent.
    """

    def __init__(
        self, rules: ScrubRules, where: Whereabouts, calls: Iterable[CassetteCall]
    ) -> None:
        self.keys: set[str] = set()
        self._rules = rules
        self._where = where
        self._bound: dict[str, Bound] = {}
        self._names = {text for call in calls for text in self._names_in(call)}

    def scrubbed(self, raw: RawRequest, more: Mapping[str, Bound] | None = None) -> CassetteRequest:
        """Return a request with replacements, as far as they are known.

        Args:
            raw: The request.
            more: Values and replacements to try, by the key of the value.
        """
        bound = {**self._bound, **(more or {})}

        def name_of(kind: str, text: str) -> str:
            one = bound.get(key_of(kind, text))
            return one.name if one else text

        return scrubbed_request(raw, self._scrubber(name_of, bound))

    def match(
        self, recorded: CassetteRequest, raw: RawRequest, scrubbed: CassetteRequest
    ) -> dict[str, Bound] | None:
        """Return the replacements that make a request the recorded one; ``None`` without any.

        Args:
            recorded: The recorded request.
            raw: The request.
            scrubbed: The request with the replacements that are known.
        """
        if differs(recorded, scrubbed) is None:
            return {}
        if not self._could_match(recorded, scrubbed):
            return None
        parts, actual = recorded.path.split("/"), raw.path.split("/")
        in_path = dict(self._of_path(parts, actual))
        for bound in self._candidates(recorded, raw, in_path):
            if differs(recorded, self.scrubbed(raw, bound)) is None:
                return bound
        return None

    def _could_match(self, recorded: CassetteRequest, scrubbed: CassetteRequest) -> bool:
        """Return whether two requests differ in places of replacements only, as far as is cheap."""
        parts, others = recorded.path.split("/"), scrubbed.path.split("/")
        return (
            (recorded.method, len(parts), len(recorded.terms), [*recorded.body])
            == (scrubbed.method, len(others), len(scrubbed.terms), [*scrubbed.body])
        ) and all(
            part == other or any(self._replacements_in(unquote(part)))
            for part, other in zip(parts, others, strict=True)
        )

    def _replacements_in(self, text: str) -> Iterator[re.Match[str]]:
        return (name for name in _STAND_IN.finditer(text) if name[0] in self._names)

    def bind(self, bound: Mapping[str, Bound]) -> None:
        """Keep the replacements of a match."""
        self._bound |= bound

    @property
    def texts(self) -> dict[str, str]:
        """The values of the test by their replacements."""
        return {one.name: one.text for one in self._bound.values()}

    def _scrubber(self, replace: Replace, bound: Mapping[str, Bound]) -> Scrubber:
        texts = {
            one.text: one.name
            for one in bound.values()
            if is_replaced_elsewhere(one.kind, one.text)
        }
        return Scrubber(
            self._rules, replace, texts, forms_of(frozenset(self.keys)), self._where.canonical
        )

    def _of_path(self, parts: Sequence[str], actual: Sequence[str]) -> Iterator[tuple[str, Bound]]:
        """Yield the values in segments of a path where the recorded path has replacements."""
        taken = {one.name for one in self._bound.values()}
        for part, own in zip(map(unquote, parts), map(unquote, actual), strict=True):
            name = next(self._replacements_in(part), None)
            if name and part != own and name[0] not in taken:
                start, end = part[: name.start()], part[name.end() :]
                if own.startswith(start) and own.endswith(end):
                    text = own[len(start) : len(own) - len(end)]
                    kind = "email" if "@" in name[0] else name[0].rpartition("-")[0]
                    yield key_of(kind, text), Bound(kind, text, name[0])

    def _candidates(
        self, recorded: CassetteRequest, raw: RawRequest, in_path: dict[str, Bound]
    ) -> Iterator[dict[str, Bound]]:
        """Yield the ways to pair the new private values of a request with replacements."""
        names = [text for _, text in self._privates(_as_raw(recorded))]
        taken = {one.name for one in (*self._bound.values(), *in_path.values())}
        privates = {
            key_of(kind, text): (kind, text)
            for kind, text in self._privates(raw._replace(path=""))
            if text not in names and not {key_of(kind, text)} & {*self._bound, *in_path}
        }
        own = {text for _, text in self._privates(raw)}
        free = [name for name in dict.fromkeys(names) if name not in taken and name not in own]
        if len(free) != len(privates):
            return
        for order in islice(permutations(free), _MOST_ORDERS):
            pairs = [*zip(privates.items(), order, strict=True)]
            if all(could_stand_for(name, *private) for (_, private), name in pairs):
                yield {**in_path, **{key: Bound(*private, name) for (key, private), name in pairs}}

    def _privates(
        self, raw: RawRequest, response: CassetteResponse | None = None
    ) -> list[tuple[str, str]]:
        """Return kinds and texts of the private values in a request and a response, in order."""
        privates: list[tuple[str, str]] = []

        def note(kind: str, text: str) -> str:
            privates.append((kind, text))
            return text

        scrubber = self._scrubber(note, {})
        scrubbed_request(raw, scrubber)
        if response is not None:
            scrubbed_response(response, scrubber)
        return privates

    def _names_in(self, call: CassetteCall) -> Iterator[str]:
        """Yield the replacements in a recorded call, which stand where private values do."""
        raw = _as_raw(call.request)._replace(path=call.request.path)
        yield from (text for _, text in self._privates(raw, call.response))


def _as_raw(recorded: CassetteRequest) -> RawRequest:
    """Return a recorded request without its path."""
    return RawRequest(recorded.method, "", "&".join(recorded.terms), recorded.body)


def differs(recorded: CassetteRequest, actual: CassetteRequest) -> str | None:
    """Return the first difference between two requests; ``None`` if they are equal."""
    if recorded[:3] != actual[:3]:
        return "method, path or query"
    return next(body_lines(recorded, actual), None)


def body_lines(recorded: CassetteRequest, actual: CassetteRequest) -> Iterator[str]:
    """Describe the differences between the bodies of two requests, one line each."""
    (kind, expected), (own, value) = (_only(one.body) for one in (recorded, actual))
    if kind == own:
        return value_differences(expected, value, "body", "cassette")
    return iter([f"the body is {own}, the cassette has {kind}"])


def _only(body: Mapping[str, Any]) -> tuple[str, Any]:
    return next(iter(body.items()), ("none", None))
