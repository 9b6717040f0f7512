"""``leadline demo``: Acme in the web application, brought in through the services, once."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings
from tests.web.serving import PATIENCE, answer, free_port

from leadline.errors import UsageError
from leadline.web.accounts.audit import verify
from leadline.web.accounts.models import Organisation
from leadline.web.cycles import keys
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.people.models import Person
from leadline.web.project import acme, demonstration
from leadline.web.rating.models import Submission
from leadline.web.results.models import Comment, Release, Result


@pytest.mark.django_db(transaction=True)
def test_acme_has_a_cycle_released_one_running_and_one_being_prepared(settings: Settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    acme.build()
    assert Person.objects.count() == 300
    by_state = {cycle.state: cycle for cycle in Cycle.objects.all()}
    assert set(by_state) == {"released", "running", "nominating"}
    assert Submission.objects.filter(cycle=by_state["released"]).count() == len(acme.sheets("2026-H1"))
    assert Result.objects.filter(participant__cycle=by_state["released"]).count() == 40
    assert set(Release.objects.values_list("audience", flat=True)) == {"ratee", "manager"}
    assert set(Comment.objects.values_list("state", flat=True)) == {"public", "coach", "withheld"}
    owed = Assignment.objects.filter(participant__cycle=by_state["running"], rater__user__isnull=False)
    assert set(owed.values_list("submitted", flat=True)) == {True, False}
    panels = Participant.objects.filter(cycle=by_state["nominating"])
    assert set(panels.values_list("state", flat=True)) == {"open", "proposed", "approved"}
    assert verify(Organisation.objects.get()).findings == ()
    for cycle in by_state.values():
        keys.destroy(cycle)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the command does, without building and serving anything."""
    done: list[str] = []

    def build(folder: Path, _: object) -> None:
        done.append("built")
        folder.mkdir(exist_ok=True)
        (folder / demonstration.MARK).touch()

    monkeypatch.setattr(demonstration, "_built", build)
    monkeypatch.setattr(demonstration, "serve", lambda **options: done.append(options["data"]))
    return done


def begin(folder: Path, *, fresh: bool = False) -> None:
    demonstration.demonstrate(
        port=free_port(),
        data=str(folder),
        fresh=fresh,
        build=lambda: None,
        announce=lambda url, data: None,
    )


def test_a_demonstration_is_kept_until_a_fresh_one_is_asked_for(tmp_path: Path, begun: list[str]) -> None:
    folder = tmp_path / "demo"
    begin(folder)
    (folder / "played.txt").touch()
    begin(folder)
    assert begun == ["built", str(folder), str(folder)]
    begin(folder, fresh=True)
    assert begun[3:] == ["built", str(folder)]
    assert not (folder / "played.txt").exists()


@pytest.mark.parametrize("fresh", [False, True])
def test_a_folder_of_an_organisation_is_neither_served_nor_touched(
    tmp_path: Path, begun: list[str], *, fresh: bool
) -> None:
    (tmp_path / "leadline.sqlite3").touch()
    with pytest.raises(UsageError, match="no demonstration"):
        begin(tmp_path, fresh=fresh)
    assert begun == []
    assert (tmp_path / "leadline.sqlite3").exists()


@contextmanager
def demonstrated(folder: Path) -> Iterator[tuple[str, str]]:
    """The command running without a screen: the address it says, and what it said before."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("LEADLINE_", "DJANGO_", "DISPLAY"))}
    options = ["--port", str(free_port()), "--data", str(folder), "--language", "en"]
    command = [sys.executable, "-m", "leadline", "demo", *options]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            said = ""
            while "http" not in said and (line := process.stdout.readline()):
                said += line
            found = re.search(r"http://127\.0\.0\.1:\d+/demo/", said)
            assert found, said
            yield found[0], said
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_one_command_brings_acme_in_once_and_serves_it(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    for first in (True, False):
        with demonstrated(folder) as (url, said):
            assert ("Bringing in Acme" in said) == first
            status, page = answer(url)
            assert status == 200
            assert "Uma Iyer" in page
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
