"""``python -m cnct``: the same as the command ``cnct``."""

from __future__ import annotations

import sys

from cnct.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
