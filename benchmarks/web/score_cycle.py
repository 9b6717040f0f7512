"""Scoring a cycle in the web application beside the measurement alone, in one process on one machine.

``python -m benchmarks.web.score_cycle [ratees raters items]``: a cycle of simulated answer sheets in a new
SQLite file (or PostgreSQL by ``LEADLINE_TEST_DATABASE_URL``) is scored with all that belongs to it (evidence,
measures, disclosure, sheets, one transaction), and its pages are opened. The ratio says what storing and
disclosing cost on top of ``workflows.assess_evidence``; 95th percentiles are of 60 pages.
"""

from __future__ import annotations

import csv
import os
import random
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.web.settings"
django.setup()

from benchmarks.web.sheets import sheet_row  # noqa: E402
from django.core.management import call_command  # noqa: E402  models load only once Django is set up
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from leadline import workflows  # noqa: E402
from leadline.web.accounts.models import Membership, Organisation, User  # noqa: E402
from leadline.web.catalogue.frameworks import load  # noqa: E402
from leadline.web.cycles import keys  # noqa: E402
from leadline.web.cycles.models import Cycle, Participant  # noqa: E402
from leadline.web.rating.answers import Sheet  # noqa: E402
from leadline.web.rating.models import Submission  # noqa: E402
from leadline.web.results import scoring  # noqa: E402
from leadline.web.results.models import Run  # noqa: E402
from leadline.web.results.sheets import framework_of  # noqa: E402

RESULTS = Path(__file__).parents[1] / "results" / "web_score_cycle.csv"


def main(n_ratees: int, n_raters: int, n_items: int) -> None:
    """Build, score, open, and append a line to the results."""

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    cycle, user = build(n_ratees, n_raters, n_items)

    framework = framework_of(cycle)
    workflows.assess_evidence(
        scoring.evidence_of(cycle, keys.of(cycle.pk), framework), framework
    )  # loads and compiles
    started = perf_counter()
    evidence = scoring.evidence_of(cycle, keys.of(cycle.pk), framework)
    read = perf_counter() - started
    alone = timed(lambda: workflows.assess_evidence(evidence, framework))
    run = Run.objects.create(cycle=cycle, number=1)
    before = process_time()
    whole = timed(lambda: scoring.run(run))
    processor = process_time() - before
    pages = times(cycle, user)
    line = {
        "ratees": n_ratees,
        "raters": n_raters,
        "items": n_items,
        "database": connection.vendor,
        "read_s": round(read, 2),
        "measure_s": round(alone, 2),
        "run_s": round(whole, 2),
        "run_processor_s": round(processor, 2),
        "ratio": round(whole / alone, 2),
        **{f"{name}_p95_ms": round(1000 * seconds) for name, seconds in pages.items()},
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    new = not RESULTS.exists()
    with RESULTS.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, line)
        if new:
            writer.writeheader()
        writer.writerow(line)
    print(line)


def timed(act: Callable[[], object]) -> float:
    """Seconds of one call."""
    started = perf_counter()
    act()
    return perf_counter() - started


def build(n_ratees: int, n_raters: int, n_items: int) -> tuple[Cycle, User]:
    """An organisation with a closed cycle in which everybody was rated."""

    chance = random.Random(1)
    organisation = Organisation.objects.create(name="Benchmark")
    user = User.objects.create_user("ana@bench.example", "a long password")
    Membership.objects.create(user=user, organisation=organisation, roles=["analytics"])
    cycle = Cycle.objects.create(
        organisation=organisation,
        title="Benchmark",
        state="scoring",
        framework="technical-leadership@1.0.0",
        languages=["en"],
    )
    items = [item.id for item in load(organisation, cycle.framework).items][:n_items]
    keys.create(cycle)
    key = keys.of(cycle.pk)
    people = [Participant(cycle=cycle, name=f"Person {n}", team=f"Team {n % 40}") for n in range(n_ratees)]
    Participant.objects.bulk_create(people)
    groups = ["self", "manager", *["peer"] * 5, *["report"] * 5]
    sheets = []
    for person in people:
        level = chance.gauss(3.2, 0.5)
        for number in range(n_raters):
            group = groups[number % len(groups)]
            answers = {
                item: None if chance.random() < 0.03 else min(5, max(1, round(chance.gauss(level, 0.8))))
                for item in items
            }
            sheets.append(
                sheet_row(
                    cycle,
                    person.pk,
                    Sheet(
                        f"{chance.randrange(n_ratees * 3)}-{number}",
                        group,
                        answers,
                        {"clarity": "Says clearly what matters."} if number % 2 else {},
                    ),
                    key,
                )
            )
    Submission.objects.bulk_create(sheets, batch_size=500)
    return cycle, user


def times(cycle: Cycle, user: User) -> dict[str, float]:
    """95th percentile of opening a result, and of the pages on everybody."""

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    keys = list(cycle.participants.values_list("pk", flat=True)[:60])
    found = {"result": [timed(lambda key=key: get(client, f"/results/of/{key}/")) for key in keys]}
    for name in ("overview/", "", "comments/"):
        path = f"/results/cycles/{cycle.pk}/{name}"
        found[name.strip("/") or "cycle"] = [timed(lambda path=path: get(client, path)) for _ in range(10)]
    return {name: sorted(seconds)[int(0.95 * (len(seconds) - 1))] for name, seconds in found.items()}


def get(client: Any, path: str) -> None:
    """Open a page that must be there."""
    status = client.get(path).status_code
    if status != 200:
        raise SystemExit(f"{path}: {status}")


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:4] or ("500", "12", "40")))
