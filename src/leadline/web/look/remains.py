"""What remains of every column when a cycle ends or a person is erased: one table, one function.

Each app lists its columns in ``remains.toml``, by model. A column says ``stays``, or at which moment it is
``blank`` (its default, or nothing); ``*`` says at which moment whole rows are ``gone``. A column that is
not listed fails a test, so nobody adds one without asking what it tells, and for how long.

``python -m leadline.web.look.remains`` prints the table as it is documented.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

MOMENTS = ("close", "seal", "cancel", "erase")
STAYS, BLANK, GONE = "stays", "blank", "gone"
OWNER = {"close": "cycles.cycle", "seal": "cycles.cycle", "cancel": "cycles.cycle", "erase": "people.person"}
"""Whose rows a moment is about. The apps' own ``erasing`` enforces erasure: sheets are found by a key."""
WHOLE = "*"
"""In the table: rows as a whole."""


@dataclass(frozen=True)
class Rule:
    """What becomes of a model: of its rows and of each column, by moment."""

    model: type[models.Model]
    rows: Mapping[str, str]
    columns: Mapping[str, Mapping[str, str]]

    def of(self, column: str, moment: str) -> str:
        """``stays``, ``blank`` or ``gone``."""
        return self.rows.get(moment) or self.columns[column].get(moment, STAYS)


def models_of_ours() -> list[type[models.Model]]:
    """Models of the apps that keep such a table."""
    return [model for model in apps.get_models() if _file(model._meta.app_label).exists()]


def table() -> list[Rule]:
    """Every model's rule, in the order of the apps.

    Raises
    ------
    KeyError
        A model is not listed.
    """
    files = {model._meta.app_label for model in models_of_ours()}
    known = {
        f"{app}.{name}": given
        for app in files
        for name, given in tomllib.loads(_file(app).read_text(encoding="utf-8")).items()
    }
    return [_rule(model, known[model._meta.label]) for model in models_of_ours()]


def _rule(model: type[models.Model], given: Mapping[str, Any]) -> Rule:
    columns = {name: {} if rule == STAYS else rule for name, rule in given.items() if name != WHOLE}
    return Rule(model, given.get(WHOLE, {}), columns)


def _file(app: str) -> Path:
    return Path(apps.get_app_config(app).path) / "remains.toml"


def enforce(moment: str, owner: models.Model) -> None:
    """Blank and delete what the table says of a cycle at a moment.

    Parameters
    ----------
    moment : {"close", "seal", "cancel"}
    owner : Model
        The cycle.
    """
    for rule in reversed(table()):  # what refers to others goes before them
        path = path_to_owner(rule.model, moment)
        if path is None:
            continue
        rows = rule.model._base_manager.filter(**{path: owner.pk})
        if rule.rows.get(moment) == GONE:
            rows._raw_delete(rows.db)
            continue
        blank = [name for name, when in rule.columns.items() if when.get(moment) == BLANK]
        if blank:
            rows.update(**{name: _nothing(rule.model, name) for name in blank})


def path_to_owner(model: type[models.Model], moment: str) -> str | None:
    """How a row leads to its cycle, or to its person, as a look-up; None where it does not."""
    if model._meta.label_lower == OWNER[moment]:
        return "pk"
    for field in model._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey) or not _owns(field, moment):
            continue
        other = field.related_model
        if isinstance(other, type) and other is not model and (path := path_to_owner(other, moment)):
            return f"{field.name}__{path}"
    return None


def _owns(field: Any, moment: str) -> bool:
    """Whether a row goes with what it refers to; a ratee goes with the person, but in a sealed cycle."""
    return field.remote_field.on_delete is models.CASCADE or (moment == "erase" and field.name == "person")


def _nothing(model: type[models.Model], name: str) -> Any:
    field: Any = model._meta.get_field(name)
    return None if field.null else field.get_default()


def documented() -> Iterator[str]:
    """The table in Markdown, of models that lead to a cycle or a person."""
    yield "| table | column | after close | after sealing | after cancelling | when the person is erased |"
    yield "|---|---|---|---|---|---|"
    for rule in table():
        if any(path_to_owner(rule.model, moment) for moment in MOMENTS):
            for column in rule.columns:
                said = " | ".join(rule.of(column, moment) for moment in MOMENTS)
                yield f"| {rule.model._meta.label} | `{column}` | {said} |"


if __name__ == "__main__":
    import django

    django.setup()
    print("\n".join(documented()))  # noqa: T201  a command
