"""Printing by a browser, with small programs in the browser's place; a real one prints in tests/browser."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from tests.unit.reports.cast import crowd, make_scorecard

from leadline.errors import ReportError
from leadline.reports import report
from leadline.reports.printing import find_browser, print_pages


def program(folder: Path, name: str, code: str) -> Path:
    """A small Python program that stands in for a browser."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport sys, pathlib\n{code}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


GOOD = """
target = next(one.split("=", 1)[1] for one in sys.argv if one.startswith("--print-to-pdf="))
pathlib.Path(target).write_text(repr(sys.argv))
"""


def test_the_named_browser_is_used_before_any_other(tmp_path: Path) -> None:
    mine = program(tmp_path, "mine", GOOD)
    program(tmp_path, "chromium", GOOD)
    assert find_browser({"LEADLINE_BROWSER": str(mine), "PATH": str(tmp_path)}) == str(mine)


def test_a_browser_is_found_on_the_path(tmp_path: Path) -> None:
    found = program(tmp_path, "google-chrome", GOOD)
    assert find_browser({"PATH": str(tmp_path)}) == str(found)


def test_without_a_browser_the_error_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="Install one of them, or set LEADLINE_BROWSER") as fault:
        find_browser({"LEADLINE_BROWSER": str(tmp_path / "none")})
    assert "LEADLINE_BROWSER" in fault.value.describe("zh")


def test_without_a_browser_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLINE_BROWSER", str(tmp_path / "none"))
    with pytest.raises(ReportError):
        report(make_scorecard(crowd(5)), tmp_path / "out", pdf=True)
    assert not (tmp_path / "out").exists()


def test_the_browser_gets_a_profile_of_its_own_and_no_network_of_its_own(tmp_path: Path) -> None:
    browser = program(tmp_path, "browser", GOOD)
    print_pages([("<p>1</p>", tmp_path / "1.pdf"), ("<p>2</p>", tmp_path / "2.pdf")], str(browser))
    said = [(tmp_path / f"{n}.pdf").read_text() for n in (1, 2)]
    for text in said:
        assert "--no-pdf-header-footer" in text
        assert "--disable-background-networking" in text
        assert ("--no-sandbox" in text) == (os.geteuid() == 0)
    profiles = {text.split("--user-data-dir=")[1].split("'")[0] for text in said}
    assert len(profiles) == 2
    assert not any(Path(profile).exists() for profile in profiles)


def test_a_browser_that_fails_is_quoted(tmp_path: Path) -> None:
    browser = program(tmp_path, "browser", "sys.exit('no display')")
    with pytest.raises(ReportError, match=r"did not print ada\.pdf.*no display"):
        print_pages([("<p></p>", tmp_path / "ada.pdf")], str(browser))


def test_a_program_that_cannot_start_is_reported(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x00")
    broken.chmod(0o755)
    with pytest.raises(ReportError, match=r"did not print 1\.pdf"):
        print_pages([("<p></p>", tmp_path / "1.pdf")], str(broken))


def test_documents_for_paper_have_no_links_to_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = GOOD.replace("repr(sys.argv)", "pathlib.Path(sys.argv[-1].removeprefix('file://')).read_text()")
    monkeypatch.setenv("LEADLINE_BROWSER", str(program(tmp_path, "browser", copy)))
    paths = report(make_scorecard(crowd(5)), tmp_path / "out", pdf=True)
    assert [path.suffix for path in paths] == [".html"] * 6 + [".pdf"] * 6
    printed = (tmp_path / "out" / "report.pdf").read_text()
    assert 'href="people/' not in printed
    assert 'href="people/' in (tmp_path / "out" / "report.html").read_text()
