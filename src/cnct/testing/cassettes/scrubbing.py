"""Replaces private values in texts, queries and JSON; a function names the replacements. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from cnct.openapi.shapes import is_list, is_record
from cnct.rql import RQLSyntaxError, parse
from cnct.rql.nodes import Comparison, Group, Literal, Logical, Membership, Negation, Node, Value
from cnct.testing.cassettes.binary_data import BinaryScrubber
from cnct.testing.cassettes.nested_texts import (
    scrubbed_json,
    scrubbed_table,
    with_scrubbed_base64,
)
from cnct.testing.cassettes.scrub_rules import HINTS, SCRUBBED, TEXTS, ScrubRules, is_url_token
from cnct.testing.cassettes.secret_forms import SecretForms
from cnct.testing.cassettes.word_replacement import WordReplacement
from cnct.testing.query_terms import terms_of_node, terms_of_text

Replace = Callable[[str, str], str]
"""Returns the replacement for a value, by its kind (``email``, a field name) and its text."""

_POSITIONS = ("limit", "offset")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class Scrubber:
    """Replaces private values.

    Args:
        rules: The private fields.
        replace: Names the replacements.
        texts: Replacements of further texts wherever they occur as whole words.
        secrets: Spellings of the API keys.
        rename: Replaces URLs of the account in a text.
    """

    def __init__(
        self,
        rules: ScrubRules,
        replace: Replace,
        texts: Mapping[str, str],
        secrets: SecretForms,
        rename: Callable[[str], str],
    ) -> None:
        self._rules = rules
        self._replace = replace
        self._secrets = secrets
        self._rename = rename
        self._words = WordReplacement(texts)
        self._binary = BinaryScrubber(self.text, secrets.data)

    def text(self, text: str) -> str:
        """Return a text without private values, which are found by their form, or in data in it."""
        nested = scrubbed_json(text, self.value, self._plain)
        if nested is None:
            nested = scrubbed_table(text, self._is_private, self._named, self._plain)
        return with_scrubbed_base64(self._plain(text) if nested is None else nested, self.data)

    def data(self, data: bytes) -> bytes:
        """Return binary data without private values."""
        return self._binary.scrub(data)

    def _is_private(self, name: str) -> bool:
        return self._rules.covers(name.split(".")) or self._rules.is_secret(name)

    def _plain(self, text: str) -> str:
        text = self._rename(self._secrets.without(text, SCRUBBED))
        text = self._words.apply(text)
        return TEXTS.sub(self._substitute, text) if HINTS.search(text) else text

    def _substitute(self, match: re.Match[str]) -> str:
        kind = match.lastgroup
        if kind == "domain":
            return self._email(match)
        if kind == "token":
            return match["lead"] + self._replace("token", match["token"])
        if kind == "borne":
            return match["bearer"] + self._replace("token", match["borne"])
        if kind == "jwt":
            return self._replace("token", match["jwt"])
        if kind == "phone":
            return self._replace("phone", match["phone"])
        return SCRUBBED  # a key or a login

    def _email(self, match: re.Match[str]) -> str:
        address = unquote(f"{match['local']}@{match['domain']}")
        return self._replace("email", address).replace("@", match["at"])

    def value(self, value: Any, path: tuple[str, ...] = ()) -> Any:
        """Return decoded JSON without private values.

        Args:
            value: Decoded JSON.
            path: Names of the fields that lead to the value.
        """
        if is_record(value):
            return self._row(value, path)
        if is_list(value):
            return [self.value(item, path) for item in value]
        if path and not isinstance(value, bool) and self._rules.is_secret(path[-1]):
            return self._field(value, path[-1])
        return self.text(value) if isinstance(value, str) else value

    def _row(self, row: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
        parameter = str(row.get("id")) if self._rules.covers_parameter(row) else ""
        result: dict[str, Any] = {}
        for name, value in row.items():
            below = (*path, name)
            if parameter and name in ("value", "structured_value"):
                result[name] = self._leaves(value, parameter)
            elif self._rules.covers(below):
                result[self.text(name)] = self._leaves(value, name)
            else:
                result[self.text(name)] = self.value(value, below)
        return result

    def _leaves(self, value: Any, name: str) -> Any:
        """Replace every text and number in a private field."""
        if is_record(value):
            return {self.text(key): self._leaves(item, key) for key, item in value.items()}
        if is_list(value):
            return [self._leaves(item, name) for item in value]
        return self._field(value, name)

    def _field(self, value: Any, name: str) -> Any:
        if isinstance(value, str):
            return self._named(value, name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return type(value)(self._replace(name, str(value)))
        return value

    def _named(self, text: str, name: str) -> str:
        """Return the replacement of the text in a private field; an e-mail address stays one."""
        if not text:
            return text
        by_form = self.text(text)
        if by_form == SCRUBBED or _is_whole(text):
            return by_form
        return self._replace(name, text)

    def query(self, text: str) -> tuple[str, ...]:
        """Return the canonical terms of a decoded query string without private values."""
        try:
            node = parse(text)
        except RQLSyntaxError:
            return terms_of_text("&".join(map(self._pair, text.split("&"))))
        return () if node is None else terms_of_node(self._node(node))

    def _pair(self, text: str) -> str:
        name, sign, value = text.partition("=")
        return f"{self.text(name)}={self.argument(name, value)}" if sign else self.text(text)

    def argument(self, name: str, text: str) -> str:
        """Return the value of a query parameter or form field without private values."""
        path = tuple(name.replace("__", ".").split("."))
        if name in _POSITIONS:
            return text
        if text and is_url_token(name):
            return self._replace("token", text)
        is_private = any(self._rules.covers(path[: end + 1]) for end in range(len(path)))
        if is_private or self._rules.is_secret(path[-1]):
            return self._named(text, path[-1])
        return self.text(text)

    def _node(self, node: Node) -> Node:
        match node:
            case Comparison(op, field, value):
                return Comparison(op, field, self._operand(field, value))
            case Membership(op, field, values):
                return Membership(op, field, tuple(self._operand(field, one) for one in values))
            case Logical(op, args):
                return Logical(op, tuple(map(self._node, args)))
            case Negation(arg):
                return Negation(self._node(arg))
            case Group():
                return self._group(node)
            case _:
                return node

    def _operand(self, field: str, value: Value) -> Value:
        if isinstance(value, Literal):
            return Literal(self.argument(field, value.text), value.quote)
        return self._group(value, field) if isinstance(value, Group) else value

    def _group(self, group: Group, field: str = "") -> Group:
        prefix = f"{field}." if field else ""
        return Group(
            tuple(
                Comparison(op, name, self._operand(f"{prefix}{name}", value))
                for op, name, value in group.args
            )
        )


def is_number(text: str) -> bool:
    """Return whether a text is a plain number, whose replacement is one, too."""
    return _NUMBER.fullmatch(text) is not None


def _is_whole(text: str) -> bool:
    match = TEXTS.fullmatch(text)
    return match is not None and match.lastgroup in ("domain", "jwt", "phone")
