"""``python -m wfrepair_magic`` is the same program as ``wfrepair``."""

from __future__ import annotations

import sys

from .cli import main

sys.exit(main())
