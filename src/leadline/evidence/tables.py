"""The tables of evidence and their columns: the one place where they are stated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Kind = Literal["id", "text", "whole", "number", "private"]
"""``id`` names somebody or something, ``private`` is text that no message may quote."""

RELATIONSHIPS = ("self", "manager", "peer", "report", "stakeholder")
"""Relationships that need no framework to declare them."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that Leadline knows.

    Attributes
    ----------
    name : str
    kind : {"id", "text", "whole", "number", "private"}
    required : bool
        The table must have the column.
    filled : bool
        No cell of it may be empty.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    filled: bool = False


def _ids(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "id", required=True, filled=True) for name in names)


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


TABLES: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "ratings": (
            *_ids("ratee", "rater"),
            Column("relationship"),
            *_ids("item"),
            Column("rating", "whole", required=True),
            *_texts("cycle", "time"),
            Column("comment", "private"),
            Column("weight", "number"),
        ),
        "responses": (
            *_ids("ratee", "item"),
            Column("response", "text", required=True),
            Column("seconds", "number"),
            *_texts("form", "time", "cycle"),
        ),
        "outcomes": (
            *_ids("ratee", "item"),
            Column("value", "number", required=True, filled=True),
            Column("target", "number", required=True),
            Column("baseline", "number", required=True),
            Column("weight", "number"),
            *_texts("time", "cycle", "source", "team"),
        ),
        "people": (
            *_ids("person"),
            *_texts("name", "team", "manager", "role", "stage", "industry", "level", "start"),
        ),
        "groups": _ids("person"),
    }
)
"""Columns of each table, in the order in which they are kept."""

ALSO_CALLED: Mapping[str, str] = MappingProxyType(
    {
        "被评者": "ratee",
        "被评人": "ratee",
        "评分者": "rater",
        "评分人": "rater",
        "关系": "relationship",
        "题项": "item",
        "评分": "rating",
        "作答": "response",
        "人员": "person",
    }
)
"""Column by what a Chinese header calls it, so that a message can say which to rename."""

MEASURED = ("ratings", "responses", "outcomes")
"""Tables that hold observations; evidence has at least one of them."""

KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ratings": ("ratee", "rater", "item", "cycle"),
        "responses": ("ratee", "item", "cycle", "form"),
        "outcomes": (
            *("ratee", "item", "value", "target", "baseline"),
            *("weight", "time", "cycle", "source", "team"),
        ),
        "people": ("person",),
        "groups": ("person",),
    }
)
"""Columns that together may occur once in a table.

One outcome may have several readings, such as key results: only a row that is the same in everything
repeats another.
"""
