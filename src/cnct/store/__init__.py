"""Stores records in SQLite and reads them by RQL. Knows no HTTP and no client.

```python
table = Table("products", fields={"name": FilterField("name", frozenset({"eq", "like"}))})
storage = Storage("products.db")
storage.insert(table, "", [{"id": "PRD-1", "name": "Cloud"}])
page = storage.page(table, "", read(parse("like(name,C*)&limit=10"), table))
page.records, page.total
```
"""

from cnct.openapi.fields import FilterField
from cnct.store.query import QueryPlan, read
from cnct.store.selection import Selection
from cnct.store.slices import Slice
from cnct.store.storage import Storage, StoredPage
from cnct.store.tables import Table

__all__ = [
    "FilterField",
    "QueryPlan",
    "Selection",
    "Slice",
    "Storage",
    "StoredPage",
    "Table",
    "read",
]
