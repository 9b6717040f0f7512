"""The database of a release, laid into an empty one: migrated to where the release was, then filled."""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

HERE = Path(__file__).parent
RELEASED = {
    "accounts": "0002_kept",
    "people": "0001_initial",
    "catalogue": "0001_initial",
    "cycles": "0002_job",
    "rating": "0001_initial",
    "results": "0001_initial",
}
"""The last migration of each app in release 0.1.0."""


@cache
def rows() -> Mapping[str, Any]:
    """Tables by model: names of columns, and rows."""
    found: Mapping[str, Any] = json.loads(lzma.decompress((HERE / "rows.json.xz").read_bytes()))
    return found


def records(label: str) -> list[dict[str, Any]]:
    """Rows of one model by column."""
    return [dict(zip(rows()[label]["columns"], row, strict=True)) for row in rows()[label]["rows"]]


def lay(data: Path) -> None:
    """Fill the empty database of the connection, and the data folder, as the release left them."""
    executor = MigrationExecutor(connection)
    others = [node for node in executor.loader.graph.leaf_nodes() if node[0] not in RELEASED]
    targets = [*RELEASED.items(), *others]
    executor.migrate(targets)
    _insert(executor.loader.project_state(targets).apps)
    folder = data / "keys"
    folder.mkdir(parents=True, mode=0o700)
    for cycle, key in json.loads((HERE / "keys.json").read_text(encoding="utf-8")).items():
        path = folder / f"{cycle}.key"
        path.write_bytes(bytes.fromhex(key))
        path.chmod(0o600)


def _insert(then: Apps) -> None:
    models = {label: then.get_model(label) for label in rows()}
    with transaction.atomic():
        for label, model in models.items():
            fields = {field.attname: field for field in model._meta.concrete_fields}
            for record in records(label):
                values = {name: fields[name].to_python(value) for name, value in record.items()}
                # As they were: nothing is set to now.
                model(**values).save_base(raw=True, force_insert=True)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models.values())):
            cursor.execute(statement)
