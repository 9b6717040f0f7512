"""Writers at the same moment never fork a chain, not even at its first record and before there is a key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from leadline.web.accounts.audit import record, verify
from leadline.web.accounts.models import AuditRecord, Organisation

WRITERS, EACH = 4, 12


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("within_a_longer_change", [False, True])
def test_writers_at_once_write_one_chain_each_organisation(
    settings: Settings, tmp_path: Path, within_a_longer_change: bool
) -> None:
    settings.LEADLINE_AUDIT_KEY = tmp_path / "audit.key"
    own = [Organisation.objects.create(name=name) for name in ("Acme", "Borealis")]
    together = Barrier(WRITERS)

    def write(writer: int) -> None:
        together.wait()
        try:
            for n in range(EACH):
                if within_a_longer_change:
                    with transaction.atomic():
                        Organisation.objects.filter(pk=own[writer % 2].pk).exists()
                        record(own[n % 2], "project.started", own[n % 2], writer=writer, n=n)
                else:
                    record(own[n % 2], "project.started", own[n % 2], writer=writer, n=n)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    for organisation in own:
        verdict = verify(organisation)
        assert (verdict.findings, verdict.n) == ((), WRITERS * EACH // 2)
        entries = AuditRecord.objects.filter(organisation=organisation)
        assert len({(entry.detail["writer"], entry.detail["n"]) for entry in entries}) == verdict.n
