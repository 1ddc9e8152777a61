"""Reads the parameters of a row by id, and writes the payload that changes them. No I/O.

Connect has parameters in a list of objects, ``{"id": ..., "value": ...}``: those of an asset, of
the asset in a request, of a tier configuration and of its requests (``params`` in the document).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from cnct.exceptions import UnknownParameterError
from cnct.openapi.shapes import Object, Record, is_list, is_object
from cnct.text import MASK, clean, did_you_mean, either

_VALUE, _STRUCTURED, _ERROR = "value", "structured_value", "value_error"
_CHANGEABLE = (_VALUE, _STRUCTURED, _ERROR)
_DEEPEST = 4  # Connect's own deepest place is parent_configuration.configuration.params
_SHOWN = 60  # characters of a value in the repr


class Params(Mapping[str, Any]):
    """The parameters of a row, by id: reads like a dictionary, and collects changes.

    Values are those of the row, usually texts; for a parameter with a structured value, such as an
    address or a phone number, a copy of that object, which can be changed in place. Values that are
    set are read back from here; the row itself stays as it is.

    Args:
        entries: The objects of the list, each with an ``id``.
        place: Dotted path of the object with the list, from the resource that is updated.
        owner: Id of the row, for messages.

    Examples:
        >>> asset = {"id": "AS-1", "params": [{"id": "seats", "value": "10"}]}
        >>> values = Params(asset["params"], "asset", "AS-1")
        >>> values["seats"], values.get("color", "blue")
        ('10', 'blue')
        >>> values["seats"] = 12
        >>> values.payload()
        {'asset': {'params': [{'id': 'seats', 'value': '12'}]}}
    """

    def __init__(self, entries: list[Any], place: str = "", owner: str = "") -> None:
        self._entries: dict[str, Object] = {}
        for entry in entries:
            if is_object(entry) and isinstance(entry.get("id"), str):
                self._entries.setdefault(entry["id"], entry)
        self._place = place
        self._owner = owner
        self._now: dict[str, Record] = {}  # parameters that were read or set

    def __getitem__(self, parameter_id: str) -> Any:
        """Return the value of a parameter: as set here, else as the row has it.

        Raises:
            UnknownParameterError: If the row has no such parameter; also a ``KeyError``.
        """
        return _value_of(self._current(parameter_id))

    def __iter__(self) -> Iterator[str]:
        """Yield the ids, in the order of the row."""
        return iter(self._entries)

    def __len__(self) -> int:
        """Return the number of parameters."""
        return len(self._entries)

    def __contains__(self, parameter_id: object) -> bool:
        """Return whether the row has the parameter."""
        return parameter_id in self._entries

    def __setitem__(self, parameter_id: str, value: Any) -> None:
        """Set a value for `payload`; the value that the row has already is no change.

        Args:
            parameter_id: Id of a parameter of the row.
            value: A text; an int, float or Decimal becomes one, since the document has texts. An
                object is set as the structured value. ``None`` empties the value.

        Raises:
            UnknownParameterError: If the row has no such parameter.
            TypeError: If the value is of another type.
            ValueError: If the value is NaN or infinite.
        """
        value = self._written(parameter_id, value)
        now = self._current(parameter_id)
        for name in (_VALUE, _STRUCTURED):
            now.pop(name, None)
        now.update(value)

    def update(self, values: Mapping[str, Any] | None = None, **more: Any) -> None:
        """Set several values, all of them or none; see setting one.

        Args:
            values: Values by id.
            **more: The same, for ids that are names in Python.

        Raises:
            UnknownParameterError: If the row lacks one of the parameters.
            TypeError: If a value is of another type, or ``values`` no dictionary.
            ValueError: If a value is NaN or infinite.
        """
        if values is not None and not is_object(values):
            kind = type(values).__name__
            raise TypeError(f"values must be a dictionary, such as {{'seats': '10'}}, not {kind}")
        changes = {**(values or {}), **more}
        for name, value in changes.items():
            self._written(name, value)
        for name, value in changes.items():
            self[name] = value

    def refuse(self, parameter_id: str, message: str) -> None:
        """Set the error of a parameter, which the buyer reads when the request is inquired.

        Args:
            parameter_id: Id of a parameter of the row.
            message: The problem; ``""`` removes an error.

        Raises:
            UnknownParameterError: If the row has no such parameter.
            TypeError: If the message is no text.
        """
        _check_message(message)
        self._current(parameter_id)[_ERROR] = message

    @property
    def errors(self) -> dict[str, str]:
        """The errors of parameters, by id: those that Connect or `refuse` has set."""
        errors = {name: self._current(name).get(_ERROR) for name in self}
        return {name: str(error) for name, error in errors.items() if error}

    def entry(self, parameter_id: str) -> Object:
        """Return the object of a parameter as the row has it: type, title, constraints.

        Raises:
            UnknownParameterError: If the row has no such parameter.
        """
        try:
            return self._entries[parameter_id]
        except (KeyError, TypeError):
            raise UnknownParameterError(self._unknown(parameter_id)) from None

    def payload(self) -> dict[str, Any]:
        """Return the smallest payload with all changes, for the update of the resource.

        For an asset, and for a request of one, this is the payload of the request:
        ``{"asset": {"params": [...]}}``. Connect keeps parameters that are left out.

        Returns:
            An empty dictionary if nothing has changed: then there is nothing to send.
        """
        changes = ((name, self._changes(name)) for name in self._entries if name in self._now)
        entries = [{"id": name, **change} for name, change in changes if change]
        if not entries:
            return {}
        payload: dict[str, Any] = {"params": entries}
        for name in reversed(self._place.split(".") if self._place else []):
            payload = {name: payload}
        return payload

    def __repr__(self) -> str:
        """Return the values; passwords are masked."""
        values = ", ".join(f"{name}={self._shown(name)}" for name in self)
        return clean(f"<Params{self._owner and f' of {self._owner}'}: {values}>")

    def _shown(self, name: str) -> str:
        if self._entries[name].get("type") == "password":
            return MASK
        text = repr(self[name])
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."

    def _current(self, parameter_id: str) -> Record:
        """Return what can be changed of a parameter, as it is now."""
        entry = self.entry(parameter_id)
        if parameter_id not in self._now:
            members = ((name, entry.get(name)) for name in _CHANGEABLE)
            self._now[parameter_id] = {
                name: deepcopy(member) for name, member in members if member is not None
            }
        return self._now[parameter_id]

    def _changes(self, parameter_id: str) -> Record:
        """Return the members of a parameter that differ from the row."""
        now, entry = self._now[parameter_id], self._entries[parameter_id]
        before = {**entry, _ERROR: entry.get(_ERROR) or ""}  # null and "" are no error
        return {
            name: deepcopy(now[name])
            for name in _CHANGEABLE
            if name in now and now[name] != before.get(name)
        }

    def _written(self, parameter_id: str, value: Any) -> Record:
        """Return the member that sets a value."""
        is_structured = self.entry(parameter_id).get(_STRUCTURED) is not None
        if is_object(value):
            return {_STRUCTURED: deepcopy(dict(value))}
        if value is None:
            return {_STRUCTURED if is_structured else _VALUE: None}
        if isinstance(value, str):
            return {_VALUE: value}
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return {_VALUE: _number_text(parameter_id, value)}
        raise TypeError(
            clean(
                f"The value of parameter {parameter_id!r} must be a text, a number, an object or "
                f"None, not {type(value).__name__}: write the text that Connect shows"
            )
        )

    def _unknown(self, parameter_id: object) -> str:
        if not isinstance(parameter_id, str):
            return f"A parameter is named by its id, a text, not by {parameter_id!r}"
        owner = self._owner or "The row"
        hint = did_you_mean(parameter_id, self._entries) or f" {owner} has no parameters."
        return clean(f"{owner} has no parameter {parameter_id!r}.{hint}")


def params(row: Mapping[str, Any], at: str | None = None) -> Params:
    """Return the parameters of a row, to read by id and to change.

    Args:
        row: An asset, a request, a tier configuration, or any other row with ``params``.
        at: Dotted path of the object with the parameters, such as ``asset.configuration``; ``""``
            for the row itself. By default the nearest: the row itself, or else an object in it.

    Raises:
        ValueError: If there are no parameters, or several objects have some at the same depth.
        TypeError: If the row is no dictionary, or ``at`` no text.

    Examples:
        >>> request = {"id": "PR-1", "asset": {"params": [{"id": "seats", "value": "10"}]}}
        >>> values = params(request)
        >>> values["seats"] = "12"
        >>> values.payload()  # for client.requests["PR-1"].update(...)
        {'asset': {'params': [{'id': 'seats', 'value': '12'}]}}
    """
    if not is_object(row):
        remedy = ": await it first" if hasattr(row, "__await__") else ""
        raise TypeError(
            "params() takes a row, a dictionary such as client.assets['AS-1'].get(), not "
            f"{type(row).__name__}{remedy}"
        )
    place = _nearest_place(row) if at is None else _checked_place(row, at)
    owner = str(row.get("id") or "")
    is_asset = not place and owner.startswith("AS-")  # which only its requests change
    return Params(_at(row, place)["params"], "asset" if is_asset else place, owner)


def _check_message(message: Any) -> None:
    if not isinstance(message, str):
        raise TypeError(
            f"message must be a text, not {type(message).__name__}: write what is wrong with the "
            "value"
        )


def _value_of(entry: Object) -> Any:
    structured = entry.get(_STRUCTURED)
    return entry.get(_VALUE) if structured is None else structured


def _number_text(parameter_id: str, value: float | Decimal) -> str:
    """Return a number as digits, without an exponent."""
    number = Decimal(value) if isinstance(value, int) else Decimal(str(value))
    if not number.is_finite():
        raise ValueError(
            clean(
                f"The value of parameter {parameter_id!r} is {value}, which is no value: pass None "
                "to empty the parameter"
            )
        )
    return f"{number:f}"


def _at(row: Any, place: str) -> Any:
    for name in place.split(".") if place else []:
        row = row.get(name) if is_object(row) else None
    return row


def _has_params(thing: Any) -> bool:
    return is_object(thing) and is_list(thing.get("params"))


def _checked_place(row: Object, at: Any) -> str:
    if not isinstance(at, str):
        raise TypeError(f"at must be a dotted path such as 'asset', not {type(at).__name__}")
    if not _has_params(_at(row, at)):
        places = [place for level in _levels(row) for place in level]
        hint = f": write {either(map(repr, places))}" if places else ""
        raise ValueError(clean(f"at={at!r} names no object with a list of params{hint}"))
    return at


def _nearest_place(row: Object) -> str:
    for places in _levels(row):
        if len(places) == 1:
            return places[0]
        if places:
            raise ValueError(
                clean(
                    f"Several objects of the row have params: pass at={either(map(repr, places))}"
                )
            )
    if "params" in row:
        kind = "None" if row["params"] is None else f"a {type(row['params']).__name__}"
        raise ValueError(
            f"The params of the row are {kind}, not a list of objects such as {{'id': 'seats', "
            "'value': '10'}"
        )
    names = ", ".join(map(str, row)) or "nothing"
    raise ValueError(
        clean(
            f"The row has no list of params, nor has an object in it; it has {names}. Read the "
            "whole resource, without select()"
        )
    )


def _levels(row: Object) -> Iterator[list[str]]:
    """Yield the places of objects with parameters, those at the same depth together."""
    level: list[tuple[str, Any]] = [("", row)]
    for _ in range(_DEEPEST):
        yield [place for place, thing in level if _has_params(thing)]
        level = [
            (f"{place}.{name}" if place else name, inner)
            for place, thing in level
            for name, inner in thing.items()
            if is_object(inner)
        ]
