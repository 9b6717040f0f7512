"""A scorecard on disk: four tables for people, and a folder from which it loads back equal."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from leadline.errors import SourceError
from leadline.evidence import write_csv
from leadline.frameworks import Formula, load_framework
from leadline.measurement import Measures, Notice
from leadline.scoring.driver import Driver
from leadline.scoring.figures import Figures

if TYPE_CHECKING:
    from leadline.scoring.scorecard import Scorecard

FOLDER = "scorecard"
ARRAYS = "arrays.npz"
CONTENT = "scorecard.json"
PLAIN = ("level", "seed", "n_draws", "k", "top_k", "engine_version", "input_hash", "is_disclosed")
LISTS = ("ratees", "factors", "competencies", "band")


def save(card: Scorecard, directory: Path) -> Path:
    """Write the four tables and the folder ``scorecard``."""
    folder = directory / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(card.scores_frame(), directory / "scores.csv")
    write_csv(card.ranking_frame(), directory / "ranking.csv")
    write_csv(card.drivers_frame(), directory / "drivers.csv")
    write_csv(card.quality_frame(), directory / "quality.csv")
    content = {
        **{name: getattr(card, name) for name in PLAIN},
        **{name: list(getattr(card, name)) for name in LISTS},
        "groups": [list(group) for group in card.groups],
        # repr keeps infinities, which JSON does not have.
        "formula": {"name": card.formula.name, "rho": repr(card.formula.rho)},
        "notices": [notice.to_json() for notice in card.notices],
        "drivers": [_without_nan(asdict(driver)) for driver in card.drivers],
        "measures": "figures" if isinstance(card.measures, Figures) else "measures",
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    (folder / CONTENT).write_text(text, encoding="utf-8", newline="\n")
    arrays = {one.name: getattr(card, one.name) for one in fields(card)}
    np.savez_compressed(
        folder / ARRAYS, allow_pickle=False, **{k: v for k, v in arrays.items() if isinstance(v, np.ndarray)}
    )
    card.framework.save(folder / "framework")
    card.measures.save(folder / "measures")
    return directory


def load(directory: Path) -> dict[str, Any]:
    """Fields of the scorecard in a folder, with its drivers and notices as values."""
    folder = directory / FOLDER
    if not (folder / CONTENT).is_file():
        raise SourceError("scoring.no_scorecard", place=str(directory))
    content = json.loads((folder / CONTENT).read_text(encoding="utf-8"))
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        found: dict[str, Any] = dict(arrays)
    kind = Figures if content["measures"] == "figures" else Measures
    return {
        **found,
        **{name: content[name] for name in PLAIN},
        **{name: tuple(content[name]) for name in LISTS},
        "groups": tuple(tuple(group) for group in content["groups"]),
        "formula": Formula(content["formula"]["name"], float(content["formula"]["rho"])),
        "notices": tuple(Notice(one["code"], one["fields"]) for one in content["notices"]),
        "drivers": tuple(Driver(**one) for one in content["drivers"]),
        "framework": load_framework(folder / "framework"),
        "measures": kind.load(folder / "measures"),
    }


def _without_nan(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not (isinstance(value, float) and isnan(value))}
