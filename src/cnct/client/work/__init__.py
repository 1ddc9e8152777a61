"""Work over many resources: jobs, their outcomes and journals. Knows sets only by their rows."""
