"""Chains that were sealed by plain hashes are sealed with the key from here on.

What was there keeps its seals, right or wrong; one record with the key vouches for it. This happens once: were it
done again, somebody could set back the database, recompute the plain hashes and have them vouched for. A key
that is there although nothing is sealed with it therefore ends the upgrade.
"""

from datetime import UTC, datetime
from uuid import UUID

from django.db import migrations
from django.db.migrations.state import StateApps

from leadline.web.accounts import audit_key
from leadline.web.accounts.audit import link_of
from leadline.web.accounts.chain import KEYED, examine, sealed, told_by

NEVER = 1 << 62


def key_chains(apps: StateApps, _: object) -> None:
    record, ratee = apps.get_model("accounts", "AuditRecord"), apps.get_model("accounts", "AuditRatee")
    organisations = apps.get_model("accounts", "Organisation").objects.filter(audit__isnull=False).distinct()
    if not organisations:
        return
    if audit_key.path().exists():
        raise audit_key.AuditKeyError("web.accounts.audit_key_there", path=audit_key.path())
    audit_key.make()
    for organisation in organisations:
        links, concerned = [], []
        for entry in record.objects.filter(organisation=organisation).order_by("number").iterator():
            cycle, ratees = told_by(entry.kind, entry.subject)
            if cycle:
                record.objects.filter(pk=entry.pk).update(cycle=UUID(cycle))
                entry.cycle = UUID(cycle)
            concerned += [ratee(record=entry, participant=UUID(key)) for key in ratees]
            links.append(link_of(entry, ratees))
        ratee.objects.bulk_create(concerned, batch_size=1000)
        findings = examine(links, (), b"", NEVER)
        last = links[-1]
        entry = record(
            organisation=organisation,
            number=last.number + 1,
            time=datetime.now(UTC),
            action=KEYED,
            detail={"n": len(links), "broken_at": findings[0].number if findings else 0},
            before=last.hash,
        )
        entry.hash = sealed(link_of(entry, ()), audit_key.read())
        entry.save(force_insert=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_audit_ratees")]
    operations = [migrations.RunPython(key_chains, migrations.RunPython.noop)]
