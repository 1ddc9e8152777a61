"""The programs of the documentation's first page run as they stand, one after the other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnct.emulator import Emulator

PAGE = (Path(__file__).parents[1] / "docs" / "index.md").read_text(encoding="utf-8")


def test_the_programs_of_the_first_page_run(monkeypatch: pytest.MonkeyPatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    programs = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(programs) == 4
    with Emulator() as connect:
        monkeypatch.setattr("cnct.client.base_client.DEFAULT_ENDPOINT", connect.endpoint)
        monkeypatch.setattr("cnct.openapi.specs.DEFAULT_LOCATION", str(connect.spec))
        names: dict[str, object] = {}
        for number, program in enumerate(programs):
            code = compile(program, f"program {number} of the first page", "exec")
            exec(code, names)  # noqa: S102 - our own page
        names["mirror"].close()
    approved = names["summary"].done
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"<Summary: {approved} done of {approved}>"
    assert int(lines[-2]) > approved > 0
    assert lines[-1] == "3"
