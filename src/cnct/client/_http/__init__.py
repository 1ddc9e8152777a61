"""The drivers, which do all I/O of a call: they send requests and sleep, and decide nothing."""
