"""Every page of results, and the long lists, of one cycle of 10,000 ratees: how long each takes.

``python -m benchmarks.web.large [ratees]``, in a new SQLite file, or in the empty PostgreSQL database of
``LEADLINE_TEST_DATABASE_URL``. A small cycle is scored by the real scorer; its figures, repeated, are the
results of the large one, whose pages are then opened within this process, one after the other.
``processor_ms`` is what the application and, on PostgreSQL, its session used; ``seconds`` depends on what
else the machine does.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks.web import score_cycle  # sets Django up
from benchmarks.web.keeping import keep
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leadline.web.cycles import keys
from leadline.web.cycles.keys import Key
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.people.models import Person
from leadline.web.results import hidden, scoring
from leadline.web.results.models import Basis, Comment, Result, Run
from leadline.web.results.storing import Part, row_of

SCORED = 100
TEAM = 10
BAR = 2.0


def build(n: int) -> dict[str, Any]:
    """A cycle in review of which people are selected, with comments to review; keys for the addresses."""
    small, user = score_cycle.build(SCORED, 12, 44)
    Cycle.objects.filter(pk=small.pk).update(purpose="selection")
    small.refresh_from_db()
    first = Run.objects.create(cycle=small, number=1)
    scoring.run(first)
    first.refresh_from_db()
    own = small.organisation
    people = [Person(organisation=own, key=f"p{i}", name=f"Person {i:05}") for i in range(n)]
    for i, one in enumerate(people):
        one.manager = people[(i - 1) // TEAM] if i else None
    Person.objects.bulk_create(people, batch_size=500)
    cycle = Cycle.objects.create(
        organisation=own,
        title="Ten thousand",
        purpose="selection",
        state="review",
        framework=small.framework,
        languages=["en"],
        closes=date(2026, 1, 1),
    )
    ratees = [
        Participant(
            cycle=cycle,
            person=one,
            name=one.name,
            team=f"Team {i // TEAM}",
            manager=one.manager,
            state="approved",
        )
        for i, one in enumerate(people)
    ]
    Participant.objects.bulk_create(ratees, batch_size=500)
    panel = [
        Assignment(participant=ratee, rater=people[(i + 1 + j) % n], relationship="peer", submitted=True)
        for i, ratee in enumerate(ratees)
        for j in range(12)
    ]
    Assignment.objects.bulk_create(panel, batch_size=500)
    keys.create(cycle)
    old, key = keys.of(small.pk), keys.of(cycle.pk)
    run = Run.objects.create(
        cycle=cycle,
        number=1,
        state="done",
        share=1,
        **{name: getattr(first, name) for name in ("versions", "options", "input_hash")},
    )
    tables = key.encrypt(hidden.run(Run.objects.get(pk=first.pk)).tables, "run", run.pk)
    Run.objects.filter(pk=run.pk).update(hidden=tables)
    Basis.objects.create(run=run, sets=key.encrypt({}, "overview", run.pk))
    known = [(hidden.result(row, old).figures, hidden.sets(row, old)) for row in first.results.all()]
    parts = (Part(ratee, *known[i % SCORED], None, None) for i, ratee in enumerate(ratees))
    Result.objects.bulk_create((row_of(run, part, key) for part in parts), batch_size=200)
    Comment.objects.bulk_create(
        (
            _comment(ratee, f"Says clearly what matters. {i}", key)
            for i, ratee in enumerate(ratees)
            for _ in range(5)
        ),
        batch_size=500,
    )
    return {"cycle": cycle.pk, "ratee": ratees[n // 2].pk, "user": user}


def _comment(ratee: Participant, text: str, key: Key) -> Comment:
    one = Comment(participant=ratee, group="peer", competency="clarity")
    one.hidden = key.encrypt({"text": text, "original": ""}, *hidden.about_comment(one))
    return one


def addresses(world: dict[str, Any]) -> dict[str, str]:
    """What is opened."""
    results, cycles = f"/results/cycles/{world['cycle']}/", f"/cycles/{world['cycle']}/"
    return {
        "cycles with results": "/results/cycles/",
        "ratees, first page": results,
        "ratees, last page": f"{results}?page=200",
        "ratees, by team": f"{results}?sort=-team",
        "ratees, found": f"{results}?q=Person+0999",
        "ratees, CSV": f"{results}?export=csv",
        "overview": f"{results}overview/",
        "overview, CSV": f"{results}overview/?export=csv",
        "ranking": f"{results}ranking/",
        "ranking, last page": f"{results}ranking/?page=200",
        "ranking, CSV": f"{results}ranking/?export=csv",
        "review desk": f"{results}comments/",
        "release": f"{results}release/",
        "compare": f"{results}compare/",
        "one result": f"/results/of/{world['ratee']}/",
        "one result, CSV": f"/results/of/{world['ratee']}/results.csv",
        "one result, JSON": f"/results/of/{world['ratee']}/results.json",
        "cycle": cycles,
        "panels, first page": f"{cycles}ratees/",
        "panels, last page": f"{cycles}ratees/?page=200",
        "panels, by size": f"{cycles}ratees/?sort=-n_all",
        "people, last page": "/people/?page=200",
    }


def processor() -> float:
    """Seconds this process used, and the session of PostgreSQL that serves it."""
    used = process_time()
    if connection.vendor == "postgresql":
        stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
        if stat.exists():
            fields = stat.read_text(encoding="ascii").rpartition(")")[2].split()
            used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def measured(world: dict[str, Any]) -> list[dict[str, Any]]:
    """A row a page: the second time it is opened, when what the first one noted as read is there."""
    client = Client()
    client.force_login(world["user"], backend="django.contrib.auth.backends.ModelBackend")
    rows = []
    for name, path in addresses(world).items():
        first = perf_counter()
        client.get(path)
        first = perf_counter() - first
        used, started = processor(), perf_counter()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
        used, seconds = processor() - used, perf_counter() - started
        rows.append(
            {
                "page": name,
                "status": response.status_code,
                "queries": len(queries),
                "first_s": round(first, 2),
                "seconds": round(seconds, 2),
                "processor_ms": round(1000 * used),
                "kilobytes": len(response.content) // 1024,
                "bar": "met" if used < BAR else "missed",
            }
        )
    return rows


def main(n: int) -> None:
    """Build, open, and write the results."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    rows = measured(build(n))
    keep("large", n, rows)
    for row in rows:
        print(*row.values(), sep="\t")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
