# ruff: noqa: E402  models load only once Django is set up
"""Close the cycle of ``build``, or score it again, and wait until the worker of the served application has.

python -m benchmarks.web.close            close
python -m benchmarks.web.close rescore    once closed and scored
"""

from __future__ import annotations

import json
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadline.web.project.settings")
django.setup()

from leadline.web.accounts.access import Actor
from leadline.web.accounts.models import User
from leadline.web.cycles import closing
from leadline.web.cycles.models import Cycle
from leadline.web.cycles.moves import move


def main(*, again: bool) -> None:
    """Print as JSON the seconds of the run and the addresses of some results; 1 where it failed."""
    cycle = Cycle.objects.get()
    if again:
        runner = User.objects.get(email="ana@load.example")
        move(cycle, "rescore", Actor(runner, cycle.organisation, frozenset(["analytics"])))
    else:
        closing.close(cycle, cycle.organisation)
    while (run := cycle.runs.latest("number")).state in ("waiting", "running"):
        time.sleep(0.1)
    if run.state != "done" or run.finished is None or run.started is None:
        sys.exit(f"the run ended as {run.state}: {run.failure}")
    keys = cycle.participants.values_list("pk", flat=True)[:50]
    seconds = (run.finished - run.started).total_seconds()
    found = {"seconds": seconds, "results": [f"/results/of/{key}/" for key in keys]}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(again=sys.argv[1:] == ["rescore"])
