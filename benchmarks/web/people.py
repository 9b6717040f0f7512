"""50,000 people imported: seconds and memory of the process, from the upload to the page of each step.

``python -m benchmarks.web.people [people]``, in a new SQLite file, or in the empty PostgreSQL database of
``LEADLINE_TEST_DATABASE_URL``. A workbook and a CSV file of the same people, each with key, name, address,
team, manager, role, level and first day. The first is tried and applied, then a file in which everybody's
role has changed. Memory is the most that was resident at any moment since the process began.
"""

from __future__ import annotations

import csv
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.web.settings"
django.setup()

from benchmarks.web.keeping import keep  # noqa: E402  models load only once Django is set up
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from openpyxl import Workbook  # noqa: E402

from leadline.web.accounts.models import Membership, Organisation, User  # noqa: E402
from leadline.web.people.models import Import, Person  # noqa: E402

SECONDS, MEGABYTES = 60, 400
HEADINGS = ("Employee ID", "Name", "Email", "Department", "Manager ID", "Job Title", "Level", "Start date")


def rows(n: int, role: str) -> list[list[object]]:
    """People in teams of ten, each led by one of the team above."""
    found = []
    for i in range(n):
        boss = f"e{(i - 1) // 10}" if i else ""
        day = f"{2010 + i % 15}-{i % 12 + 1:02}-{i % 28 + 1:02}"
        who = [f"e{i}", f"Person {i}", f"p{i}@load.example"]
        found.append([*who, f"Team {i // 500}", boss, role, f"L{i % 9}", day])
    return found


def files(folder: Path, n: int) -> None:
    """The same people twice, with another role in the second file."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("People")
    for row in [HEADINGS, *rows(n, "Developer")]:
        sheet.append(row)
    book.save(folder / "people.xlsx")
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *rows(n, "Engineer")])


def measured(case: str, n: int, work: Callable[[], Any]) -> dict[str, Any]:
    """A row."""
    started = perf_counter()
    answer = work()
    seconds = perf_counter() - started
    assert answer.status_code == 200, case
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "case": case,
        "people": n,
        "seconds": round(seconds, 1),
        "most_megabytes": round(most),
        "bar": "met" if seconds < SECONDS and most < MEGABYTES else "missed",
    }


def run(paths: dict[str, Path], n: int) -> list[dict[str, Any]]:
    """Each step as a person takes it in the browser."""
    own = Organisation.objects.create(name="Load")
    user = User.objects.create_user("load@load.example", "a long password", name="Load")
    Membership.objects.create(user=user, organisation=own, roles=["operator"])
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    found = []
    for kind, path in paths.items():

        def upload(path: Path = path) -> Any:
            with path.open("rb") as file:
                return client.post("/people/imports/new/", {"file": file}, follow=True)

        found.append(measured(f"{kind}: try and look", n, upload))
        trial = Import.objects.latest("time").pk
        assert Import.objects.get(pk=trial).faults == []

        def make(trial: Any = trial) -> Any:
            return client.post(f"/people/imports/{trial}/apply/", follow=True)

        found.append(measured(f"{kind}: apply", n, make))
    assert Person.objects.filter(role="Engineer").count() == n
    return found


def main(n: int) -> None:
    """Write the files in a process of their own, so that theirs is not the memory measured."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    with tempfile.TemporaryDirectory() as folder:
        if (child := os.fork()) == 0:
            files(Path(folder), n)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        paths = {"workbook": Path(folder) / "people.xlsx", "CSV": Path(folder) / "people.csv"}
        found = run(paths, n)
    keep("people", n, found, of="people")
    for row in found:
        print(*row.values(), sep="\t")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
