"""Builds the bridge as a wheel named connect-openapi-client, for environments without that one.

A private index or a constraint file can offer it: its version, ``35.0+cnct.`` and the bridge's,
satisfies ``==35.0``, ``>=35`` and ``-U`` (local versions, PEP 440).
"""

from __future__ import annotations

import base64
import hashlib
from importlib.metadata import version
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_SERVED = Path(__file__).with_name("served")
_NAME = "connect_openapi_client"
_COMPATIBLE = "35.0"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file, so that equal sources give equal wheels


def build_wheel(directory: Path) -> Path:
    """Write the wheel, and return its path.

    Args:
        directory: Folder for the wheel; created if it is missing.

    Raises:
        OSError: If the folder or the file cannot be written.
    """
    release = f"{_COMPATIBLE}+cnct.{version('cnct-connect-client')}"
    info = f"{_NAME}-{release}.dist-info"
    files = {
        path.relative_to(_SERVED).as_posix(): path.read_bytes()
        for path in sorted(_SERVED.rglob("*.py"))
    }
    files[f"{info}/METADATA"] = _metadata(release).encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/entry_points.txt"] = (
        b"[pytest11]\npytest_connect_client = connect.client.testing.fixtures\n"
    )
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD").encode()
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{_NAME}-{release}-py3-none-any.whl"
    with ZipFile(path, "w", ZIP_DEFLATED) as wheel:
        for name, content in files.items():
            wheel.writestr(ZipInfo(name, _EPOCH), content, ZIP_DEFLATED)
    return path


def _metadata(release: str) -> str:
    return (
        "Metadata-Version: 2.1\n"
        "Name: connect-openapi-client\n"
        f"Version: {release}\n"
        "Summary: The interface of connect-openapi-client, on cnct\n"
        "Requires-Python: >=3.11\n"
        "Requires-Dist: cnct>=0.1\n"
        "Requires-Dist: httpx>=0.28\n"
        "Provides-Extra: testing\n"
        'Requires-Dist: pytest>=8; extra == "testing"\n'
        'Requires-Dist: pytest-httpx>=0.35; extra == "testing"\n'
        'Requires-Dist: responses>=0.14; extra == "testing"\n'
    )


def _record(files: dict[str, bytes], own: str) -> str:
    """Return the list of the files with their hashes (PEP 376)."""
    lines = []
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(content)}\n")
    return "".join(lines) + f"{own},,\n"
