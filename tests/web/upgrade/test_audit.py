"""The audit chain of before is verified as one with what is recorded from here on."""

from __future__ import annotations

from tests.web.upgrade.conftest import Upgraded
from tests.web.upgrade.loading import records

from leadline.web.accounts.audit import record, verify
from leadline.web.accounts.models import AuditRecord, Organisation


def test_the_chain_of_before_holds_and_goes_on(moved: Upgraded) -> None:
    for organisation in Organisation.objects.all():
        before = [
            row for row in records("accounts.AuditRecord") if row["organisation_id"] == str(organisation.pk)
        ]
        record(organisation, "project.started", organisation)
        verdict = verify(organisation)
        assert list(verdict.findings) == []
        assert verdict.n > len(before) > 0


def test_a_record_of_before_that_somebody_changed_is_found(moved: Upgraded) -> None:
    organisation = Organisation.objects.get(name="Northwind Instruments")
    AuditRecord.objects.filter(organisation=organisation, number=7).update(actor="nobody@northwind.example")
    assert list(verify(organisation).findings) != []
