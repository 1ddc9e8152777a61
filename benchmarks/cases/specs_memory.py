"""Measure the memory of a loaded OpenAPI document: ``specs_memory.py SUBJECT DOCUMENT CACHE``.

Prints bytes as JSON: the memory that Python's allocators hold for it after a collection.
"""

import gc
import json
import os
import sys
import tracemalloc

if __name__ == "__main__":
    subject, document, cache = sys.argv[1:]
    os.environ["CNCT_CACHE_DIR"] = cache
    if subject == "cnct":
        from cnct.openapi import OpenAPISpecs
    else:
        from connect.client.openapi import OpenAPISpecs
    gc.collect()
    tracemalloc.start()
    specs = OpenAPISpecs(document)
    specs.exists("get", "products")
    gc.collect()
    print(json.dumps({"specs memory": tracemalloc.get_traced_memory()[0]}))
