"""The blocks of docs/cassettes.md: they are recorded from a local Connect, and replayed without."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnct.client._http import asynchronous, sync  # noqa: F401 - pytester forgets later imports
from cnct.emulator import Emulator
from cnct.testing.cassettes import marked_tests  # noqa: F401 - same

PAGE = (Path(__file__).parents[2] / "docs" / "cassettes.md").read_text("utf-8")
FIRST, CLIENTS, OPTIONS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
[YAML] = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
REQUEST = {
    "id": "PR-1",
    "status": "pending",
    "asset": {"product": {"id": "PRD-000-000-001"}},
    "contact": {"email": "ann@corp.example"},
}


def test_the_page_is_recorded_and_replayed(pytester, monkeypatch):
    monkeypatch.setenv("CNCT_CONFIG", "")
    pytester.makepyfile(test_requests=FIRST, test_clients=CLIENTS)
    pytester.makeconftest(OPTIONS)

    def run(*args: str) -> None:
        plugins = ("-p", "cnct.testing.fixtures", "-p", "no:cacheprovider")
        pytester.runpytest(*plugins, *args).assert_outcomes(passed=3)

    products = [{"id": "PRD-1", "name": "One"}]
    with (
        Emulator(records={"requests": [REQUEST], "products": products}) as shop,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("CNCT_API_KEY", "ApiKey SU-000-000-000:secret")
        patch.setenv("CNCT_ENDPOINT", shop.endpoint)
        run("--record")
    run()
    path = pytester.path / "cassettes/test_requests/test_pending_requests_have_a_contact.yaml"
    names = "scrub:\n  - tax_id\n  - contact_info.address_line1\n  - customer.name\n"
    assert path.read_text("utf-8").replace(names, "") == YAML
