"""Usage files: workbooks from rows, and their way through Connect until each row is accepted.

```python
from cnct.usage import send_usage

report = send_usage(client, rows, product="PRD-1", contract="CRD-1", name="January", submit=True)
report.status, report.refused
```
"""

from cnct.exceptions import UsageRowsError
from cnct.usage.record_columns import UsageTemplate
from cnct.usage.record_rows import RowProblem
from cnct.usage.refused_rows import RefusedRow, RefusedRows
from cnct.usage.send import UsageOptions, async_send_usage, send_usage
from cnct.usage.usage_report import UsageReport
from cnct.usage.usage_workbook import UsageWorkbook, write_usage

__all__ = [
    "RefusedRow",
    "RefusedRows",
    "RowProblem",
    "UsageOptions",
    "UsageReport",
    "UsageRowsError",
    "UsageTemplate",
    "UsageWorkbook",
    "async_send_usage",
    "send_usage",
    "write_usage",
]
