"""An output folder appears whole or not at all, and never in place of something else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadline.errors import UsageError
from leadline.workflows.folder import (
    MANIFEST,
    check_writable,
    files_of,
    read_manifest,
    whole_folder,
    write_manifest,
)


def write(out: Path, name: str, text: str) -> None:
    with whole_folder(out) as folder:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        write_manifest(folder, "test", {"seed": 1})


def fail(out: Path) -> None:
    with whole_folder(out) as folder:
        (folder / "half.csv").write_text("x")
        raise ValueError("no")


def test_a_folder_appears_with_its_parents_when_all_is_written(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    write(out, "people/ada.html", "x")
    assert set(files_of(out)) == {"people/ada.html"}
    assert [path.name for path in out.parent.iterdir()] == ["b"]


def test_nothing_is_left_when_something_goes_wrong(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no"):
        fail(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_output_is_replaced_with_all_its_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "old.csv", "x")
    write(out, "new.csv", "y")
    assert set(files_of(out)) == {"new.csv"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_earlier_output_stays_when_its_replacement_fails(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "old.csv", "x")
    with pytest.raises(ValueError, match="no"):
        fail(out)
    assert (out / "old.csv").read_text() == "x"


def test_an_earlier_output_comes_back_when_the_move_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write(out, "old.csv", "x")
    rename = Path.rename

    def refuse_the_new(path: Path, target: Path) -> Path:
        if path.suffix == ".part":
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new)
    with pytest.raises(PermissionError):
        write(out, "new.csv", "y")
    assert set(files_of(out)) == {"old.csv"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write(tmp_path / "out", "a.csv", "x")
    assert read_manifest(tmp_path / "out") is not None


@pytest.mark.parametrize("name", ["notes.txt", MANIFEST])
def test_a_folder_of_someone_else_is_left_alone(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("{}")
    with pytest.raises(UsageError) as caught:
        write(out, "a.csv", "x")
    assert caught.value.code == "workflows.not_ours"
    assert caught.value.fields["file"] == name
    assert [path.name for path in out.iterdir()] == [name]


def test_an_earlier_output_with_a_file_added_by_hand_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "a.csv", "x")
    (out / "my notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"my notes\.txt"):
        write(out, "a.csv", "y")
    assert (out / "a.csv").read_text() == "x"


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UsageError) as caught:
        write(tmp_path / "out", "a.csv", "x")
    assert caught.value.code == "workflows.not_a_folder"


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "link", "a.csv", "x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "a.csv").exists()


def test_the_manifest_names_every_file_with_its_hash_and_no_time(tmp_path: Path) -> None:
    write(tmp_path / "out", "a.csv", "x")
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["files"] == {"a.csv": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}
    assert manifest.keys() == {"leadline", "engine_version", "seed", "files"}


def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError) as caught:
        check_writable(tmp_path / "file" / "out")
    assert caught.value.code == "workflows.not_writable"
    check_writable(tmp_path / "new" / "out")


def test_a_folder_that_cannot_be_made_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="Choose another place"), whole_folder(tmp_path / "file" / "out"):
        pass
