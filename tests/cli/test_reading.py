"""ls, first, count and get: what they print, and what they refuse before anything is sent."""

from __future__ import annotations

import csv
import io

import pytest

pytestmark = pytest.mark.usefixtures("reads")


def test_json_is_one_document_over_all_pages(cnct):
    ran = cnct("ls", "requests", "--page-size", "7", "--order", "created")
    assert (ran.status, ran.err) == (0, "")
    assert [row["id"] for row in ran.json] == [f"PR-{number:03}" for number in range(25)]
    assert len(ran.out.splitlines()) == 25 + 2


def test_no_rows_are_an_empty_document(cnct):
    assert cnct("ls", "requests", "status=approved").out == "[]\n"
    assert cnct("ls", "requests", "status=approved", "-o", "ndjson").out == ""
    assert cnct("ls", "requests", "id=x", "-o", "csv", "--select", "id").out == "id\n"
    assert cnct("ls", "requests", "id=x", "-o", "csv").out == ""
    assert cnct("first", "requests", "status=approved").out == ""


@pytest.mark.parametrize(
    ("conditions", "count"),
    [
        (["id=PR-001"], 1),
        (["id__in=PR-001,PR-002"], 2),
        (["id__out=PR-001,PR-002"], 23),
        (["asset.product.id=PRD-1", "created__ge=2026-01-20"], 6),
        (["asset__product__id=PRD-1"], 25),
        (["template.id__null=true"], 25),
        (['id__in:=["PR-001"]'], 1),
        (["--rql", "or(eq(id,PR-001),eq(id,PR-002))"], 2),
        (["id=PR-001", "--rql", "eq(id,PR-002)"], 0),
    ],
)
def test_conditions_are_those_of_the_library(cnct, conditions, count):
    assert cnct("count", "requests", *conditions).out == f"{count}\n"


def test_a_limit_is_on_rows(cnct):
    ran = cnct("ls", "requests", "-n", "3", "--order", "-created", "--select", "id", "-o", "ndjson")
    assert ran.lines == [{"id": "PR-024"}, {"id": "PR-023"}, {"id": "PR-022"}]
    assert cnct("ls", "requests", "-n", "0").out == "[]\n"


def test_csv_and_tsv_have_the_selected_columns(cnct):
    options = ["-n", "1", "--order", "created", "--select", "id,asset.product.name"]
    out = cnct("ls", "requests", *options, "-o", "csv").out
    assert [*csv.reader(io.StringIO(out))] == [["id", "asset.product.name"], ["PR-000", "Málaga"]]
    out = cnct("ls", "requests", *options, "-o", "tsv").out
    assert out == "id\tasset.product.name\nPR-000\tMálaga\n"


def test_a_table_has_the_fields_that_matter_first(cnct):
    header, row = cnct(
        "ls", "requests", "-n", "1", "--order", "created", "-o", "table"
    ).out.splitlines()
    assert header.split()[:3] == ["ID", "STATUS", "TYPE"]
    assert row.split()[:3] == ["PR-000", "pending", "purchase"]


def test_a_table_shows_an_object_that_is_selected(cnct):
    words = ["ls", "requests", "-n", "1", "--order", "created", "-o", "table"]
    header, row = cnct(*words, "--select", "id,asset.product,asset.product.id").out.splitlines()
    assert header.split() == ["ID", "ASSET.PRODUCT", "ASSET.PRODUCT.ID"]
    assert row.split("  ")[1:] == ['{"id": "PRD-1", "name": "Málaga"}', "PRD-1"]


def test_get_shows_a_resource_or_some_fields(cnct):
    assert cnct("get", "requests/PR-003").json["asset"]["id"] == "AS-003"
    ran = cnct("get", "requests/PR-003", "id", "asset.product.name")
    assert ran.json == {"id": "PR-003", "asset.product.name": "Málaga"}
    assert cnct("get", "/requests/PR-003/", "id,status", "-o", "table").out == (
        "id      PR-003\nstatus  pending\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ls", "request"], "Did you mean 'requests'?"),
        (["ls", "requests", "statu=pending"], "Did you mean 'status'?"),
        (["ls", "requests", "status=pendig"], "Did you mean 'pending'?"),
        (["ls", "requests", "--order", "statu"], "Cannot order by unknown field 'statu'"),
        (["ls", "requests", "--select", "idd"], "Did you mean 'id'?"),
        (["ls", "requests", "--select", "asset.idd"], "Did you mean 'asset.id'?"),
        (["ls", "requests", "foo"], "write it like status=pending"),
        (["ls", "requests", "eq(a,b)"], "pass RQL as --rql 'eq(a,b)'"),
        (["ls", "requests", "limit=3"], "write --limit 3"),
        (["ls", "requests", "a b=3"], "cannot be a field name"),
        (["ls", "requests", "--rql", "eq("], "Bad RQL"),
        (["ls", "requests", "note__null=maybe"], "takes true or false, not 'maybe'"),
        (["ls", "requests", "id__in:=[NaN]"], "JSON has no NaN"),
        (["ls", "requests?status=pending"], "write conditions as arguments"),
        (["ls", "requests/../products"], "write one like"),
        (["ls", "requests/PR-001"], "write cnct get requests/PR-001"),
        (["get", "requests"], "write cnct ls requests"),
        (["lss"], "Did you mean 'ls'?"),
        (["ls"], "Missing argument 'COLLECTION'"),
        (["ls", "requests", "-o", "xml"], "is not one of"),
    ],
)
def test_a_mistake_is_refused_before_anything_is_sent(cnct, shared_connect, words, message):
    sent = len(shared_connect.requests)
    ran = cnct(*words)
    assert (ran.status, ran.out) == (2, "")
    assert message in ran.err
    assert len(shared_connect.requests) == sent


def test_force_sends_what_the_document_refuses(cnct):
    ran = cnct("count", "requests", "statu=pending", "--force")
    assert (ran.status, ran.out, ran.err) == (0, "25\n", "")


def test_a_table_goes_on_page_by_page(cnct):
    words = ["ls", "requests", "--page-size", "9", "-o", "table", "--order", "created"]
    assert len(cnct(*words).out.splitlines()) == 26
    lines = cnct(*words, "--select", "id,asset.product.name").out.splitlines()
    assert lines[0].split() == ["ID", "ASSET.PRODUCT.NAME"]
    assert lines[25] == "PR-024  Málaga"
    assert cnct("get", "requests/PR-001", "id", "-o", "ndjson").out == '{"id": "PR-001"}\n'


def test_without_a_command_there_is_help(cnct):
    ran = cnct()
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("Usage: cnct")


def test_an_unknown_resource_is_a_rejected_call(cnct):
    ran = cnct("get", "requests/PR-999")
    assert (ran.status, ran.out) == (4, "")
    assert ran.err.startswith("cnct: 404 Not Found")
