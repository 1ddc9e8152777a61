"""The table of wrong names that people use on a client's objects, and the Python to write instead.

Only data; `mistakes` writes the messages.
"""

from __future__ import annotations

from collections.abc import Mapping

# In a remedy, {at} is the Python for the object, {wait} is "await " in the asynchronous world and
# {each} is "for" or "async for".
_LIST = "[row {each} row in {at}]"
_DELETE = "{wait}{at}['ID'].delete()"
_WITH_RESPONSE = "client.with_response in place of client"
_SET = {
    "with_response raw_response": _WITH_RESPONSE,
    "datetimes with_dates as_dates": "{at}.dates()",
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
    "print show display view preview": "{each} row in {at}: print(row)",
    "to_dataframe to_df df to_pandas dataframe frame": f"pandas.DataFrame({_LIST})",
    "apply map for_each foreach": "{wait}{at}.process(function)",
    "each": "{wait}{at}.process(function)",
    "delete remove destroy": (
        "{wait}{collection}.bulk(Operation.delete(row['id']) {each} row in {at})"
    ),
    "update bulk_update update_all": (
        "{wait}{collection}.bulk(Operation.update(row['id'], {{...}}) {each} row in {at})"
    ),
    "create bulk_create add insert post": "{wait}{collection}.create({{...}})",
    "download save_file": "{wait}{collection}['ID']('download').download('file.xlsx')",
    "get_or_create": "{wait}{collection}.get_or_create('external_id', {{...}})",
    "update_or_create create_or_update": (
        "{wait}{collection}.update_or_create('external_id', {{...}})"
    ),
    "upsert merge synchronize synchronise": "{wait}{at}.sync(rows, by='id')",
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
    "poll listen subscribe follow changes": "{each} row in {at}.watch()",
}
_COLLECTION = {
    "with_response raw_response": _WITH_RESPONSE,
    "get retrieve find_one get_by_id by_id": "{wait}{at}['ID'].get()",
    "list fetch fetchall read items data json": "[row {each} row in {at}.all()]",
    "find where filter_by query": "{at}.filter(status='draft')",
    "exclude": "{at}.filter(~R(status='draft'))",
    "values only": "{wait}{at}.all().values_list('id', 'name')",
    "post add insert new save": "{wait}{at}.create({{...}})",
    "put update patch": "{wait}{at}['ID'].update({{...}})",
    "delete remove destroy": _DELETE,
    "upload_file send_file add_file attach": "{wait}{at}.upload('file.xlsx')",
    "download download_file save_file": "{wait}{at}['ID']('download').download('file.xlsx')",
    "upload_files upload_folder upload_dir upload_all": "{wait}{at}.upload_directory('folder')",
    "len length size total": "{wait}{at}.count()",
    "last latest": "{wait}{at}.order_by('-created').first()",
    "head take top": "{at}[:5]",
    "to_dataframe to_df df to_pandas": "pandas.DataFrame([row {each} row in {at}.all()])",
    "create_or_update": "{wait}{at}.update_or_create('external_id', {{...}})",
    "find_or_create": "{wait}{at}.get_or_create('external_id', {{...}})",
    "action actions": "{at}('action').post({{...}})",
    "upsert merge synchronize synchronise": "{wait}{at}.sync(rows, by='id')",
    "poll listen subscribe follow changes": "{each} row in {at}.watch()",
}
_RESOURCE = {
    "with_response raw_response": _WITH_RESPONSE,
    "dates datetimes": "{wait}{at}.values('created', dates=True)",
    "watch wait poll wait_for": "{wait}{at}.wait_until(status='approved')",
    "patch put save modify set edit change": "{wait}{at}.update({{'field': value}})",
    "post call execute run action_": "{wait}{at}('action').post({{...}})",
    "create": "{wait}{at}.collection('name').create({{...}})",
    "remove destroy": "{wait}{at}.delete()",
    "upload_directory upload_files": (
        "{wait}{at}.collection('attachments').upload_directory('folder')"
    ),
    "upload_file send_file attach": "{wait}{at}('upload').upload('file.xlsx')",
    "download_file save_file download_to": "{wait}{at}('download').download('file.xlsx')",
    "print show display view": "{wait}{at}.get()",
    "actions": "{at}.action('name')",
    "partial_update": "{wait}{at}.update({{'field': value}})",
    "update_if_changed": "{wait}{at}.update({{'field': value}}, changed_only=True)",
    "refresh reload fetch read retrieve load refresh_from_db": "{wait}{at}.get()",
    "json to_dict dict as_dict": "{wait}{at}.get()",
    "all filter list count first": "{wait}{at}.get()",
    "field attribute": "{wait}{at}.values('field')",
}
_ACTION = {
    "with_response raw_response": _WITH_RESPONSE,
    "create execute run call invoke send submit": "{wait}{at}.post({{...}})",
    "update patch": "{wait}{at}.put({{...}})",
    "upload_file send_file attach upload_directory": "{wait}{at}.upload('file.xlsx')",
    "download_file save_file download_to save": "{wait}{at}.download('file.xlsx')",
    "all filter list first count": "{wait}{at}.get()",
}
_CLIENT = {
    "post": "{wait}{at}.create('products', {{...}})",
    "put patch": "{wait}{at}.update('products/ID', {{...}})",
    "request call": "{wait}{at}.execute('GET', 'products')",
    "upload_directory": "{wait}{at}.collection('name').upload_directory('folder')",
    "download_file save_file fetch_file": "{wait}{at}.download('url', 'file.pdf')",
    "watch poll listen subscribe": "{each} row in {at}.products.watch()",
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
    "doc docs documentation man collections_list": "{at}.help()",
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

SIGNS = {
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
"""Sentences about methods of Python that the objects refuse, by kind of the object."""

LOOPED = {
    "resource": "is one resource, no list: write {wait}{at}.get() for its data",
    "client": "is no list: write {at}.help() for its collections",
    "namespace": "is no list: write {at}.help() for its collections",
}
"""For an index, which is also how Python reads a loop, ``in`` and ``list()``.

A method ``__iter__`` would make them iterable for all who ask before they loop.
"""

_READS = {
    "count": "{wait}{at}.filter(field=value).count()",
    "dates": "{at}.dates(), for all moments of the rows",
    "first": "{at}[:5] for several rows, {wait}{at}.filter(field=value).first() for a condition",
    "limit": "{at}.limit(100) for the rows of a page, {at}[100:150] for some of the rows",
    "order_by": "{at}.order_by('-created', 'id'), with - for descending order",
    "search": "{at}.search('some words')",
    "select": "{at}.select('id', '-params')",
}
_PLAN = "{wait}{at}.sync(rows, by='mpn'), where by is the key of rows and resources"
ARGUMENTS = {
    "collection": {
        **_READS,
        "upload": "{wait}{at}.upload('file.xlsx')",
        "upload_directory": "{wait}{at}.upload_directory('folder', '*.pdf')",
        "get_or_create": "{wait}{at}.get_or_create({{'external_id': 'A'}}, {{'name': 'B'}})",
        "update_or_create": "{wait}{at}.update_or_create('name', {{'name': 'A', ...}})",
        "sync": _PLAN,
    },
    "set": {
        **_READS,
        "exists": "{wait}{at}.filter(field=value).exists()",
        "iterator": "{at}.limit(100).iterator(), for pages of 100 rows",
        "one": "{wait}{at}.filter(id='ID').one()",
        "sync": _PLAN,
        "values_list": "[row['id'] {each} row in {at}] for a field alone",
    },
    "resource": {
        "delete": "{wait}{at}.delete()",
        "exists": "{wait}{at}.exists()",
        "get": "{wait}{at}.values('field')",
        "update": "{wait}{at}.update({{'field': value}})",
        "upload": "{wait}{at}.upload('file.xlsx')",
    },
    "action": {"upload": "{wait}{at}.upload('file.xlsx')"},
}
"""What to write where a method is called with arguments that it does not have, by kind."""
