"""``leadline demo --report``: one command from nothing to an open report."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest
from tests.unit.cli.calling import call

from leadline.workflows import demonstration

ACME = Path(__file__).parents[3] / "examples" / "acme"


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demonstration in a process of its own, without a screen, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    surroundings = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "BROWSER")}
    command = [sys.executable, "-m", "leadline", "demo", "--report", "--language", "en"]
    done = subprocess.run(
        command, cwd=folder, env=surroundings, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return folder / "leadline-demo", done.stdout


def test_the_tables_and_the_assessment_of_the_example_are_written(demonstrated: tuple[Path, str]) -> None:
    out, _ = demonstrated
    assert (out / "acme" / "ratings.csv").read_bytes() == (ACME / "ratings.csv").read_bytes()
    assert (out / "assessment" / "report.html").exists()
    assert len(list((out / "assessment" / "people").iterdir())) == 40


def test_the_ranking_is_printed_with_the_place_of_the_report(demonstrated: tuple[Path, str]) -> None:
    out, text = demonstrated
    assert len(re.findall(r"^ +\d+  ", text, re.MULTILINE)) == 39
    assert "林晓雯" in text
    assert str(out / "assessment" / "report.html") in text
    assert "No browser could be opened" in text


def test_the_demonstration_can_be_compared(demonstrated: tuple[Path, str]) -> None:
    assert call("compare", demonstrated[0], "--people", "ada", "lin").status == 0


def test_a_rerun_replaces_the_demonstration_and_opens_the_report(
    demonstrated: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: bool(opened.append(address)) or True)
    monkeypatch.setenv("DISPLAY", ":0")
    out, _ = demonstrated
    ended = call("demo", "--report", "--out", out, "--language", "zh")
    assert ended.status == 0
    assert opened == [(out / "assessment" / "report.html").as_uri()]
    assert '<html lang="zh' in (out / "assessment" / "report.html").read_text(encoding="utf-8")


def test_with_json_the_demonstration_is_one_document_and_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda address: pytest.fail(f"opened {address}"))
    monkeypatch.setenv("DISPLAY", ":0")
    ended = call("demo", "--out", tmp_path / "demo", "--json")
    document = json.loads(ended.out)
    assert len(document["ranking"]) == 40
    assert document["report"] == str(tmp_path / "demo" / "assessment" / "report.html")


def test_a_folder_of_someone_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    ended = call("demo", "--report", "--out", tmp_path)
    assert (ended.status, ended.out) == (2, "")
    assert "mine.txt" in ended.err


def test_the_example_is_found_in_an_installed_package_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "site" / "leadline"
    monkeypatch.setattr(demonstration, "files", lambda _: installed)
    ended = call("demo", "--report", "--out", tmp_path / "demo", "--no-browser")
    assert ended.status == 2
    assert "not part of this installation" in ended.err
    data = installed / "workflows" / "data" / "acme"
    data.mkdir(parents=True)
    (data / "ratings.csv").write_text("x")
    assert demonstration.demo_evidence() == data
