"""Raters under pseudonyms, so that nothing an assessment leaves behind names one."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from leadline.measurement import FacetFit, Measures, Notice, QualityNote
from leadline.reports.lens import Lens
from leadline.reports.quality import pseudonyms
from leadline.scoring import Scorecard
from leadline.workflows.withheld import measures_of


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
    key = pseudonyms(Lens(scorecard, "en"))
    return replace(scorecard, measures=_hidden(measures_of(scorecard), key)), key


def _hidden(measures: Measures, key: Mapping[str, str]) -> Measures:
    previous = measures.previous
    return replace(
        measures,
        fits={factor: _hidden_fit(fit, key) for factor, fit in measures.fits.items()},
        quality=tuple(_hidden_note(note, key) for note in measures.quality),
        previous=None if previous is None else _hidden(previous, key),
    )


def _hidden_fit(fit: FacetFit, key: Mapping[str, str]) -> FacetFit:
    raters = fit.facets["rater"]
    hidden = replace(raters, elements=tuple(key.get(one, "R?") for one in raters.elements))
    return replace(
        fit,
        facets={**fit.facets, "rater": hidden},
        warnings=tuple(_hidden_notice(notice, key) for notice in fit.warnings),
        ratings=None,
        calibration=None,
    )


def _hidden_notice(notice: Notice, key: Mapping[str, str]) -> Notice:
    if notice.fields.get("facet") != "rater" or "elements" not in notice.fields:
        return notice
    names = str(notice.fields["elements"]).removesuffix(" …").split(", ")
    listed = ", ".join(sorted({key.get(name, "R?") for name in names}))
    return replace(notice, fields={**notice.fields, "elements": f"{listed} …"})


def _hidden_note(note: QualityNote, key: Mapping[str, str]) -> QualityNote:
    if note.kind != "rater":
        return note
    fields = {name: _hidden_value(value, key) for name, value in note.fields.items()}
    return replace(note, element=key.get(note.element, "R?"), fields=fields)


def _hidden_value(value: Any, key: Mapping[str, str]) -> Any:
    return key.get(value, value) if isinstance(value, str) else value


def write_key(path: Path, key: Mapping[str, str]) -> None:
    """Write who stands behind each pseudonym to a file that its owner alone can read.

    Parameters
    ----------
    path : Path
    key : mapping of rater to pseudonym
    """
    path.unlink(missing_ok=True)
    # The mode is set when the file is made: there is no moment at which others can open it.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["pseudonym", "rater"])
        writer.writerows(sorted((pseudonym, rater) for rater, pseudonym in key.items()))
