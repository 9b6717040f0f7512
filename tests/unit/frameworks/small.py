"""A small framework of the tests' own, as the tables of its file."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from leadline.frameworks import Framework, load_framework
from leadline.frameworks.toml import toml_text


def text(english: str, chinese: str = "文") -> dict[str, str]:
    return {"en": english, "zh": chinese}


def competency(name: str, factor: str, **more: Any) -> dict[str, Any]:
    action = {"id": f"{name}_try", "when": "any", "text": text("Try.")}
    table = {"id": name, "factor": factor, "title": text(name), "description": text("What it is.")}
    return {**table, "expectation": 60, "actions": [action], **more}


def item(name: str, of: str, **more: Any) -> dict[str, Any]:
    anchors = [text(f"Level {n}.") for n in (1, 2, 3)]
    return {"id": name, "competency": of, "text": text(f"Does {of}."), "anchors": anchors, **more}


_TABLES: dict[str, Any] = {
    "format": 1,
    "id": "craft",
    "version": "1.0.0",
    "title": text("Craft", "手艺"),
    "description": text("Two factors."),
    "scale": {"min": 1, "max": 3, "levels": [{"value": n, "label": text(f"Level {n}")} for n in (1, 2, 3)]},
    "score": {"formula": "geometric"},
    "bands": [
        {"id": "low", "start": 0, "title": text("Low"), "meaning": text("To grow.")},
        {"id": "high", "start": 60, "title": text("High"), "meaning": text("Grown.")},
    ],
    "relationships": [
        {"id": "self", "title": text("Self"), "least": 1, "counts": False},
        {"id": "peer", "title": text("Peers"), "least": 3, "counts": True},
    ],
    "factors": [
        {
            "id": "skill",
            "title": text("Skill", "技能"),
            "description": text("Skill."),
            "weight": 0.6,
            "kinds": {"ratings": 0.5, "exam": 0.5},
        },
        {
            "id": "results",
            "title": text("Results"),
            "description": text("Results."),
            "weight": 0.4,
            "kinds": {"outcomes": 1.0},
        },
    ],
    "areas": [{"id": "bench", "title": text("Bench")}],
    "competencies": [competency("cutting", "skill", area="bench"), competency("joining", "skill")],
    "items": [item("cutting_1", "cutting"), item("joining_1", "joining", relationships=["peer"])],
    "exam": [
        {
            "id": "exam_wood_1",
            "competency": "cutting",
            "topic": "wood",
            "text": text("Which is harder?"),
            "options": {"A": text("Oak"), "B": text("Pine")},
            "key": "A",
        }
    ],
    "outcomes": [
        {
            "id": "goal_chairs",
            "factor": "results",
            "title": text("Chairs"),
            "description": text("Chairs made."),
            "unit": "chairs",
            "rule": "attainment",
            "se": 0.1,
        }
    ],
    "stages": [{"id": "apprentice", "title": text("Apprentice"), "description": text("First.")}],
    "profiles": [
        {
            "id": "master",
            "kind": "role",
            "title": text("Master"),
            "description": text("Leads a shop."),
            "factor_weights": {"skill": 0.3, "results": 0.7},
            "competency_weights": {"joining": 2.0},
            "expectations": {"cutting": 80, "joining": 50},
            "steps": [{"id": "look", "title": text("Look"), "description": text("Look around.")}],
        },
        {
            "id": "boats",
            "kind": "industry",
            "title": text("Boats"),
            "description": text("Boat building."),
            "factor_weights": {"skill": 0.8, "results": 0.2},
            "competency_weights": {"joining": 1.5, "sealing": 1.0},
            "expectations": {"cutting": 70},
            "competencies": [competency("sealing", "skill")],
            "items": [item("sealing_1", "sealing"), item("cutting_2", "cutting")],
        },
    ],
}


def tables() -> dict[str, Any]:
    """A fresh copy that a test may spoil."""
    return deepcopy(_TABLES)


def write(folder: Path, content: Mapping[str, Any], name: str = "framework.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(toml_text(content), encoding="utf-8")
    return folder


def small(folder: Path, content: Mapping[str, Any] | None = None) -> Framework:
    return load_framework(write(folder, content or tables()))
