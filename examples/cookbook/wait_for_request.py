"""Waits until a request is approved; prints its activation key.

    python wait_for_request.py PR-0000-0000-0001-001

The status is 1 if the request fails, and 2 if it is still open after an hour.
"""

from __future__ import annotations

import sys

from cnct import ConnectClient, WaitFailed, WaitTimeout


def main(request_id: str, timeout: str = "3600") -> int:
    """Wait, and return the exit status."""
    with ConnectClient(max_retries=5) as client:
        try:
            request = client.requests[request_id].wait_until(
                status="approved", fail=("failed", "revoked"), timeout=float(timeout)
            )
        except WaitFailed as error:
            print(f"{request_id} failed: {error.row['reason']}")
            return 1
        except WaitTimeout as error:
            print(f"{request_id} is still {error.row['status']}; wait again later")
            return 2
    print(f"{request_id} is approved, activation key {request.get('activation_key')}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
