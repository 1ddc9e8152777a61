"""Faults: the selection of calls that fail, and the effects."""

from cnct.emulator.faults.fault import Fault, Faults

__all__ = ["Fault", "Faults"]
