"""Pictures of pages: ``python -m tests.browser.screenshots [NAME ...]`` writes to ``$LEADLINE_SHOTS``."""

from __future__ import annotations

import os
import sys

import pytest

if __name__ == "__main__":
    os.environ.setdefault("LEADLINE_SHOTS", "screenshots")
    chosen = ["-k", " or ".join(sys.argv[1:])] if sys.argv[1:] else []
    sys.exit(pytest.main(["-q", "tests/browser/web/test_pages.py", *chosen]))
