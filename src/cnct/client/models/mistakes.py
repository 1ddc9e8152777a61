"""Answers wrong names and operators on a client's objects, by the table of mistakes.

Only writes messages. Attributes and methods of the classes, and collections of the document, take
precedence over the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from types import FunctionType
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from cnct.client.models.mistake_table import ARGUMENTS, LOOPED, SIGNS, TABLE
from cnct.client.models.names import ResourceAttributePath, if_no_collection, names
from cnct.text import clean

if TYPE_CHECKING:
    from cnct.client.base_client import BaseClient
    from cnct.client.models.noun import Located

    ClientObject: TypeAlias = BaseClient[Any, Any, Any] | Located[Any]

_IS_ASYNC = 0x80  # CO_COROUTINE of inspect, whose import takes a while
_NOTHING: Any = object()
_CLEAR = 0.8  # similarity to the name of a method, from 0 to 1


def remedy(thing: Any, kind: str, name: str) -> str:
    """Return a sentence about a name that an object does not have; empty text if there is none.

    Also answers a name similar to one of the table, or to a method.

    Args:
        thing: The object.
        kind: Kind of the object, a key of `TABLE`.
        name: The name.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only mistakes need it

    from cnct.client.describing import written  # noqa: PLC0415 - same

    table, methods = TABLE[kind], _public(thing)
    start = f"{_ARTICLES[kind]} {kind} has no {name!r}:"
    near = [*get_close_matches(name, [*table, *methods], 1, _CLEAR)]
    if kind == "collection" and name in TABLE["set"] and name not in table:
        return f"{start} write {_filled(TABLE['set'][name], thing.all())}"
    for candidate in (name, *near):
        if candidate in table:
            return f"{start} write {_filled(table[candidate], thing)}"
        if candidate in methods:
            return f"{start} did you mean {written(thing)}.{candidate}?"
    return ""


def missing_name(thing: Any, name: str, message: str) -> str:
    """Return the message for a name that the document does not have below an object.

    Args:
        thing: The object.
        name: The name as in the document, with ``-``.
        message: The message of the check, with the names nearest to it.
    """
    from cnct.client.describing import field_names, kind_of, written  # noqa: PLC0415 - as above

    kind, attribute = kind_of(thing), name.replace("-", "_")
    table_kind = {"root": "client"}.get(kind, kind)
    if table_kind not in TABLE:
        return message
    if kind == "resource" and attribute in field_names(thing):
        return f"{name!r} is a field, no collection: write {written(thing)}.values({attribute!r})"
    sentence = remedy(thing, table_kind, attribute)
    names_near = "Did you mean" in message
    if attribute in TABLE[table_kind]:
        return f"{message} {sentence}" if names_near else sentence
    if names_near and "did you mean" not in sentence:
        return message  # from the document, whose names are more relevant than those of the table
    return f"{message} {sentence}".rstrip()


def _filled(template: str, thing: ClientObject, key: object = "name") -> str:
    from cnct.client import describing  # noqa: PLC0415 - only mistakes need it

    awaited = describing.is_awaited(thing)
    return template.format(
        at=describing.written(thing),
        collection=describing.written_collection(thing),
        wait="await " if awaited else "",
        each="async for" if awaited else "for",
        close="aclose" if awaited else "close",
        key=clean(repr(key if isinstance(key, str) else "name")),
    )


_ARTICLES = {"action": "An", "set": "A", "collection": "A", "resource": "A", "client": "A"}
_ROWS = frozenset({"set", "collection"})
_WITHOUT_COLLECTIONS = frozenset({"set", "collection", "action"})
_CALLED = frozenset({"namespace", "caller of actions"})


def answer_mistakes(kind: str, *classes: type) -> None:
    """Add methods to classes that raise an error with the Python to write instead.

    Type checkers do not see them, and report the mistakes as before.

    Args:
        kind: A key of `TABLE`, or the kind of a base class.
        classes: The class of each world.
    """
    methods: dict[str, Callable[..., Any]] = {
        name: _refused(template, LOOPED.get(kind, template))
        for name, template in SIGNS.get(kind, {}).items()
    }
    if kind in _WITHOUT_COLLECTIONS:
        methods["__getattr__"] = _answered_attribute(kind)
    if kind in _ROWS:
        methods["__contains__"] = _contains
    if kind == "resource":
        methods["__setattr__"] = _set_attribute
    for owner in classes:
        own = {"__call__": _checked_call(vars(owner)["__call__"])} if kind in _CALLED else {}
        for name, template in ARGUMENTS.get(kind, {}).items():
            own[name] = _answered_arguments(getattr(owner, name), template)
        for name, method in {**methods, **own}.items():
            setattr(owner, name, method)


def _answered_attribute(kind: str) -> Callable[[Any, str], NoReturn]:
    def answer(self: Any, name: str) -> NoReturn:
        if name[0] == "_":
            raise AttributeError(name)
        # With a name, the interpreter would add a hint of its own (bpo-38530).
        raise AttributeError(_no_attribute(self, kind, clean(name)), name=None, obj=None)

    return answer


def _contains(self: Any, item: object) -> bool:
    """Return whether a row is in the set; refuse ids and names."""
    if not isinstance(item, str | int):
        return any(row == item for row in self)
    template = "has rows, and no ids: write {wait}{collection}[{key}].exists()"
    raise TypeError(f"{self!r} {_filled(template, self, item)}")


def _set_attribute(self: Any, name: str, value: object) -> None:
    """Set an attribute that the class has, as tests replace methods; refuse fields."""
    if name[0] != "_" and name not in _public(self):
        template = "cannot be changed: write {wait}{at}.update({{{key}: value}})"
        text = f"{self!r} {_filled(template, self, name)}"
        raise AttributeError(text, name=None, obj=None)
    object.__setattr__(self, name, value)


def _no_attribute(thing: Any, kind: str, name: str) -> str:
    from cnct.client.describing import written  # noqa: PLC0415 - only mistakes need it

    at, start = written(thing), f"{_ARTICLES[kind]} {kind} has no {name!r}:"
    if kind == "collection" and name in _public(thing.all()):
        return f"{start} write {at}.all().{name}"
    other = if_no_collection(thing, name) if kind == "collection" else ""
    if other and isinstance(thing.path, ResourceAttributePath):
        return f"{start} {other}"
    sentence = _of_an_action(thing, kind, name) if kind in _ROWS else ""
    sentence = sentence or (_of_a_field(thing, name) if kind == "collection" else "")
    if sentence:
        return f"{start} {sentence}"
    sentence = remedy(thing, kind, name)
    if sentence:
        return sentence
    if kind == "set":
        return f"{start} fields are in the rows, as row[{name!r}]"
    if kind == "action":
        return f"{start} an action is called with {at}.post()"
    above, _, field = thing.path.rpartition("/")
    if "/" in above and not other:
        return f"{start} if {field!r} is a field, read it with .values({field!r}) of its resource"
    resource_id = name.replace("_", "-") if name[0].isupper() else name
    text = f"{start} write {at}[{resource_id!r}] for an id, {at}({name!r}) for an action"
    return f"{text}; {other}" if other else text


def _of_an_action(thing: Any, kind: str, name: str) -> str:
    """Return the remedy for an action of the resources, read as an attribute of their list.

    Empty if the document is not at hand, or has no such action.
    """
    action = name.replace("_", "-")
    if action not in names(thing._specs, f"{thing.path}/ID", "actions"):
        return ""
    call = ".act({key}, {{...}})" if kind == "set" else "['ID']({key}).post({{...}})"
    return _filled(f"it is an action of each resource: write {{wait}}{{at}}{call}", thing, action)


def _of_a_field(collection: Any, name: str) -> str:
    """Return the remedy for a field, or a value of a field, that was read as an attribute.

    Empty text if the table has the name, or the document is not at hand or has neither.
    """
    fields = collection._field_names()
    if not fields or name in TABLE["collection"] or name in TABLE["set"]:
        return ""
    if any(field.partition(".")[0] == name for field in fields):
        return _filled("it is a field: write {wait}{at}.all().values_list({key})", collection, name)
    owners = (field for field in fields if "." not in field and name in fields[field].enum)
    field = next(owners, "")
    return _filled(f"write {{at}}.filter({field}={{key}})", collection, name) if field else ""


def _refused(template: str, of_index: str) -> Callable[..., NoReturn]:
    def refuse(self: Any, *args: object) -> NoReturn:
        text = of_index if args and isinstance(args[0], int) else template
        raise TypeError(f"{self!r} {_filled(text, self, *args[:1])}")

    return refuse


def _answered_arguments(method: FunctionType, template: str) -> Callable[..., Any]:
    """Wrap a method, so that errors about wrong arguments name the Python to write."""

    def call(self: Any, first: Any = _NOTHING, /, *args: Any, **kwargs: Any) -> Any:
        try:
            if first is _NOTHING:
                return method(self, **kwargs)
            if args or kwargs:
                return method(self, first, *args, **kwargs)
            return method(self, first)  # in half of the time of the other calls
        except TypeError as error:
            if _is_from_within(error):
                raise
            raise TypeError(_wrong_arguments(self, method, error, template)) from None

    async def awaited(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await method(self, *args, **kwargs)
        except TypeError as error:
            if _is_from_within(error):
                raise
            raise TypeError(_wrong_arguments(self, method, error, template)) from None

    if method.__code__.co_flags & _IS_ASYNC:
        return wraps(method)(awaited)
    # A copy of the code for each method: in it, the interpreter remembers which method is called.
    call.__code__ = call.__code__.replace()
    return wraps(method)(call)


def _is_from_within(error: TypeError) -> bool:
    """Return whether an error was raised within a method, not by the call itself."""
    return error.__traceback__ is not None and error.__traceback__.tb_next is not None


def _wrong_arguments(thing: Any, method: FunctionType, error: TypeError, template: str) -> str:
    name = method.__name__
    problem = str(error).rpartition(f"{name}()")[2]  # without the class, which may be private
    return f"{name}(){problem}: write {_filled(template, thing)}"


def _checked_call(method: Callable[[Any, str], Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        names = [*args, *kwargs.values()]
        if len(names) != 1 or not isinstance(names[0], str) or not kwargs.keys() <= {"name"}:
            raise TypeError(_wrong_call(self, args, kwargs))
        return method(self, names[0])

    return call


def _wrong_call(thing: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    from cnct.client.describing import kind_of, written  # noqa: PLC0415 - only mistakes need it

    kind, at = kind_of(thing), written(thing)
    if kind in ("root", "namespace"):
        return f"{at}(...) takes the name of a namespace: write {at}('subscriptions')"
    if kind == "resource":
        verb = "update({...})" if args and isinstance(args[0], Mapping) else "get()"
        return f"{at}(...) takes the name of an action, such as 'approve': write {at}.{verb}"
    owner = _missing_method(thing)
    if owner:
        return owner
    if isinstance(thing.path, ResourceAttributePath) and not kwargs:
        return f"{at} is a collection: {if_no_collection(thing, 'post')}"
    if args and isinstance(args[0], Mapping):
        return f"{at} is a collection: write {at}.create({{...}})"
    if args and isinstance(args[0], int):
        return f"{at} is a collection: write {at}[{args[0]}]"
    if kwargs:
        return f"{at} is a collection: write {at}.filter({', '.join(f'{k}=...' for k in kwargs)})"
    return f"{at} is a collection: write {at}.all() for its rows, {at}('name') for an action"


def _missing_method(collection: Any) -> str:
    """Return a sentence about a method that was taken for a collection: ``client.helpp()``.

    Empty text if the document has the collection, or no method has a similar name.
    """
    from cnct.client import describing  # noqa: PLC0415 - only mistakes need it

    if describing.is_in_document(collection):
        return ""
    above, _, last = collection.path.rpartition("/")
    owner = describing.resource_at(collection, above) if above else collection._client
    return remedy(owner, "resource" if above else "client", clean(last.replace("-", "_")))


def _public(thing: object) -> list[str]:
    """Return the public names of the class of an object."""
    return [name for name in dir(type(thing)) if not name.startswith("_")]
