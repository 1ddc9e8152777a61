"""Work over many resources: jobs, their outcomes and journals."""

from cnct.client.work.operations import Operation
from cnct.client.work.outcomes import Outcome, Summary
from cnct.client.work.progress import Progress

__all__ = ["Operation", "Outcome", "Progress", "Summary"]
