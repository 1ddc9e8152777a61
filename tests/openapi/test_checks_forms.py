"""Forms with files against the document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import KEY

from cnct import ConnectClient, InvalidCallError
from cnct.openapi import OpenAPISpecs
from cnct.openapi.checks import check_request

DOCUMENT = Path(__file__).parents[1] / "transfers" / "uploads.yml"


@pytest.fixture(scope="module")
def specs() -> OpenAPISpecs:
    return OpenAPISpecs(DOCUMENT)


@pytest.fixture
def strict() -> Iterator[ConnectClient]:
    endpoint = "http://127.0.0.1:9/public/v1"
    with ConnectClient(KEY, endpoint, specs_location=DOCUMENT, validate="strict") as client:
        yield client


@pytest.mark.parametrize(
    ("call", "form", "messages"),
    [
        ("POST cases/C/attachments", ["file", "note"], []),
        ("POST cases/C/attachments", ["file.name", "note[0]"], []),
        ("POST unnamed", ["anything"], []),
        ("POST reports/R/fresh", ["any"], []),
        (
            "POST cases/C/attachments",
            ["files"],
            ["The form has no field 'files'. Did you mean 'file'?"],
        ),
        ("PUT folders/F/files/1", ["first"], ["second: the form needs this field."]),
        (
            "PUT usage/U",
            ["file"],
            ["The body is a form with files, the document has application/json."],
        ),
        ("GET cases", ["file"], []),
    ],
)
def test_a_form_has_the_fields_of_the_document(specs, call, form, messages):
    method, _, path = call.partition(" ")
    problems = check_request(specs, method, path, form=form)
    assert [str(problem) for problem in problems.content] == messages


@pytest.mark.parametrize(
    "form",
    [
        {"files": {"flie": b"1"}},
        {"files": [("flie", ("a", b"1"))], "data": {"note": "x"}},
        {"files": {"file": b"1"}, "data": [("flie", "x")]},
        {"files": {"file": b"1"}, "data": {b"flie": "x"}},
    ],
)
def test_an_unknown_field_of_a_form_is_refused_before_the_call(strict, form):
    with pytest.raises(InvalidCallError, match="The form has no field 'flie'"):
        strict.cases["C"].attachments.create(**form)


def test_an_upload_to_the_wrong_field_is_refused_before_the_call(strict):
    with pytest.raises(InvalidCallError, match=r"no field 'usagefile'. Did you mean 'usage_file'"):
        strict.usage["U"]("upload").upload(DOCUMENT, "usagefile")


@pytest.mark.parametrize("place", ["cases/C/attachments", "reports/R/upload"])
def test_json_is_not_sent_where_a_file_is_due(strict, place):
    with pytest.raises(InvalidCallError, match=r"body is JSON, .* send a file with upload\(path\)"):
        strict.create(place, "report.xlsx")


@pytest.mark.parametrize("call", ["PUT texts", "POST anything", "POST plain"])
def test_json_is_sent_where_no_file_is_due(specs, call):
    method, _, path = call.partition(" ")
    assert check_request(specs, method, path, [{}]).content == ()
