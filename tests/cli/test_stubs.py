"""``cnct stubs``."""

from __future__ import annotations

import pytest


@pytest.mark.usefixtures("reads")
def test_types_are_written_and_checked(cnct, tmp_path):
    folder = str(tmp_path / "connect_types")
    ran = cnct("stubs", "-o", folder, "--only", "requests, subscriptions/assets", "--no-async")
    assert (ran.status, ran.out) == (0, f"wrote {folder}\n")
    options = ("stubs", "-o", folder, "--only", "requests,subscriptions/assets", "--no-async")
    assert cnct(*options).out == f"unchanged {folder}\n"
    assert cnct(*options, "--check").status == 0
    ran = cnct("stubs", "-o", folder, "--check")
    assert ran.status == 1
    assert "is out of date: written by `cnct stubs --only requests,subscriptions/assets" in ran.err


@pytest.mark.usefixtures("reads")
def test_mistakes_are_answered(cnct, tmp_path):
    ran = cnct("stubs", "-o", str(tmp_path / "connect-types"))
    assert (ran.status, "cannot be the name of a package" in ran.err) == (2, True)
    ran = cnct("stubs", "-o", str(tmp_path / "connect_types"), "--only", "reqests")
    assert (ran.status, "Did you mean 'requests'?" in ran.err) == (2, True)
