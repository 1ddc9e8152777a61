"""Mocks of uploads, and the forms that they expect."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path

import pytest
from tests.testing.conftest import URL

from cnct import ConnectClient
from cnct.testing import (
    ConnectClientMocker,
    FormBody,
    FormFile,
    ImpossibleMockError,
    UnexpectedCallError,
)

UNDOCUMENTED = partial(ConnectClient, "ApiKey SU-1:x", URL, use_specs=False)
DOCUMENT = Path(__file__).parents[1] / "transfers" / "uploads.yml"


def test_uploads_are_mocked_by_their_name(mocker, client, tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"a")
    (tmp_path / "b.pdf").write_bytes(b"b")
    mocker.usage["U"]("upload").upload(return_value={"n": 1})
    mocker.things["T"].upload(return_value={"n": 2})
    mocker.things.upload(return_value={"n": 3})
    mocker.things.upload(return_value={"n": 4}, match_body=FormBody({"f": FormFile("b.pdf")}))
    file = tmp_path / "a.pdf"
    assert client.usage["U"]("upload").upload(file, "f") == {"n": 1}
    assert client.things["T"].upload(file, "f") == {"n": 2}
    uploads = client.things.upload_directory(tmp_path, field="f")
    assert uploads.results == {"a.pdf": {"n": 3}, "b.pdf": {"n": 4}}


def test_a_form_is_matched_by_its_fields(mocker, client):
    form = FormBody({"f": FormFile("é.csv", "rows", "text/csv"), "note": "é", "any": None})
    mocker.things.create(match_body=form, return_value={"n": 1})
    data = {"note": "é", "any": "x"}
    assert client.things.upload(io.BytesIO(b"rows"), "f", name="é.csv", data=data) == {"n": 1}
    mocker.others.create(match_body=FormBody({"f": b"rows"}), return_value={"n": 2})
    assert client.others.create(files={"f": b"rows"}) == {"n": 2}
    assert repr(form).startswith("FormBody({'f': FormFile(name='é.csv', content='rows'")


@pytest.mark.parametrize(
    ("form", "difference"),
    [
        ({"g": None}, "the form has no field 'g', the mock has one"),
        ({}, "the form has a field 'f', the mock has none"),
        ({"f": FormFile("b.csv")}, "the name of f is 'a.csv', the mock has 'b.csv'"),
        ({"f": "other"}, "f is b'rows', the mock has b'other'"),
        ({"f": FormFile(None, None, "a/b")}, "the media type of f is 'text/csv', the mock has"),
        ({"note": FormFile()}, "note is a text, the mock has a file"),
    ],
)
def test_the_complaint_names_the_differences_of_forms(form, difference):
    fields = {"note": "x"} if "note" in form else {}
    with UNDOCUMENTED() as client, ConnectClientMocker(URL) as mocker:
        mocker.things.upload(match_body=FormBody(form))
        with pytest.raises(UnexpectedCallError, match="is not mocked") as caught:
            client.things.upload(io.BytesIO(b"rows"), "f", name="a.csv", data=fields)
        mocker.reset(success=False)
    assert difference in str(caught.value)


def test_a_body_without_a_form_does_not_match_one():
    with UNDOCUMENTED() as client, ConnectClientMocker(URL) as mocker:
        mocker.things.upload(match_body=FormBody({"f": None}))
        with pytest.raises(UnexpectedCallError, match=r"no form with files: b'{\"f\": 1}'"):
            client.things.create({"f": 1})
        mocker.reset(success=False)


def test_a_form_that_the_document_does_not_have_is_no_mock():
    with ConnectClientMocker(URL, specs=DOCUMENT) as mocker:
        mocker.usage["U"]("upload").upload(match_body=FormBody({"usage_file": None}))
        with pytest.raises(ImpossibleMockError, match="The form has no field 'file'"):
            mocker.usage["U"]("upload").upload(match_body=FormBody({"file": None}))
        mocker.reset(success=False)
