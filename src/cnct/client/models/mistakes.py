"""The table of names that people try on the objects of a client, and the Python to write instead.

Only writes messages. A name is answered where nothing else has it: attributes and methods of the
classes, and collections of the document, come first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from cnct.client.models.names import ResourceAttributePath, if_no_collection
from cnct.text import clean

if TYPE_CHECKING:
    from cnct.client.base_client import BaseClient
    from cnct.client.models.noun import Located

    ClientObject: TypeAlias = BaseClient[Any, Any, Any] | Located[Any]

_CLEAR = 0.8  # similarity to the name of a method, from 0 to 1

# In a remedy, {at} is the Python for the object, {wait} is "await " in the asynchronous world and
# {each} is "for" or "async for".
_LIST = "[row {each} row in {at}]"
_DELETE = "{wait}{at}['ID'].delete()"
_SET = {
    "last latest reverse reversed tail": "{wait}{at}.order_by('-created').first()",
    "exclude": "{at}.filter(~R(status='draft'))",
    "where query find filter_by search_by": "{at}.filter(status='draft')",
    "values pluck only columns fields_list values_dict": "{wait}{at}.values_list('id', 'name')",
    "get retrieve get_by_id": "{wait}{at}.filter(id='ID').one()",
    "get_or_none one_or_none": "{wait}{at}.filter(id='ID').first()",
    "len length size total total_count num_rows": "{wait}{at}.count()",
    "shape": "{wait}{at}.count(), and the names in {wait}{at}.first()",
    "is_empty empty any": "not {wait}{at}.exists()",
    "head take top sample nlargest": "{at}[:5]",
    "offset skip page paginate": "a slice: {at}[100:200]",
    "per_page page_size batch batch_size": "{at}.limit(100), the number of rows of a page",
    "sort sorted sort_by order orderby ordering sort_values": "{at}.order_by('-created', 'id')",
    "list tolist to_list items fetch fetchall execute results data json run": _LIST,
    "to_dict to_json dict keys": _LIST,
    "to_dataframe to_df df to_pandas dataframe frame": f"pandas.DataFrame({_LIST})",
    "apply map for_each foreach": "{wait}{at}.process(function)",
    "each": "{wait}{at}.process(function)",
    "delete remove destroy": (
        "{wait}{collection}.bulk(Operation.delete(row['id']) {each} row in {at})"
    ),
    "update bulk_update update_all": (
        "{wait}{collection}.bulk(Operation.update(row['id'], {{...}}) {each} row in {at})"
    ),
    "create bulk_create add insert post get_or_create update_or_create": (
        "{wait}{collection}.create({{...}})"
    ),
    "distinct unique nunique": "{{row['id'] {each} row in {at}}}",
    "group_by groupby aggregate annotate value_counts sum mean": (
        f"collections.Counter(row['status'] {{each}} row in {{at}}), or pandas.DataFrame({_LIST})"
    ),
    "union concat append extend": "itertools.chain(one, other), or one filter with R(...) | R(...)",
    "defer": "{at}.select('-params')",
    "select_related prefetch_related include expand join": (
        "{at}.prefetch(name={collection}.on('field.id'))"
    ),
    "in_bulk by_id": "{{row['id']: row {each} row in {at}}}",
    "stream chunks iterrows itertuples": "{each} row in {at}.iterator()",
    "next": "{wait}{at}.first(), or {each} row in {at}",
    "loc iloc at": "{at}[0], or {at}.filter(id='ID')",
    "describe info dtypes": "{at}.help()",
    "isin": "{at}.filter(R().field.in_([...]))",
    "contains": "{at}.filter(R().field.ilike('*text*'))",
    "content_range": "{wait}{at}.count()",
}
_COLLECTION = {
    "get retrieve find_one get_by_id by_id": "{wait}{at}['ID'].get()",
    "list fetch fetchall read items data json": "[row {each} row in {at}.all()]",
    "find where filter_by query": "{at}.filter(status='draft')",
    "exclude": "{at}.filter(~R(status='draft'))",
    "values only": "{wait}{at}.all().values_list('id', 'name')",
    "post add insert new save": "{wait}{at}.create({{...}})",
    "put update patch": "{wait}{at}['ID'].update({{...}})",
    "delete remove destroy": _DELETE,
    "len length size total": "{wait}{at}.count()",
    "last latest": "{wait}{at}.order_by('-created').first()",
    "head take top": "{at}[:5]",
    "to_dataframe to_df df to_pandas": "pandas.DataFrame([row {each} row in {at}.all()])",
    "get_or_create update_or_create": (
        "{wait}{at}.filter(...).first(), then {wait}{at}.create({{...}})"
    ),
    "action actions": "{at}('action').post({{...}})",
}
_RESOURCE = {
    "patch put save modify set edit change": "{wait}{at}.update({{'field': value}})",
    "post call execute run action_": "{wait}{at}('action').post({{...}})",
    "create": "{wait}{at}.collection('name').create({{...}})",
    "remove destroy": "{wait}{at}.delete()",
    "refresh reload fetch read retrieve load refresh_from_db": "{wait}{at}.get()",
    "json to_dict dict as_dict": "{wait}{at}.get()",
    "all filter list count first": "{wait}{at}.get()",
    "field attribute": "{wait}{at}.values('field')",
}
_ACTION = {
    "create execute run call invoke send submit": "{wait}{at}.post({{...}})",
    "update patch": "{wait}{at}.put({{...}})",
    "all filter list first count": "{wait}{at}.get()",
}
_CLIENT = {
    "post": "{wait}{at}.create('products', {{...}})",
    "put patch": "{wait}{at}.update('products/ID', {{...}})",
    "request call": "{wait}{at}.execute('GET', 'products')",
    "search": "{at}.find('words') for the API, or {at}.products.search('words')",
    "list all filter count first": "{at}.products.all()",
    "login authenticate connect auth": "nothing: every call sends the key",
    "logout disconnect": "{wait}{at}.{close}()",
    "close": "{wait}{at}.aclose()",
    "aclose": "{at}.close()",
    "namespace": "{at}.ns('subscriptions')",
    "resource action": "{at}.products['ID']",
    "namespaces collections list_collections endpoints": "{at}.help()",
    "ping health status": "{wait}{at}.accounts.first()",
}


def _by_name(table: Mapping[str, str]) -> dict[str, str]:
    return {name: remedy for names, remedy in table.items() for name in names.split()}


TABLE = {
    "set": _by_name(_SET),
    "collection": _by_name(_COLLECTION),
    "resource": _by_name(_RESOURCE),
    "action": _by_name(_ACTION),
    "client": _by_name(_CLIENT),
}
"""The Python to write, by kind of the object and name."""


def remedy(thing: ClientObject, kind: str, name: str) -> str:
    """Return a sentence about a name that an object does not have; empty if none is known.

    A name that is nearly one of the table, or nearly a method, is answered too.

    Args:
        thing: The object.
        kind: Kind of the object, a key of `TABLE`.
        name: The name.
    """
    from cnct.client.describing import written  # noqa: PLC0415 - only mistakes need it

    table, methods = TABLE[kind], _public(thing)
    start = f"{_ARTICLES[kind]} {kind} has no {name!r}:"
    near = [*get_close_matches(name, [*table, *methods], 1, _CLEAR)]
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
    return sentence if attribute in TABLE[table_kind] else f"{message} {sentence}".rstrip()


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


_SIGNS = {
    "set": {
        "__len__": "has no len(), which would hide a call: write {wait}{at}.count()",
        "__reversed__": "cannot be read backwards: write {at}.order_by('-created')",
        "__or__": "is combined by its conditions: write {collection}.filter(R(...) | R(...))",
        "__and__": "is combined by its conditions: write {at}.filter(...)",
        "__add__": "is combined by its conditions: write {collection}.filter(R(...) | R(...))",
        "__setitem__": "cannot be changed: write {wait}{collection}['ID'].update({{...}})",
    },
    "collection": {
        "__len__": "has no len(), which would hide a call: write {wait}{at}.count()",
        "__reversed__": "cannot be read backwards: write {at}.order_by('-created')",
        "__setitem__": "cannot be changed: write {wait}{at}[{key}].update({{...}})",
        "__delitem__": "cannot be changed: write {wait}{at}[{key}].delete()",
    },
    "resource": {
        "__getitem__": "is not read yet: write {wait}{at}.values({key}) or {wait}{at}.get()",
        "__setitem__": "cannot be changed: write {wait}{at}.update({{{key}: value}})",
    },
    "client": {
        "__getitem__": "takes no brackets: write {at}.products or {at}.collection({key})",
        "__enter__": "is asynchronous: write async with",
        "__exit__": "is asynchronous: write async with",
    },
    "namespace": {"__getitem__": "takes no brackets: write {at}.collection({key})"},
}
_ARTICLES = {"action": "An", "set": "A", "collection": "A", "resource": "A", "client": "A"}
_ROWS = frozenset({"set", "collection"})
_WITHOUT_COLLECTIONS = frozenset({"set", "collection", "action"})
_CALLED = frozenset({"namespace", "caller of actions"})


def answer_mistakes(kind: str, *classes: type) -> None:
    """Add methods to classes that refuse a mistake with the Python to write.

    Type checkers do not see them, and report the mistakes as before.

    Args:
        kind: A key of `TABLE`, or the kind of a base class.
        classes: The class of each world.
    """
    methods: dict[str, Callable[..., Any]] = {
        name: _refused(template) for name, template in _SIGNS.get(kind, {}).items()
    }
    if kind in _WITHOUT_COLLECTIONS:
        methods["__getattr__"] = _answered_attribute(kind)
    if kind in _ROWS:
        methods["__contains__"] = _contains
    if kind == "resource":
        methods["__setattr__"] = _set_attribute
    for owner in classes:
        own = {"__call__": _checked_call(vars(owner)["__call__"])} if kind in _CALLED else {}
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
    """Return whether a row is in the set; an id never is."""
    if not isinstance(item, str | int):
        return any(row == item for row in self)
    template = "has rows, and no ids: write {wait}{collection}[{key}].exists()"
    raise TypeError(f"{self!r} {_filled(template, self, item)}")


def _set_attribute(self: Any, name: str, value: object) -> None:
    """Set an attribute of the class, as tests replace methods; fields are no attributes."""
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
    text = f"{start} write {at}[{name!r}] for an id, {at}({name!r}) for an action"
    return f"{text}; {other}" if other else text


def _refused(template: str) -> Callable[..., NoReturn]:
    def refuse(self: Any, *args: object) -> NoReturn:
        raise TypeError(f"{self!r} {_filled(template, self, *args[:1])}")

    return refuse


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

    Empty if the document has the collection, or the name is like no method.
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
