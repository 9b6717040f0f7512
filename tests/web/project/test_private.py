"""What Leadline keeps is readable by its owner alone: put right at the start, or refused."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.web.serving import free_port

from leadline.errors import LANGUAGES, UsageError
from leadline.web.project import private

SECRET = (
    "secret.key",
    "mail.json",
    "leadline.sqlite3",
    "leadline.sqlite3-wal",
    "leadline.sqlite3-shm",
    "it.log",
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder as a careless copy leaves it."""
    folder = tmp_path / "data"
    for name in (*SECRET, "keys/one.key", "mail/1.log", "notes.txt", "photos/one.txt"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        path.chmod(0o666)
    for path in (folder, folder / "keys", folder / "mail", folder / "photos"):
        path.chmod(0o777)
    return folder


def refusal(data: Path, database: Path | None = None) -> UsageError:
    with pytest.raises(UsageError) as refused:
        private.close(data, database)
    told = {refused.value.describe(language) for language in LANGUAGES}
    assert len(told) == len(LANGUAGES), "told in each language"
    return refused.value


def test_what_is_open_is_closed_and_what_is_not_ours_is_left(data: Path) -> None:
    private.close(data)
    assert {mode(path) for path in (data, data / "keys", data / "mail")} == {0o700}
    files = [data / name for name in (*SECRET, "keys/one.key", "mail/1.log")]
    assert {mode(path) for path in files} == {0o600}
    assert (mode(data / "notes.txt"), mode(data / "photos")) == (0o666, 0o777)


def test_a_folder_that_is_not_there_is_made_closed(tmp_path: Path) -> None:
    private.close(tmp_path / "new")
    assert mode(tmp_path / "new") == 0o700


def test_what_is_closed_further_stays_so(data: Path) -> None:
    (data / "secret.key").chmod(0o400)
    private.close(data)
    assert mode(data / "secret.key") == 0o400


def test_a_database_elsewhere_is_closed_with_its_log_and_its_folder_left(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    place.mkdir(mode=0o755)
    for end in private.BESIDE:
        (place / f"own.db{end}").touch(0o644)
    (tmp_path / "link.db").symlink_to(place / "own.db")
    private.close(data, tmp_path / "link.db")
    assert {mode(place / f"own.db{end}") for end in private.BESIDE} == {0o600}
    assert mode(place) == 0o755


def test_what_belongs_to_somebody_else_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: other)
    refused = refusal(data)
    assert refused.code == "web.project.private.foreign"
    assert f"chown -R {other} {data}" in refused.describe()
    assert mode(data) == 0o777


def test_a_folder_that_everybody_shares_is_refused_and_left(data: Path) -> None:
    data.chmod(0o1777)
    assert refusal(data).code == "web.project.private.shared"
    assert stat.S_IMODE(data.stat().st_mode) == 0o1777


@pytest.mark.parametrize("name", ["keys", "mail.json"])
def test_a_link_that_leads_out_is_not_followed(data: Path, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "one.key").touch()
    (outside / "one.key").chmod(0o644)
    outside.chmod(0o755)
    for path in (data / "keys" / "one.key", data / "mail.json"):
        path.unlink()
    (data / "keys").rmdir()
    (data / name).symlink_to(outside if name == "keys" else outside / "one.key")
    assert refusal(data).code == "web.project.private.link"
    assert (mode(outside), mode(outside / "one.key")) == (0o755, 0o644)
    outside.chmod(0o700)
    assert refusal(data).code == "web.project.private.link", "what is in it is open still"
    (outside / "one.key").chmod(0o600)
    private.close(data)


def test_a_link_within_the_folder_is_closed_where_it_leads(data: Path) -> None:
    (data / "mail.json").unlink()
    (data / "mail.json").symlink_to(data / "notes.txt")
    (data / "gone.key").symlink_to(data / "nowhere")
    private.close(data)
    assert mode(data / "notes.txt") == 0o600


def test_what_cannot_be_closed_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "chmod", lambda *_: None)
    assert refusal(data).code == "web.project.private.unclosable"

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refuse)
    assert "Operation not permitted" in str(refusal(data))


def test_the_command_refuses_before_it_reads_a_secret(data: Path) -> None:
    data.chmod(0o1777)
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("LEADLINE_", "DJANGO_"))}
    command = [sys.executable, "-m", "leadline", "serve", "--port", str(free_port()), "--data", str(data)]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "all users of this machine share" in ended.stderr
