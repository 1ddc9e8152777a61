"""What people read at a console. Makes no calls."""

from cnct.console.help import print_help

__all__ = ["print_help"]
