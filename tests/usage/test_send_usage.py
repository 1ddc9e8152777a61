"""Usage is sent: once, whatever breaks in the middle, and with the reasons of refused rows."""

from __future__ import annotations

import asyncio
import inspect
import threading
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import KEY
from tests.usage.conftest import CONTRACT, ITEM, PRODUCT, Send, row

from cnct import (
    AmbiguousWriteError,
    AsyncConnectClient,
    ClientError,
    ConnectClient,
    NotOneError,
    UsageRowsError,
    WaitFailed,
    WaitTimeout,
)
from cnct.data.xlsx_reading import Workbook
from cnct.emulator import Emulator, Fault
from cnct.emulator.service.sheets import workbook_of
from cnct.usage import RefusedRow, UsageTemplate, async_send_usage, send_usage
from cnct.usage.refusals import refused_in


def posts(shop: Emulator, name: str) -> int:
    return len(
        [call for call in shop.requests if call.method == "POST" and call.path.endswith(f"/{name}")]
    )


@pytest.fixture
def before(shop: Emulator) -> dict[str, int]:
    return {name: posts(shop, name) for name in ("files", "upload", "submit")}


def since(shop: Emulator, before: dict[str, int]) -> list[int]:
    return [posts(shop, name) - number for name, number in before.items()]


def test_valid_rows_make_a_file_that_is_ready(send: Send, vendor: ConnectClient):
    report = send([row(), row(quantity=0.5)])
    assert (report.status, report.ok, report.uploaded) == ("ready", True, True)
    assert (report.rows, report.valid, report.invalid, report.error) == (2, 2, 0, "")
    assert str(report) == f"{report.id} is ready, 2 rows"
    assert repr(report) == f"<UsageReport: {report}>"
    assert report._repr_html_() == f"<p>{report}</p>"
    records = vendor("usage").records.filter(usagefile__id=report.id)
    assert [record["usage"] for record in records] == [2, 0.5]
    assert report.usage_file["period"] == {"from": "2026-01-01", "to": "2026-01-31"}


def test_a_submitted_file_is_left_as_it_is_by_another_run(send_sync: Send, shop: Emulator, before):
    first = send_sync(iter([row()]), submit=True)
    assert first.status == "pending"
    second = send_sync([row()], submit=True)
    assert (second.id, second.uploaded) == (first.id, False)
    assert str(second) == f"{first.id} is pending, 1 row not uploaded"
    assert since(shop, before) == [1, 1, 1]


def test_refused_rows_come_back_as_a_table(send: Send, vendor: ConnectClient, tmp_path: Path):
    report = send([row(), row(quantity=-1, record_note="=1+1"), row(item_search_value="GPU")])
    assert (report.status, report.ok, report.valid, report.invalid) == ("invalid", False, 1, 2)
    assert [refused.number for refused in report.refused] == [2, 3]
    assert report.refused[0].error == "quantity must not be negative."
    assert report.refused[0].row["quantity"] == -1
    assert report.refused[1:][0].row["item_search_value"] == "GPU"
    table = repr(report).split("\n")
    assert table[0].endswith("is invalid, 3 rows, 2 refused: 2 of 3 records are invalid.>")
    assert table[1].split() == ["row", "error", "values"]
    assert table[3].startswith("2     quantity must not be negative.")
    assert "<td>3</td><td>There is no item of the product" in report._repr_html_()
    report.refused.to_csv(tmp_path / "refused.csv")
    lines = (tmp_path / "refused.csv").read_text("utf-8").split("\n")
    assert lines[0].startswith("row,error,record_id,record_note,")
    assert "'=1+1" in lines[1]


def test_corrected_rows_go_into_the_same_file(send_sync: Send, shop: Emulator, before):
    wrong = send_sync([row(), row(quantity=-1)], submit=True)
    assert wrong.status == "invalid"
    right = send_sync([row(), row(quantity=1)], submit=True)
    assert (right.id, right.status, len(right.refused)) == (wrong.id, "pending", 0)
    assert since(shop, before) == [1, 2, 1]


def replace_file(shop: Emulator, key: str, external_id: str, status: str) -> None:
    """Change a usage file without a request, as another program does."""
    shop.delete(f"usage/files/{key}")
    file = {"id": key, "external_id": external_id, "status": status}
    shop.insert("usage/files", file | {"product": {"id": PRODUCT}, "contract": {"id": CONTRACT}})


def test_the_decision_of_the_provider_can_be_awaited(send: Send, shop: Emulator):
    def accept() -> None:
        submitted = [call.path for call in shop.requests if call.path.endswith("/submit")][-1]
        replace_file(shop, submitted.split("/")[-2], name, "accepted")

    name = f"decision {send.__name__}"
    hook = Fault.hook(accept, method="GET", path="usage/files/*", times=1, after=1)
    shop.faults.add(hook)
    report = send([row()], submit=True, decision=True, name=name)
    assert report.status == "accepted"
    assert send([row()], submit=True, decision=True, name=name).status == "accepted"


def test_a_rejected_file_says_why_and_another_run_makes_a_new_one(send_sync: Send, vendor, shop):
    first = send_sync([row()], submit=True)
    vendor("usage").files[first.id]("reject").post({"rejection_note": "Too much."})
    second = send_sync([row()], submit=True)
    assert second.id != first.id


def test_all_problems_of_rows_are_found_before_anything_is_sent(send: Send, shop: Emulator):
    sent = len(shop.requests)
    with pytest.raises(UsageRowsError) as caught:
        send([row(), row(quantity="many"), {**row(), "quantity": None}])
    assert [(p.row, p.column) for p in caught.value.problems] == [(2, "quantity"), (3, "quantity")]
    assert len(shop.requests) == sent


@pytest.mark.parametrize("place", ["usage/files", "usage/files/*/upload", "usage/files/*/submit"])
def test_a_run_after_a_break_goes_on_with_the_same_file(send: Send, shop, before, place):
    """The response is lost after the server has done the work."""
    shop.faults.add(Fault.drop_after(method="POST", path=place, times=1))
    report = send([row()], submit=True)
    assert report.status == "pending"
    assert since(shop, before) == [1, 1, 1]


def test_a_write_that_never_came_is_ambiguous_and_done_by_the_next_run(
    send_sync: Send, shop, before
):
    for place in ("usage/files", "usage/files/*/upload", "usage/files/*/submit"):
        shop.faults.add(Fault.drop_before(method="POST", path=place, times=1))
        with pytest.raises(AmbiguousWriteError):
            send_sync([row()], submit=True)
    report = send_sync([row()], submit=True)
    assert report.status == "pending"


@pytest.mark.parametrize("status", [400, 409])
def test_a_refused_submission_is_an_error_and_done_by_the_next_run(
    send: Send, shop, status, before
):
    shop.faults.add(Fault.status(status, method="POST", path="usage/files/*/submit", times=1))
    with pytest.raises(ClientError, match=f"{status}.*/submit"):
        send([row()], submit=True)
    assert send([row()], submit=True).status == "pending"
    assert since(shop, before) == [1, 2, 2]


def test_a_file_that_stays_in_processing_is_a_timeout(send: Send, shop: Emulator):
    replace_file(shop, f"UF-{send.__name__}", f"slow {send.__name__}", "processing")
    with pytest.raises(WaitTimeout, match="status is 'processing'"):
        send([row()], external_id=f"slow {send.__name__}", timeout=0)


def test_a_file_that_another_run_is_processing_is_awaited_and_replaced(
    send_sync: Send, shop, before
):
    key = f"UF-busy-{send_sync.__name__}"
    replace_file(shop, key, f"busy {send_sync.__name__}", "processing")
    ready = partial(replace_file, shop, key, f"busy {send_sync.__name__}", "ready")
    shop.faults.add(Fault.hook(ready, method="GET", path=f"usage/files/{key}", times=1))
    report = send_sync([row()], external_id=f"busy {send_sync.__name__}")
    assert (report.id, report.status, report.uploaded) == (key, "ready", True)
    assert since(shop, before) == [0, 1, 0]


def test_a_file_that_another_deletes_meanwhile_is_a_failure(send_sync: Send, shop: Emulator):
    key = f"UF-gone-{send_sync.__name__}"
    replace_file(shop, key, f"gone {send_sync.__name__}", "processing")
    delete = partial(replace_file, shop, key, f"gone {send_sync.__name__}", "deleted")
    shop.faults.add(Fault.hook(delete, method="GET", path=f"usage/files/{key}", times=1))
    with pytest.raises(WaitFailed, match="status is 'deleted'"):
        send_sync([row()], external_id=f"gone {send_sync.__name__}")


def test_two_files_with_one_external_id_are_not_guessed_at(send_sync: Send, shop: Emulator):
    for number in (1, 2):
        file = {
            "id": f"UF-{send_sync.__name__}-{number}",
            "external_id": f"two {send_sync.__name__}",
        }
        file |= {"status": "draft", "product": {"id": PRODUCT}, "contract": {"id": CONTRACT}}
        shop.insert("usage/files", file)
    with pytest.raises(NotOneError, match="Several usage files have the external_id"):
        send_sync([row()], external_id=f"two {send_sync.__name__}")


def test_a_product_without_usage_is_an_error_of_the_call(send_sync: Send):
    with pytest.raises(ClientError, match="'PRD-2' does not report usage"):
        send_sync([row()], product="PRD-2")


@pytest.mark.parametrize(
    "link", [None, "/media/text.txt", "/media/empty.xlsx", "usage/gone/file", "ftp://gone"]
)
def test_without_a_useful_workbook_the_invalid_records_are_shown(
    send_sync: Send, send_async: Send, shop: Emulator, link: str | None
):
    def change() -> None:
        """Leave the status of the file, and take the processed workbook away."""
        [path] = [call.path for call in shop.requests if call.path.endswith("/upload")][-1:]
        place = path.removeprefix("/public/v1/").removesuffix("/upload")
        file = {"id": place.rpartition("/")[2], "status": "invalid", "error_detail": "1 is wrong."}
        shop.delete(place)
        shop.insert("usage/files", {**file, "processed_file_uri": link})

    shop.faults.add(Fault.hook(change, method="GET", path="usage/files/*", times=1))
    send = send_sync if link else send_async
    report = send([row(), row(quantity=-3)])
    [refused] = report.refused
    assert (refused.number, refused.error) == (None, "Connect gave no reason")
    assert (refused.row["quantity"], refused.row["item_id"]) == (-3, ITEM["id"])
    assert report.error == "1 is wrong."
    assert repr(report.refused).split("\n")[2].startswith("?     Connect gave no reason   id=UR-")


def test_reasons_are_not_given_up_for_a_failure_that_passes(send: Send, shop: Emulator):
    shop.faults.add(Fault.status(503, path="*processed*", times=1))
    with pytest.raises(ClientError, match="503"):
        send([row(quantity=-1)])
    [refused] = send([row(quantity=-1)]).refused
    assert (refused.number, refused.error) == (1, "quantity must not be negative.")


def test_rows_with_other_ids_are_matched_by_position(tmp_path: Path):
    sent = tmp_path / "sent.xlsx"
    sent.write_bytes(workbook_of({"usage_records": [["record_id"], ["a"], ["b"]]}))
    lines = [["record_id", "status", "errors"], ["UR-1", "ok", ""], ["UR-2", "Invalid", ""]]
    processed = workbook_of({"records": lines})
    assert [*refused_in(processed, sent, "usage_records")] == [
        RefusedRow(2, "Connect gave no reason", {"record_id": "b"})
    ]
    answer = {"record_id": "UR-2", "status": "Invalid", "errors": "why"}
    fewer = workbook_of({"records": [lines[0], [*answer.values()]]})
    assert [*refused_in(fewer, sent, "usage_records")] == [RefusedRow(None, "why", answer)]


def test_custom_columns_are_no_reasons(send_sync: Send):
    [refused] = send_sync([row(**{"v.errors": "3"}), row(quantity=-1, **{"v.errors": "4"})]).refused
    assert (refused.number, refused.error) == (2, "quantity must not be negative.")


def test_a_dry_run_records_the_calls(vendor: ConnectClient):
    dry = vendor.dry_run()
    settings: Any = {"product": PRODUCT, "contract": CONTRACT, "name": "dry"}
    report = send_usage(dry, [row()], submit=True, **settings)
    assert (report.status, report.uploaded) == ("draft", False)
    assert [call.url.rpartition("/")[2] for call in dry.calls] == ["files", "upload", "submit"]
    send_usage(dry, [row()], **settings)
    assert len(dry.calls) == 5


def test_a_dry_run_is_applied_with_the_workbook(vendor: ConnectClient):
    dry = vendor.dry_run()
    send_usage(dry, [row()], submit=True, product=PRODUCT, contract=CONTRACT, name="applied")
    assert dry.apply().done == 3
    file = vendor("usage").files.filter(external_id="applied").one()
    assert (file["status"], file["records"]["valid"]) == ("pending", 1)


def test_the_workbook_can_be_kept_and_has_the_template_of_the_user(send_sync: Send, tmp_path: Path):
    kept = tmp_path / "kept.xlsx"
    template = UsageTemplate(records="records")
    report = send_sync([row(quantity=-1, **{"v.region": "eu"})], workbook=kept, template=template)
    assert report.refused[0].row["v.region"] == "eu"
    with Workbook(kept) as workbook:
        assert workbook.sheets == ("categories", "records")


def test_the_event_loop_turns_while_rows_are_read(shop: Emulator):
    async def run() -> None:
        turned = threading.Event()

        def rows() -> Any:
            assert turned.wait(5)
            yield row()

        async with AsyncConnectClient(KEY, shop.endpoint, use_specs=False) as client:
            asyncio.get_running_loop().call_later(0, turned.set)
            settings: Any = {"product": PRODUCT, "contract": CONTRACT, "name": "turning"}
            await async_send_usage(client, rows(), **settings)

    asyncio.run(run())


def test_a_cancelled_task_ends_with_the_next_row(shop: Emulator):
    async def run() -> None:
        loop, sending = asyncio.get_running_loop(), asyncio.current_task()
        assert sending

        def rows() -> Any:
            loop.call_soon_threadsafe(sending.cancel)
            while True:
                yield row()

        async with AsyncConnectClient(KEY, shop.endpoint, use_specs=False) as client:
            settings: Any = {"product": PRODUCT, "contract": CONTRACT, "name": "cancelled"}
            await async_send_usage(client, rows(), **settings)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"product": None}, TypeError, "product must be an id such as"),
    ({"product": ""}, ValueError, "product is empty"),
    ({"contract": {"id": "CRD"}}, TypeError, "contract must be an id such as 'CRD-"),
    ({"name": 1}, TypeError, "name must be text such as 'January 2026', not int"),
    ({"description": "n" * 201}, ValueError, "description must have at most 200 characters, not"),
    ({"name": "n" * 101}, ValueError, "name must have at most 100 characters, not 101"),
    ({"submit": "yes"}, TypeError, "submit must be True or False, not str"),
    ({"decision": True}, ValueError, "pass submit=True, too"),
    ({"timeout": "1"}, TypeError, "timeout must be a number of seconds"),
    ({"period": "January"}, TypeError, "period must be the first and the last day"),
    ({"period": ("soon", "later")}, ValueError, "period must be the first and the last day"),
    ({"period": ("2026-02-01", "2026-01-01")}, ValueError, "2026-01-01 is before 2026-02-01"),
    ({"sumbit": True}, TypeError, "There is no argument 'sumbit'"),
    ({"rows": {"record_id": "1"}}, TypeError, "rows must be an iterable of dicts"),
    ({"rows": "rows.csv"}, TypeError, "rows must be an iterable of dicts"),
    ({"rows": 5}, TypeError, "rows must be an iterable of dicts"),
    ({"interval": 0}, ValueError, "interval must be above 0 seconds"),
    ({"workbook": 5}, TypeError, "workbook must be the path of a workbook"),
    ({"workbook": ""}, ValueError, "workbook is empty"),
    ({"workbook": "missing/january.xlsx"}, ValueError, "There is no directory 'missing'"),
]


@pytest.mark.parametrize(("change", "kind", "message"), WRONG)
def test_wrong_arguments_are_named_before_anything_is_sent(vendor, change, kind, message):
    settings = {"product": PRODUCT, "contract": CONTRACT, "name": "January", **change}
    rows = settings.pop("rows", [row()])
    with pytest.raises(kind, match=message):
        send_usage(vendor, rows, **settings)


def test_a_period_and_texts_are_passed_on(send_sync: Send):
    period = (datetime(2026, 1, 1, 9, tzinfo=UTC), "2026-01-15")
    report = send_sync([row()], period=period, currency="USD", description="Half a month.")
    assert report.usage_file["period"] == {"from": "2026-01-01", "to": "2026-01-15"}
    assert (report.usage_file["currency"], report.usage_file["description"]) == (
        "USD",
        "Half a month.",
    )


def test_each_world_has_its_function(vendor: ConnectClient):
    settings: Any = {"product": PRODUCT, "contract": CONTRACT, "name": "January"}
    with pytest.raises(TypeError, match="send_usage takes a ConnectClient, not AsyncConnect"):
        send_usage(AsyncConnectClient(KEY, use_specs=False), [row()], **settings)
    with pytest.raises(TypeError, match="see also send_usage"):
        asyncio.run(async_send_usage(vendor, [row()], **settings))


def test_both_worlds_take_the_same_arguments():
    one, other = inspect.signature(send_usage), inspect.signature(async_send_usage)
    assert list(one.parameters) == list(other.parameters)
    assert (one.return_annotation, [*one.parameters.values()][1:]) == (
        other.return_annotation,
        [*other.parameters.values()][1:],
    )
    assert "Async twin of `send_usage`" in str(async_send_usage.__doc__)


def test_a_table_without_rows_says_so(send_sync: Send):
    report = send_sync([row()])
    assert repr(report.refused) == "<RefusedRows: none>"
    assert report.refused._repr_html_() == "<p>No refused rows</p>"
    many = type(report.refused)([RefusedRow(None, "no", {})] * 61)
    assert repr(many).endswith("and 1 more")
    assert "<em>and 1 more</em>" in many._repr_html_()
