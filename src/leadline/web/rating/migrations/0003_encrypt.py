"""Drafts, sheets and kept forms are encrypted with the keys of their cycles; sealed cycles lose their sheets.

A sheet had the pseudonym of its rater in the whole cycle. The rater is looked for among those assigned; where
the assignment is gone, the sheet becomes one of a rater of its own.
"""

import hashlib
import hmac
import json
import re
from base64 import b64encode
from pathlib import Path
from types import SimpleNamespace

from django.conf import settings
from django.db import migrations

from leadline.web.cycles import keys
from leadline.web.look.secrecy import Cipher, derived

ENDED = ("sealed", "cancelled")
FORM = re.compile(r"^/rate/([0-9a-f-]{36})/")


def encrypt(apps, editor):
    """Cycle by cycle."""
    for cycle in apps.get_model("cycles", "Cycle").objects.all():
        sheets = apps.get_model("rating", "Submission").objects.filter(cycle=cycle)
        drafts = apps.get_model("rating", "Draft").objects.filter(assignment__participant__cycle=cycle)
        if cycle.state in ENDED:
            sheets.delete()
            drafts.delete()
        elif sheets.exists() or drafts.exists():
            _check_key(cycle)
            _sheets(apps, cycle, sheets)
            _drafts(cycle, drafts)
    _kept(apps)


def _check_key(cycle):
    """A new key would part raters from their sheets, and shut out the old key once it is found."""
    if not keys.exists(cycle):
        path = Path(settings.LEADLINE_DATA) / "keys" / f"{cycle.pk}.key"
        raise keys.KeyGoneError("web.cycles.key_needed", cycle=cycle.title, path=path)


def _sheets(apps, cycle, sheets):
    key, names = keys.of(cycle.pk), _raters(apps, cycle)
    for row in sheets.iterator(500):
        rater = names.get((row.participant_id, row.pseudonym))
        pseudonym = key.pseudonym(rater.key, row.participant_id) if rater else _of_its_own(row, key)
        content = {
            "pseudonym": pseudonym,
            "relationship": row.relationship,
            "answers": row.answers,
            "comments": row.comments,
            "account": rater.account if rater else "",
        }
        row.content = key.encrypt(content, "sheet", row.participant_id)
        row.save(update_fields=["content"])


def _raters(apps, cycle):
    """Who stands behind which pseudonym of a ratee's sheets: the one there was, by rater alone."""
    secret = (Path(settings.LEADLINE_DATA) / "keys" / f"{cycle.pk}.key").read_bytes()
    rows = apps.get_model("cycles", "Assignment").objects.filter(participant__cycle=cycle)
    found = {}
    for row in rows.select_related("rater").iterator(500):
        key = row.rater_id or row.stakeholder_id
        pseudonym = hmac.new(secret, str(key).encode(), hashlib.sha256).hexdigest()
        found[row.participant_id, pseudonym] = SimpleNamespace(key=key, account=_account(row))
    return found


def _account(assignment):
    rater = assignment.rater
    return str((rater.user_id or "") if rater else assignment.stakeholder_id)


def _of_its_own(row, key):
    """A pseudonym nobody else has; it begins as the disclosure engine's memory named the rater."""
    named = hashlib.sha256(f"{row.participant_id}:{row.pseudonym}".encode()).hexdigest()[:16]
    return named + key.digest(f"{row.participant_id}/{row.pseudonym}")[16:]


def _drafts(cycle, drafts):
    key = keys.of(cycle.pk)
    for row in drafts.select_related("assignment__rater").iterator(500):
        own = row.assignment
        names = ("answers", "comments", "seconds", "revision", "saved")
        content = {**{name: getattr(row, name) for name in names}, "account": _account(own)}
        row.content = key.encrypt(content, "draft", own.participant_id, own.pk)
        row.save(update_fields=["content"])


def _kept(apps):
    assignments = apps.get_model("cycles", "Assignment").objects.select_related("participant")
    for row in apps.get_model("accounts", "Kept").objects.all():
        cipher = Cipher(derived(settings.SECRET_KEY.encode(), "kept forms"))
        form = FORM.match(row.path)
        own = assignments.filter(pk=form.group(1)).first() if form else None
        if form and (own is None or not keys.exists(SimpleNamespace(pk=own.participant.cycle_id))):
            row.delete()
            continue
        if own:
            cipher = keys.of(own.participant.cycle_id)
        sealed = cipher.encrypt(json.loads(row.fields), "kept", row.user_id, row.path)
        row.fields = b64encode(sealed).decode()
        row.save(update_fields=["fields"])


class Migration(migrations.Migration):
    dependencies = [
        ("rating", "0002_content"),
        ("cycles", "0002_job"),
        ("people", "0001_initial"),
        ("accounts", "0006_kept_encrypted"),
    ]
    operations = [migrations.RunPython(encrypt, elidable=False)]
