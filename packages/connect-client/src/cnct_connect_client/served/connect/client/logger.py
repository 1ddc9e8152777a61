"""The logger that programs pass to a client."""

from cnct.client.logger import RequestLogger

__all__ = ["RequestLogger"]
