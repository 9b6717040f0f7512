"""Deleting thousands of rows with all that hangs on them."""

from __future__ import annotations

from typing import Any

from django.db.models import CASCADE, QuerySet
from django.db.models.deletion import get_candidate_relations_to_delete


def delete(rows: QuerySet[Any]) -> None:
    """Delete rows and what refers to them, in one statement a table: Django's own way loads every row first.

    Parameters
    ----------
    rows : QuerySet
        Of a model whose references to be kept, if any, are the caller's to undo.
    """
    relation: Any  # Django types it as a field
    for relation in get_candidate_relations_to_delete(rows.model._meta):
        if relation.on_delete is CASCADE:
            delete(relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": rows}))
    rows._raw_delete(rows.db)
