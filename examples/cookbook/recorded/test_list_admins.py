"""Tests `list_admins` on the calls of an account, without the account and its addresses.

    pytest --record examples/cookbook/recorded

records them anew, from the account of `CNCT_API_KEY`.
"""

from __future__ import annotations

from runpy import run_path

import pytest

PRODUCT = "PRD-000-000-002"


@pytest.mark.cassette(scrub=["customer.name", "tenant_id"])
def test_each_active_asset_has_an_administrator(tmp_path, capsys):
    program = run_path("examples/cookbook/list_admins.py")
    path = tmp_path / "admins.csv"
    assert program["main"](PRODUCT, str(path)) == 0
    lines = path.read_text("utf-8").splitlines()
    assert capsys.readouterr().out == f"{len(lines)} administrators in {path}\n"
    assert all("@" in line and ",AS-" in line for line in lines)
