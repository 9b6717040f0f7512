"""Raters under pseudonyms, so that nothing an assessment leaves behind names one."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from leadline.measurement import FacetFit, FacetMeasures, Measures, Notice, QualityNote
from leadline.reports import Lens, pseudonyms
from leadline.scoring import Scorecard
from leadline.workflows.withheld import measures_of

_UNKNOWN = "R?"
_KINDS = ("rater", "item", "ratee")


def with_pseudonyms(scorecard: Scorecard) -> tuple[Scorecard, Mapping[str, str]]:
    """A scorecard that names no rater, and who stands behind each pseudonym.

    Pseudonyms are numbered by severity, ``R01`` the harshest, as in the report: the number says nothing that
    the severity beside it does not say.

    Parameters
    ----------
    scorecard : Scorecard

    Returns
    -------
    scorecard : Scorecard
    key : mapping of rater to pseudonym
    """
    key = _completed(pseudonyms(Lens(scorecard, "en")), measures_of(scorecard))
    return replace(scorecard, measures=_hidden(measures_of(scorecard), key)), key


def _completed(key: Mapping[str, str], measures: Measures) -> dict[str, str]:
    """The key with those raters, too, whose severity is not known: numbered last, in no telling order."""
    raters = {one for fit in measures.fits.values() for one in fit.facets["rater"].elements}
    raters |= {note.element for note in measures.quality if note.kind == "rater"}
    others = sorted(raters - key.keys(), key=lambda one: hashlib.sha256(one.encode()).digest())
    width = max(2, len(str(len(key))))
    return dict(key) | {one: f"R{n:0{width}d}" for n, one in enumerate(others, len(key) + 1)}


def _hidden(measures: Measures, key: Mapping[str, str]) -> Measures:
    previous = measures.previous
    notes = (_hidden_note(note, key) for note in measures.quality)
    return replace(
        measures,
        fits={factor: _hidden_fit(fit, key) for factor, fit in measures.fits.items()},
        # Sorted by pseudonym: the order of the true ids would give them away.
        quality=tuple(sorted(notes, key=lambda note: (_KINDS.index(note.kind), note.element, note.reason))),
        previous=None if previous is None else _hidden(previous, key),
    )


def _hidden_fit(fit: FacetFit, key: Mapping[str, str]) -> FacetFit:
    return replace(
        fit,
        facets={**fit.facets, "rater": _hidden_raters(fit.facets["rater"], key)},
        warnings=tuple(_hidden_notice(notice, key) for notice in fit.warnings),
        ratings=None,
        calibration=None,
    )


def _hidden_raters(raters: FacetMeasures, key: Mapping[str, str]) -> FacetMeasures:
    names = np.array([key[one] for one in raters.elements], dtype=object)
    order = np.argsort(names, kind="stable")
    columns = {name: value for name, value in vars(raters).items() if isinstance(value, np.ndarray)}
    sorted_columns: dict[str, Any] = {name: value[order] for name, value in columns.items()}
    return replace(raters, elements=tuple(names[order].tolist()), **sorted_columns)


def _hidden_notice(notice: Notice, key: Mapping[str, str]) -> Notice:
    if notice.fields.get("facet") != "rater" or "elements" not in notice.fields:
        return notice
    names = str(notice.fields["elements"]).removesuffix(" …").split(", ")
    listed = ", ".join(sorted({key.get(name, _UNKNOWN) for name in names}))
    return replace(notice, fields={**notice.fields, "elements": f"{listed} …"})


def _hidden_note(note: QualityNote, key: Mapping[str, str]) -> QualityNote:
    if note.kind != "rater":
        return note
    fields = {name: _hidden_value(value, key) for name, value in note.fields.items()}
    return replace(note, element=key[note.element], fields=fields)


def _hidden_value(value: Any, key: Mapping[str, str]) -> Any:
    return key.get(value, value) if isinstance(value, str) else value


def write_key(path: Path, key: Mapping[str, str]) -> None:
    """Write who stands behind each pseudonym to a file that its owner alone can read.

    Parameters
    ----------
    path : Path
    key : mapping of rater to pseudonym
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    # The mode is set when the file is made: there is no moment at which others can open it.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["pseudonym", "rater"])
        writer.writerows(sorted((pseudonym, rater) for rater, pseudonym in key.items()))
