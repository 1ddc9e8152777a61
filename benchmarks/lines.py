"""The lines of the table: the figure, the figures to compare with, and the target."""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """A script of ``cases/``, run for each subject in turn, in a process of its own each time.

    Attributes:
        script: Its name.
        subjects: The libraries to run it for; ``bare`` runs in cnct's environment.
        needs: Its arguments after the subject: ``server``, ``document``, which comes with a folder
            for the cache, and ``folder``.
        rounds: Most rounds, for cases of which a few are enough.
        repeats: Processes of each subject in a round.
    """

    script: str
    subjects: tuple[str, ...]
    needs: tuple[str, ...] = ()
    rounds: int = 99
    repeats: int = 1


EVERYBODY = ("cnct", "incumbent", "bare")

CASES = (
    Case("imports", ("cnct", "incumbent", "bare", "cnct alone"), repeats=2),
    Case("queries", ("cnct", "incumbent")),
    Case("calls", EVERYBODY, ("server",)),
    Case("crowds", ("cnct", "bare"), ("server",), rounds=3),
    Case("latency", ("cnct", "incumbent"), ("server",), rounds=3),
    # The first that use the cache: the one after finds the document there.
    Case("specs", ("cnct", "incumbent"), ("document",), rounds=1, repeats=2),
    Case("first_call", ("cnct", "bare"), ("server", "document"), rounds=2),
    Case("memory", ("cnct", "incumbent"), ("server",), rounds=1),
    Case("growth", ("cnct",), ("server",), rounds=1),
    Case("specs_memory", ("cnct", "incumbent"), ("document",), rounds=1),
    Case("specs_growth", ("cnct",), ("folder",), rounds=1),
    Case("work", ("cnct", "incumbent"), ("server",), rounds=1),
    Case("exports", EVERYBODY, ("server", "folder"), rounds=1),
    Case("emulator", ("cnct",), ("folder",), rounds=3),
    Case("mirror", ("cnct",), ("folder",), rounds=1),
    Case("command", ("cnct", "bare", "ccli"), ("server", "document"), rounds=3),
    Case("stubs", ("checkers",), ("document",), rounds=1),
)


class Against(NamedTuple):
    """Something to compare with: a measured subject, or a fixed figure.

    Attributes:
        name: Its name in the table.
        most: The target: the largest allowed ratio of cnct's figure to this one.
        subject: The subject whose figure it is; ``""`` for a fixed figure.
        figure: The fixed figure.
        key: The key of the figure, if it differs from that of the line.
    """

    name: str
    most: float
    subject: str = ""
    figure: float = 0.0
    key: str = ""


class Line(NamedTuple):
    """A line of the table."""

    title: str
    key: str
    unit: str
    incumbent: Against | None = None
    other: Against | None = None
    subject: str = "cnct"


def inc(most: float, key: str = "") -> Against:
    """Compare with the incumbent."""
    return Against("", most, "incumbent", key=key)


def bare(library: str, most: float) -> Against:
    """Compare with code written by hand on the bare HTTP library."""
    return Against(library, most, "bare")


def limit(figure: float) -> Against:
    """Compare with a fixed upper limit."""
    return Against("limit", 1.0, figure=figure)


def stubs(checker: str, key: str, most: float) -> Line:
    """Compare the check of a program that uses stubs, sync only, with one that does not."""
    against = Against("without stubs", most, "checkers", key=f"{key} plain")
    return Line(f"a program with stubs under {checker}", key, "ms", None, against, "checkers")


ROWS = "10,000 rows, pages of 100"
LATE = "the same at 50 ms, concurrency 10"
IDEAL = Against("pages x latency / 10", 1.15, figure=100 * 0.050 / 10)
IDEAL_KEPT = IDEAL._replace(most=1.25)
FIRST_PATH = Against("the first path", 2.0, "cnct", key="exists first")

CALLS = Against("calls x latency / 8", 1.3, "cnct", key="approve calls")
OFFSETS = Against("`overlap=False`", 1.02, "cnct", key="offsets")
PLAIN = Against("a plain loop", 1.2, "cnct", key="plain")

LINES = (
    Line("`from cnct import ConnectClient`", "import", "ms", inc(1 / 10), bare("requests", 1.2)),
    Line("`import cnct`", "import", "ms", inc(1 / 10), bare("requests", 1.2), "cnct alone"),
    Line("one GET, sync", "get", "ms", inc(0.75), bare("requests", 0.55)),
    Line("one GET, async", "async get", "ms", inc(0.75), bare("httpx2", 0.85)),
    Line("16 threads x 200 GETs, one client", "threads", "ms", None, bare("16 sessions", 1.0)),
    Line("500 concurrent GETs, async", "tasks", "ms", None, bare("httpx2", 0.9)),
    Line(f"{ROWS}, sync", "rows", "ms", inc(0.8), bare("requests", 0.6)),
    Line(f"{ROWS}, async", "async rows", "ms", inc(0.8), bare("httpx2", 0.6)),
    Line(f"{ROWS}, not kept, sync", "streamed", "ms", inc(0.8), bare("requests", 0.6)),
    Line(f"{ROWS}, not kept, async", "async streamed", "ms", inc(0.8), bare("httpx2", 0.6)),
    Line(f"{LATE}, sync", "late rows", "ms", inc(1 / 8), IDEAL_KEPT),
    Line(f"{LATE}, async", "async late rows", "ms", inc(1 / 8), IDEAL_KEPT),
    Line(f"{LATE}, not kept, sync", "late streamed", "ms", inc(1 / 8, "late rows"), IDEAL),
    Line(
        f"{LATE}, not kept, async",
        "async late streamed",
        "ms",
        inc(1 / 8, "async late rows"),
        IDEAL,
    ),
    Line("memory of iterating 200,000 rows", "memory", "MB", inc(1 / 5), limit(30e6)),
    Line(f"{ROWS}, overlapping", "overlapping", "ms", None, OFFSETS),
    Line("approving 1,000 pending at 50 ms, concurrency 8", "approve", "ms", inc(1 / 3), CALLS),
    Line("the same: requests left pending", "left", "rows", inc(0), None),
    Line("scanning 100,000 rows at 20 ms, concurrency 10", "scan", "ms", None, PLAIN),
    Line("100,000 rows to ndjson, CPU", "export: ndjson", "ms", inc(1 / 3), bare("by hand", 1 / 3)),
    Line("the same: memory", "export memory: ndjson", "MB", None, limit(50e6)),
    Line("100,000 rows to csv, CPU", "export: csv", "ms", inc(0.8), bare("by hand", 0.8)),
    Line("the same: memory, csv", "export memory: csv", "MB", None, limit(50e6)),
    Line("usage report over 1,000 rows at 5 ms", "report", "ms", inc(1 / 50)),
    Line("the same: requests sent", "report calls", "calls", inc(1 / 50)),
    Line("building and printing an `R`", "R", "µs", inc(0.7)),
    Line("building a set: filter, order, limit", "set", "µs", inc(0.5)),
    Line("first call of a process, CPU", "first call", "ms", None, bare("requests", 1.3)),
    Line("specification: first use ever", "specs first", "ms", inc(1 / 5)),
    # The incumbent has no cache: every first use in a process is like the first ever.
    Line("specification: first use, cached", "specs warm", "ms", inc(1 / 100, "specs first")),
    Line("specification: `exists()`", "exists", "µs", inc(1 / 20)),
    Line("specification: `exists()`, last path", "exists last", "µs", inc(1 / 20), FIRST_PATH),
    Line("specification: memory of the index", "specs memory", "MB", inc(1 / 5)),
    Line("emulator, 100,000 records: start from a file", "emulator start", "ms", None, limit(1.0)),
    Line("emulator: filtered, ordered page of 100", "emulator page", "ms", None, limit(0.020)),
    Line("emulator: count", "emulator count", "ms", None, limit(0.020)),
    Line(
        "`cnct --version`, whole process",
        "command version",
        "ms",
        Against("", 1 / 3, "ccli"),
        bare("import click", 2.0),
    ),
    Line("`cnct count products`", "command count", "ms", None, bare("requests, by hand", 1.3)),
    Line("completing a value, processor time", "command completion", "ms", None, limit(0.100)),
    Line("100,000 rows to Parquet, CPU", "export: parquet", "s", None, bare("pyarrow", 0.8)),
    Line("the same to Parquet: memory", "export memory: parquet", "MB", None, bare("pyarrow", 1.0)),
    Line("mirror: first sync of 20,000 rows, CPU", "mirror first CPU", "s"),
    Line("mirror: second sync, elapsed", "mirror second", "ms"),
    Line("mirror: reconcile of 20,000 ids, elapsed", "mirror reconcile", "s"),
    Line("stubs of the whole API: generation", "stubs written", "ms", subject="checkers"),
    Line("stubs of the whole API: size", "stubs size whole", "MB", subject="checkers"),
    Line("the same, sync only", "stubs size sync", "MB", subject="checkers"),
    stubs("mypy, cold cache", "mypy cold", 2.0),
    stubs("mypy, warm cache", "mypy warm", 2.0),
    stubs("pyright", "pyright", 2.0),
)
