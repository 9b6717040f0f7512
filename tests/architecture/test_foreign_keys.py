"""Every foreign key says what is lost when what it points to is deleted, and why that is right."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

TABLE = tomllib.loads((Path(__file__).parent / "foreign_keys.toml").read_text(encoding="utf-8"))
KEYS = {
    f"{model._meta.label}.{field.name}": field
    for model in apps.get_models(include_auto_created=True)
    for field in model._meta.concrete_fields
    if isinstance(field, models.ForeignKey)
}
PERSON = apps.get_model("people", "Person")
CYCLE = apps.get_model("cycles", "Cycle")


@pytest.mark.parametrize("name", KEYS)
def test_every_foreign_key_is_in_the_table_and_does_what_it_says(name: str) -> None:
    assert name in TABLE, f"say in foreign_keys.toml what deleting {KEYS[name].related_model} loses"
    entry = TABLE[name]
    assert entry["deleting"] == KEYS[name].remote_field.on_delete.__name__
    assert set(entry) == {"deleting", "loses", "why"}
    assert all(len(entry[part]) >= 10 for part in ("loses", "why"))


def test_the_table_lists_no_key_that_is_gone() -> None:
    assert set(TABLE) - set(KEYS) == set()


def test_no_work_goes_with_a_person() -> None:
    """What cycles hold of a person either protects them, or is made anew from what protects them."""
    made_anew = {"cycles.RaterProgress.rater", "cycles.Mailed.person"}
    work = {
        name
        for name, field in KEYS.items()
        if field.related_model is PERSON and field.model._meta.app_label != "people"
    }
    assert work - made_anew == {name for name in work if KEYS[name].remote_field.on_delete is models.PROTECT}
