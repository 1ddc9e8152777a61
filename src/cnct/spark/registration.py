"""Registers the data source with a session, after a check of the interpreter of its workers."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from typing import Any

from cnct.spark.source import data_source
from cnct.text import clean

_PUSHDOWN = "spark.sql.python.filterPushdown.enabled"
_SECONDS = 60  # to start an interpreter


def register(spark: Any) -> None:
    """Make ``spark.read.format("connect")`` and ``spark.readStream.format("connect")`` work.

    Sets ``spark.sql.python.filterPushdown.enabled`` of the session, since Spark refuses readers
    that push filters without it.

    Args:
        spark: A session of Spark 4, of Spark Connect or of Sail.

    Raises:
        ImportError: If pyspark is missing, or the interpreter of the workers lacks cnct or
            pyarrow.

    Examples:
        >>> cnct.spark.register(spark)
        >>> assets = spark.read.format("connect").load("subscriptions/assets")
    """
    try:
        engine = importlib.import_module("pyspark.sql.datasource")
    except ModuleNotFoundError as error:
        raise ImportError(
            f"cnct.spark needs Spark 4, and there is no module {error.name!r}: pip install"
            " 'pyspark>=4' pyarrow, or pysail with pyspark-client"
        ) from None
    _check_workers(spark)
    spark.conf.set(_PUSHDOWN, "true")
    spark.dataSource.register(data_source(engine))


def _check_workers(spark: Any) -> None:
    """Refuse a classic session whose workers run an interpreter that lacks a module.

    Only where that interpreter is on this machine; otherwise the workers report it.

    Raises:
        ImportError: If modules are missing.
    """
    context = getattr(spark, "sparkContext", None)
    name = str(getattr(context, "pythonExec", ""))
    worker = shutil.which(name) if name else None
    if worker is None or worker == sys.executable:
        return
    needed = "import cnct.spark, pyarrow"
    trial = subprocess.run(  # noqa: S603 - the interpreter that Spark runs
        [worker, "-c", needed], check=False, capture_output=True, text=True, timeout=_SECONDS
    )
    if trial.returncode:
        problem = clean(trial.stderr.strip().rpartition("\n")[2])
        raise ImportError(
            f"Spark runs its workers with {worker}, which fails at {needed!r}: {problem}. Set the"
            f" variable PYSPARK_PYTHON before the session starts, for instance to {sys.executable},"
            " which runs this program"
        )
