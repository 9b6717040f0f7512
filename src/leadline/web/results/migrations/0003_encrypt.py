"""Figures and comments of cycles that are not sealed are encrypted; figures nobody saw of earlier runs go."""

import hashlib
import hmac
import json
from pathlib import Path

from django.conf import settings
from django.db import migrations
from django.db.models import Exists, OuterRef

from leadline.web.cycles import keys

BRIEF = ("overall", "rank", "partial")


def encrypt(apps, editor):
    """Cycle by cycle."""
    for cycle in apps.get_model("cycles", "Cycle").objects.exclude(state__in=("sealed", "cancelled")):
        runs = apps.get_model("results", "Run").objects.filter(cycle=cycle, state="done")
        if not runs.exists():
            continue
        keys.create(cycle)  # left alone where there is one
        _forget_unseen(apps, runs)
        key, names = keys.of(cycle.pk), _names(apps, cycle)
        for run in runs:
            _run(apps, run, key)
            for row in apps.get_model("results", "Result").objects.filter(run=run).iterator(50):
                _result(row, key, names)
        _comments(apps, cycle, key)


def _forget_unseen(apps, runs):
    last = runs.order_by("-number").first()
    results = apps.get_model("results", "Result").objects
    results.filter(run__in=runs, shown=False).exclude(run=last).delete()
    left = Exists(results.filter(run=OuterRef("pk")))
    runs.filter(shown=False).exclude(pk=last.pk).exclude(left).delete()


def _names(apps, cycle):
    """What the engine's memory calls a rater and a sheet from now on, by what it called them."""
    secret = (Path(settings.LEADLINE_DATA) / "keys" / f"{cycle.pk}.key").read_bytes()
    key, found = keys.of(cycle.pk), {}
    for row in apps.get_model("cycles", "Assignment").objects.filter(participant__cycle=cycle).iterator(500):
        rater, ratee = row.rater_id or row.stakeholder_id, row.participant_id
        old = hmac.new(secret, str(rater).encode(), hashlib.sha256).hexdigest()
        found[hashlib.sha256(f"{ratee}:{old}".encode()).hexdigest()[:16]] = key.pseudonym(rater, ratee)[:16]
    for row in apps.get_model("rating", "Submission").objects.filter(cycle=cycle).iterator(500):
        sheet = key.decrypt(row.content, "sheet", row.participant_id)
        text = json.dumps([sheet["answers"], sheet["comments"]], sort_keys=True, ensure_ascii=False)
        found[hashlib.sha256(text.encode()).hexdigest()[:12]] = key.digest(text)[:12]
    return found


def _run(apps, run, key):
    apps.get_model("results", "Basis").objects.create(run=run, sets=key.encrypt(run.sets, "overview", run.pk))
    run.hidden, run.tables = key.encrypt(run.tables, "run", run.pk), {}
    run.input_hash = key.digest(run.input_hash)
    run.save(update_fields=["hidden", "tables", "input_hash"])


def _result(row, key, names):
    sets = row.plain_sets or {"figures": [], "raters": []}
    sets["raters"] = [
        [names.get(person, person), names.get(mark, mark), *rest] for person, mark, *rest in sets["raters"]
    ]
    sheet = row.figures.get("sheet") or {}
    row.hidden = key.encrypt(row.figures, "result", row.run_id, row.participant_id)
    row.brief = key.encrypt({n: sheet.get(n) for n in BRIEF}, "brief", row.run_id, row.participant_id)
    row.sets = key.encrypt(sets, "sets", row.run_id, row.participant_id)
    row.figures, row.plain_sets = {}, {}
    row.save(update_fields=["hidden", "brief", "sets", "figures", "plain_sets"])


def _comments(apps, cycle, key):
    for row in apps.get_model("results", "Comment").objects.filter(participant__cycle=cycle).iterator(500):
        content = {"text": row.text, "original": row.original}
        row.hidden, row.text = key.encrypt(content, "comment", row.pk, row.participant_id), ""
        row.save(update_fields=["hidden", "text"])


class Migration(migrations.Migration):
    dependencies = [("results", "0002_hidden"), ("rating", "0004_plain_gone")]
    operations = [migrations.RunPython(encrypt, elidable=False)]
