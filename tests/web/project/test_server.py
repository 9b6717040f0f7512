"""What every process of the server holds in memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LOADED = """
import sys
import leadline.web.project.wsgi
from django.urls import resolve
resolve("/sign-in/")
print(*sorted({name.split(".")[0] for name in sys.modules}))
"""
HEAVY = {"numpy", "polars", "scipy", "numba", "openpyxl", "altair", "vl_convert", "fastexcel"}


def test_the_server_loads_no_engine_that_only_files_and_scoring_need(tmp_path: Path) -> None:
    environ = {**os.environ, "LEADLINE_DATA": str(tmp_path)}
    environ["DJANGO_SETTINGS_MODULE"] = "leadline.web.project.settings"
    (tmp_path / "static").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", LOADED], env=environ, capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) & HEAVY == set()
    assert "django" in done.stdout.split()
