"""Time a program that makes one call: ``first_call.py SUBJECT SERVER DOCUMENT CACHE``.

Prints seconds as JSON: the CPU time of the whole process, from the start of Python to its exit.
cnct uses the OpenAPI document, which an earlier process has left in the cache.
"""

import json
import os
import resource
import subprocess
import sys

RUNS = 7
PROGRAMS = {
    "cnct": """
import sys
from cnct import ConnectClient
endpoint, document = sys.argv[1:]
client = ConnectClient("ApiKey SU-000-000-000:secret", endpoint, specs_location=document)
client.ns("subscriptions").assets["AS-0000-0000-0001"].get()
""",
    "bare": """
import sys
import requests
endpoint, document = sys.argv[1:]
headers = {"Authorization": "ApiKey SU-000-000-000:secret"}
response = requests.get(f"{endpoint}/subscriptions/assets/AS-0000-0000-0001", headers=headers)
response.raise_for_status()
response.json()
""",
}


def run(subject: str, endpoint: str, document: str) -> float:
    """Return the CPU time of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", PROGRAMS[subject], endpoint, document], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    subject, server, document, cache = sys.argv[1:]
    os.environ["CNCT_CACHE_DIR"] = cache
    run(subject, f"{server}/ms0/n100", document)
    seconds = min(run(subject, f"{server}/ms0/n100", document) for _ in range(RUNS))
    print(json.dumps({"first call": seconds}))
