"""Faults: which calls fail, and how."""

from cnct.emulator.faults.fault import Fault, Faults

__all__ = ["Fault", "Faults"]
