"""Time an import in this new process: ``imports.py SUBJECT``, seconds as JSON."""

import sys
from time import perf_counter

STATEMENTS = {
    "cnct": "from cnct import ConnectClient",
    "cnct alone": "import cnct",
    "incumbent": "from connect.client import ConnectClient",
    "bare": "import requests",
}

began = perf_counter()
exec(STATEMENTS[sys.argv[1]])
print(f'{{"import": {perf_counter() - began}}}')
