"""Help on the objects of a client: what they are and what can be called next."""

from __future__ import annotations

import sys
from typing import Any

_NEXT: dict[str, tuple[str, ...]] = {
    "ConnectClient": (
        "client.products               a collection",
        "client('subscriptions')       a namespace",
        "client.get('products')        a call by path",
    ),
    "NS": (
        "{it}.assets                   a collection: any name it has",
        "{it}('name')                  a nested namespace",
    ),
    "Collection": (
        "{it}.all()                    every resource",
        "{it}.filter(status='active')  those that match",
        "{it}['ID']                    one resource",
        "{it}.create(payload={{...}})    a new resource",
    ),
    "Resource": (
        "{it}.get()                    its data",
        "{it}.values('id', 'name')     some of its data",
        "{it}.update(payload={{...}})    change it",
        "{it}.delete()                 delete it",
        "{it}('action').post()         act on it",
        "{it}.items                    a nested collection: any name it has",
    ),
    "Action": ("{it}.post(payload={{...}})      do it",),
    "ResourceSet": (
        "for resource in {it}: ...     read it, page by page",
        "{it}.filter(...), .order_by('-created'), .limit(50), [:10]",
        "{it}.count(), .first()        ask without reading it",
    ),
}


def print_help(obj: Any) -> None:
    """Print what is known of an object to the current standard output."""
    kind = type(obj).__name__
    lines = [repr(obj), "", (type(obj).__doc__ or "").partition("\n")[0], ""]
    lines += [f"  {line.format(it=_NAMES.get(kind, 'client'))}" for line in _NEXT.get(kind, ())]
    sys.stdout.write("\n".join(lines).rstrip() + "\n")


_NAMES = {
    "NS": "namespace",
    "Collection": "collection",
    "Resource": "resource",
    "Action": "action",
    "ResourceSet": "rs",
}
