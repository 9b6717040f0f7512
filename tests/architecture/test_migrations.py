"""Migrations of a release are frozen: databases that have run them never run them again."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from tests.architecture.migrations import ROOT, files, fingerprint, present, released

FROZEN = {name: (release, own) for release, table in released().items() for name, own in table.items()}
FILES = files()
ADVICE = "{name} was released in {release} and is {what}: put it back from git, and add a migration after it."


@pytest.mark.parametrize("name", FROZEN)
def test_a_migration_of_a_release_is_as_it_was(name: str) -> None:
    release, own = FROZEN[name]
    now = present()
    assert name in now, ADVICE.format(name=name, release=release, what="gone")
    assert now[name] == own, ADVICE.format(name=name, release=release, what="changed")


def test_every_release_in_the_changelog_froze_its_migrations() -> None:
    told = re.findall(
        r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(told) - released().keys() == set(), (
        "python -m tests.architecture.migrations: CONTRIBUTING, A release"
    )


KEEPS = {
    "leadline.web.cycles.keys": "keys of cycles, made once and read for as long as the cycle lives",
    "leadline.web.look.secrecy": "opens whatever an earlier version of it has encrypted",
    "leadline.web.accounts.audit": "names and seals records as chains have them for good",
    "leadline.web.accounts.audit_key": "the key of the chain, made once",
    "leadline.web.accounts.chain": "verifies seals of every age",
}
"""What a migration may use of Leadline, and why it does not change under it."""


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parts[-3]}.{path.stem}" for path in FILES])
def test_a_migration_uses_nothing_of_leadline_that_may_change(path: Path) -> None:
    """It runs years later, on a database as it was then: what it needs to know, it says itself."""
    used = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            of = {f"{node.module}.{alias.name}" for alias in node.names}
            used |= of if of <= KEEPS.keys() else {node.module}
        elif isinstance(node, ast.Import):
            used |= {alias.name for alias in node.names}
    assert {name for name in used if name.startswith("leadline")} - KEEPS.keys() == set()


SOURCE = """
from django.db import migrations, models
import uuid

class Migration(migrations.Migration):
    operations = [migrations.AddField("kept", "n", models.IntegerField(default=0))]
"""


def test_formatting_does_not_count() -> None:
    same = '''"""Why."""
import uuid  # for nothing
from django.db import migrations, models
class Migration(migrations.Migration):
    """Adds."""
    operations = [
        migrations.AddField('kept', "n", models.IntegerField(
            default=0)),
    ]
'''
    assert fingerprint(same) == fingerprint(SOURCE)


@pytest.mark.parametrize(
    "change",
    [("default=0", "default=1"), ('"n"', '"m"'), ("import uuid", "import os"), ("AddField", "AlterField")],
)
def test_what_a_migration_does_counts(change: tuple[str, str]) -> None:
    assert fingerprint(SOURCE.replace(*change)) != fingerprint(SOURCE)
