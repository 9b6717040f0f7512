"""A released version is never edited: its content is what was recorded at the release."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from tests.unit.frameworks.small import tables, write

from leadline.errors import FrameworkError
from leadline.frameworks import __main__ as entry
from leadline.frameworks import catalogue, check_releases, record_releases


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the frameworks that come with Leadline, with one released version."""
    folder = tmp_path / "data"
    monkeypatch.setattr(catalogue, "BUILT_IN", folder)
    release(folder, "1.0.0")
    return folder


def release(data: Path, version: str, **more: object) -> Path:
    content = {**tables(), "version": version, "released": date(2026, 1, 31), **more}
    return write(data / "craft" / version, content)


def test_no_released_version_that_comes_with_leadline_was_edited() -> None:
    """If this fails: undo the edit, or make it in a new version; then `python -m leadline.frameworks`."""
    assert [fault.describe() for fault in check_releases()] == []


def test_a_release_is_recorded_once_and_then_found_unchanged(data: Path) -> None:
    record = data / "released.toml"
    assert [fault.code for fault in check_releases(record)] == ["frameworks.release_unrecorded"]
    added = record_releases(record)
    assert list(added) == [("craft", "1.0.0")]
    assert tomllib.loads(record.read_text(encoding="utf-8")) == {"craft": {"1.0.0": added["craft", "1.0.0"]}}
    assert check_releases(record) == ()
    assert record_releases(record) == {}


def test_an_edited_release_is_told_and_never_recorded_over(data: Path) -> None:
    record = data / "released.toml"
    record_releases(record)
    before = record.read_bytes()
    release(data, "1.0.0", title={"en": "Crafts", "zh": "手艺"})
    with pytest.raises(FrameworkError) as caught:
        record_releases(record)
    assert [fault.code for fault in caught.value.faults] == ["frameworks.release_changed"]
    assert record.read_bytes() == before


def test_a_lost_release_is_told(data: Path) -> None:
    record = data / "released.toml"
    record_releases(record)
    release(data, "1.1.0")
    (data / "craft" / "1.0.0" / "framework.toml").unlink()
    codes = [fault.code for fault in check_releases(record)]
    assert codes == ["frameworks.release_lost", "frameworks.release_unrecorded"]
    assert all(fault.describe("en") != fault.describe("zh") for fault in check_releases(record))


def test_a_draft_may_be_edited_and_is_not_recorded(data: Path) -> None:
    record = data / "released.toml"
    record_releases(record)
    write(data / "craft" / "1.1.0-draft", {**tables(), "version": "1.1.0-draft"})
    assert check_releases(record) == ()
    assert record_releases(record) == {}


def test_the_command_tells_what_it_recorded(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = data / "released.toml"
    monkeypatch.setattr(entry, "record_releases", lambda: record_releases(record))
    monkeypatch.setenv("LEADLINE_LANG", "en")
    assert entry.main() == 0
    assert capsys.readouterr().out.startswith("recorded craft 1.0.0: ")
    assert entry.main() == 0
    assert capsys.readouterr().out == "every released version is recorded and unchanged\n"
    release(data, "1.0.0", title={"en": "Crafts", "zh": "手艺"})
    assert entry.main() == 2
    assert "craft 1.0.0 is not what was released" in capsys.readouterr().err
