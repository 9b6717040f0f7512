"""The world made once, then put into the database as rows: making it costs five times as much."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction
from tests.web.cast import World, build

_MADE: list[bytes] = []


def world_again() -> World:
    """The world of `build`, with a copy of its rows in the database and of its keys beside it."""
    if not _MADE:
        before = {model: set(_rows_of(model).values_list("pk", flat=True)) for model in _models()}
        world = build()
        rows = {model._meta.label: list(_rows_of(model).exclude(pk__in=before[model])) for model in _models()}
        rows = {label: made for label, made in rows.items() if made}
        keys = {path: path.read_bytes() for path in (*_keys(), *_ledgers())}
        _MADE.append(pickle.dumps((world, rows, keys, _audit_key().read_bytes())))
    else:
        world, rows, keys, audit_key = pickle.loads(_MADE[0])  # noqa: S301  our own
        with transaction.atomic():
            for label, made in rows.items():
                _rows_of(apps.get_model(label)).bulk_create(made)
        for sql in connection.ops.sequence_reset_sql(no_style(), [apps.get_model(label) for label in rows]):
            with connection.cursor() as cursor:
                cursor.execute(sql)
        for path in _ledgers():
            path.unlink()  # tests add to them
        # That of the audit is one for the whole installation, wherever a test has put it.
        for path, content in {**keys, _audit_key(): audit_key}.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o600)
    return world


def _models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]


def _rows_of(model: type[models.Model]) -> models.QuerySet[models.Model]:
    return model._base_manager.all()


def _audit_key() -> Path:
    return Path(settings.LEADLINE_AUDIT_KEY)


def _keys() -> Iterator[Path]:
    yield from (Path(settings.LEADLINE_DATA) / "keys").glob("*.key")


def _ledgers() -> Iterator[Path]:
    yield from (Path(settings.LEADLINE_DATA) / "keys").glob("*.ledger")
