"""The way of a usage file through Connect, as steps. Does no I/O.

A step is a function of the client, whose result the driver sends back, awaited in the asynchronous
world; or local work on files. Statuses and actions are those of Connect's document 37.0.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

from cnct.client.transfers.links import link_to
from cnct.exceptions import AmbiguousWriteError, ClientError, NotOneError
from cnct.openapi.shapes import as_object
from cnct.usage.record_rows import RecordRows
from cnct.usage.refusals import has_refused, refused_in, refused_records
from cnct.usage.refused_rows import RefusedRows
from cnct.usage.usage_report import UsageReport

_FILE_NAME = "usage_file.xlsx"
_GONE = ("deleted", "rejected")
_OPEN = ("draft", "uploading", "uploaded", "processing", "invalid", "ready")
_WORKING = ("uploading", "uploaded", "processing")
_PROCESSED = ("ready", "invalid")
_NO_WORKBOOK = (400, 401, 403, 404, 410)  # of a link that has expired or leads nowhere
_UNSUBMITTED = ("ready", None)
_DECIDED = ("accepted", "rejected", "closed")


@dataclass(frozen=True, slots=True)
class FluentCall:
    """A step that makes a call.

    Attributes:
        run: Takes the client; returns the result, an awaitable of the asynchronous client.
    """

    run: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Work:
    """A step that reads or writes local files.

    Attributes:
        run: Returns the result.
    """

    run: Callable[[], Any]


Steps: TypeAlias = Generator[FluentCall | Work, Any, Any]
Source: TypeAlias = Path | IO[bytes]
Write: TypeAlias = Callable[[Source], RecordRows]


@dataclass(frozen=True)
class Errand:
    """The arguments of `send_usage`, checked.

    Attributes:
        payload: The usage file to create.
        submit: Whether to submit the usage file.
        decision: Whether to wait until it is accepted or rejected.
        timeout: Seconds of each wait; ``None`` for no limit.
        interval: Seconds of the first pause of a wait.
        is_dry: Whether the client records writes, so that nothing can be waited for.
    """

    payload: Mapping[str, Any]
    submit: bool
    decision: bool
    timeout: float | None
    interval: float
    is_dry: bool

    def send(self, write: Write, source: Source) -> Steps:
        """Yield the steps, and return the `UsageReport`.

        Args:
            write: Writes the workbook, and leaves an open file at its beginning.
            source: Path or open file for the workbook.

        Raises:
            ClientError: If a step fails.
        """
        rows: RecordRows = yield Work(lambda: write(source))
        file = yield from self._usage_file(rows)
        if file.get("status") not in _OPEN:  # an earlier run has submitted it
            file = yield from self._decided(file)
            return UsageReport(file, rows.count, uploaded=False)
        if file.get("status") in _WORKING and not self.is_dry:
            file = yield from self._processed(file)
        yield from self._upload(file, source)
        if self.is_dry:
            return (yield from self._recorded(file, rows))
        file = yield from self._processed(file)
        refused = yield from self._refused(file, source, rows.template.records)
        if self.submit and file.get("status") == "ready" and not refused:
            file = yield from self._submitted(file)
            file = yield from self._decided(file)
        return UsageReport(file, rows.count, uploaded=True, refused=refused)

    def _usage_file(self, rows: RecordRows) -> Steps:
        """Find the usage file of an earlier run, or create one."""
        file = yield from self._found()
        if file is not None:
            return file
        payload = _with_period(self.payload, rows)
        failure = AmbiguousWriteError("The response to the new usage file has no id")
        try:
            created = yield FluentCall(lambda client: client("usage").files.create(payload))
            file = created if as_object(created).get("id") else None
        except AmbiguousWriteError as error:
            failure = error
        if file is None:
            file = yield from self._found()
        if file is None:
            raise failure
        return {"status": "draft", **file}  # the file of a dry run has no status

    def _found(self) -> Steps:
        payload = self.payload
        fields = {
            "external_id": payload["external_id"],
            "product__id": payload["product"]["id"],
            "contract__id": payload["contract"]["id"],
            "status__out": _GONE,
        }
        files = yield FluentCall(lambda client: _rows(client("usage").files.filter(**fields)[:2]))
        name = payload["external_id"]
        if len(files) > 1:
            raise NotOneError(
                f"Several usage files have the external_id {name!r}: delete all but one, or pass"
                " another external_id",
                count=len(files),
            )
        if files and not as_object(files[0]).get("id"):
            raise ClientError(f"The usage file {name!r} is listed without an id")
        return files[0] if files else None

    def _upload(self, file: Mapping[str, Any], source: Source) -> Steps:
        key = file["id"]
        try:
            yield FluentCall(
                lambda client: (
                    client("usage")
                    .files[key]("upload")
                    .upload(source, "usage_file", name=_FILE_NAME)
                )
            )
        except AmbiguousWriteError:
            after = yield from self._read(key)
            # Only from a draft does the status show that the workbook came.
            if file.get("status") != "draft" or after.get("status") == "draft":
                raise

    def _processed(self, file: Mapping[str, Any]) -> Steps:
        return (yield self._wait(file, _PROCESSED, fail=(*_GONE, *_DECIDED, "pending")))

    def _wait(self, file: Mapping[str, Any], status: Any, fail: Any) -> FluentCall:
        options = {"timeout": self.timeout, "interval": self.interval}
        states = [one for one in fail if one not in status]
        return FluentCall(
            lambda client: (
                client("usage").files[file["id"]].wait_until(status=status, fail=states, **options)
            )
        )

    def _refused(self, file: Mapping[str, Any], source: Source, sheet: str) -> Steps:
        if not has_refused(file):
            return RefusedRows()
        processed = yield from self._processed_workbook(file)
        try:
            rows: RefusedRows = yield Work(lambda: refused_in(processed, source, sheet))
        except ValueError:  # no workbook that can be read: the records remain
            rows = RefusedRows()
        if rows:
            return rows
        fields = {"usagefile__id": file["id"], "status": "invalid"}
        records = yield FluentCall(lambda client: _rows(client("usage").records.filter(**fields)))
        return refused_records(records)

    def _processed_workbook(self, file: Mapping[str, Any]) -> Steps:
        """Return the bytes of the processed workbook; empty if there is none."""
        uri = file.get("processed_file_uri")
        if not isinstance(uri, str) or not uri:
            return b""
        try:
            content = yield FluentCall(lambda client: client.get(link_to(client.endpoint, uri)))
        except ClientError as error:
            if error.status_code not in _NO_WORKBOOK:
                raise  # the workbook has the reasons, which the records lack
            return b""
        except ValueError:  # no URL
            return b""
        return content if isinstance(content, bytes) else b""

    def _submitted(self, file: Mapping[str, Any]) -> Steps:
        key = file["id"]
        failure = AmbiguousWriteError(f"The usage file {key} is still ready after its submission")
        after: Mapping[str, Any] = {}
        try:
            answer = yield FluentCall(lambda client: client("usage").files[key]("submit").post())
            after = as_object(answer)
        except AmbiguousWriteError as error:
            failure = error
        if after.get("status") in _UNSUBMITTED:
            after = yield from self._read(key)
        if after.get("status") in _UNSUBMITTED:
            raise failure
        return {**file, **after}

    def _read(self, key: str) -> Steps:
        """Return the usage file as it is now; an empty object if the response is none."""
        return as_object((yield FluentCall(lambda client: client("usage").files[key].get())))

    def _decided(self, file: Mapping[str, Any]) -> Steps:
        if not self.decision or file.get("status") in _DECIDED:
            return file
        return (yield self._wait(file, _DECIDED, fail=("deleted", "invalid")))

    def _recorded(self, file: Mapping[str, Any], rows: RecordRows) -> Steps:
        """Record the submission of a dry run, which waits for nothing."""
        if self.submit:
            yield FluentCall(lambda client: client("usage").files[file["id"]]("submit").post())
        return UsageReport(file, rows.count, uploaded=False)


def _with_period(payload: Mapping[str, Any], rows: RecordRows) -> Mapping[str, Any]:
    """Return the payload with a period: by default the days of the rows."""
    if "period" in payload or rows.first is None or rows.last is None:
        return payload
    period = {"from": f"{rows.first:%Y-%m-%d}", "to": f"{rows.last:%Y-%m-%d}"}
    return {**payload, "period": period}


def _rows(rows: Any) -> Any:
    """Return the rows of a set as a list; an awaitable of an asynchronous set."""
    if hasattr(rows, "__aiter__"):
        return _collected(rows)
    return list(rows)


async def _collected(rows: Any) -> list[Any]:
    return [row async for row in rows]
