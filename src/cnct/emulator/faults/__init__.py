"""Faults: calls that something goes wrong with, and the effects that they have."""

from cnct.emulator.faults.fault import Fault, Faults

__all__ = ["Fault", "Faults"]
