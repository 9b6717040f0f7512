"""The report for management: everything on one page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
from markupsafe import Markup

from leadline.reports.axis import Axis
from leadline.reports.drawing import inline_svg
from leadline.reports.figures import factors_chart, severity_chart
from leadline.reports.lens import Lens, shade
from leadline.reports.method import kinds, limits, record, steps
from leadline.reports.movement import Move, moves
from leadline.reports.pages import render
from leadline.reports.profile import group_means, standings
from leadline.reports.quality import (
    MOST_FLAGS,
    flags,
    known_raters,
    notices,
    precision,
    pseudonyms,
    raters,
    severity_bins,
)
from leadline.reports.ranking import Pairing, pairing, places, sureness
from leadline.reports.summary import named, summary

MOST_LISTED = 5
SECTIONS = (
    "summary",
    "ranking",
    "apart",
    "factors",
    "competencies",
    "drivers",
    "quality",
    "method",
    "limits",
)


@dataclass(frozen=True)
class KeyFigure:
    """A number to remember; ``words`` where it is a name."""

    value: str
    label: str
    words: bool = False


@dataclass(frozen=True)
class BandKey:
    """A band in the legend."""

    title: str
    start: float
    shade: int


def management_page(lens: Lens, *, links: bool = True) -> str:
    """The whole report as one HTML document.

    Parameters
    ----------
    lens : Lens
    links : bool
        Whether names lead to the people's own pages; a document on paper has none.

    Returns
    -------
    str
    """
    card = lens.card
    paired, marked = pairing(lens), flags(lens)
    against_group, against_cycle = moves(lens, "group"), moves(lens, "cycle")
    groups = standings(lens)
    everything = chain.from_iterable(found for _, found in groups)
    ends = [end for one in everything for end in (one.low, one.high, one.mean, one.competency.expectation)]
    there = {
        "apart": paired.pairs,
        "competencies": groups,
        "quality": [*lens.fits(), *marked],
    }
    empty = {section for section, found in there.items() if not found}
    columns = range(len(lens.factors))
    severity = severity_bins(lens)
    return render(
        "report.html.jinja",
        lens,
        links=links,
        sections=[one for one in SECTIONS if one not in empty],
        k=int(card.k),
        shows_top=1 < int(card.k) < len(lens.order),
        summary=summary(lens, len(marked)),
        key_figures=_key_figures(lens, paired),
        places=places(lens),
        unranked=named(lens, [lens.name(row) for row in lens.unranked]),
        axis=lens.overall_axis(),
        bands=_band_keys(lens),
        pairing=paired,
        apart_groups=[_group_in_words(lens, group) for group in paired.groups],
        sureness=sureness,
        factor_axis=lens.axis(*(lens.factor(row, j) for row in lens.everyone for j in columns)),
        factors_figure=inline_svg(factors_chart(lens), _factors_in_words(lens)),
        standings=groups,
        profile_axis=Axis.over(ends),
        against_group=against_group,
        most_group=_largest(against_group),
        against_cycle=against_cycle,
        most_cycle=_largest(against_cycle),
        precision=precision(lens),
        severity=severity,
        severity_words=_severity_in_words(lens),
        severity_figure=_severity_picture(lens) if severity else "",
        first_pseudonym=next(iter(pseudonyms(lens).values()), "R01"),
        flags=marked[:MOST_FLAGS],
        more_flags=max(0, len(marked) - MOST_FLAGS),
        notices=notices(lens),
        method_steps=steps(lens),
        kinds=kinds(lens),
        record=record(lens),
        limits=limits(lens),
    )


def _key_figures(lens: Lens, paired: Pairing) -> tuple[KeyFigure, ...]:
    v, card = lens.voice, lens.card
    n_people = len(lens.everyone)
    found = [KeyFigure(str(n_people), v.t("figures.people", n=n_people))]
    n_ratings = sum(int(one.n.sum()) for one in card.measures.dimensions if one.kind == "ratings")
    if n_ratings:
        code = "ratings" if card.measures.previous is None else "ratings_now"
        label = v.t(f"figures.{code}", n=n_ratings, raters=v.number(len(raters(lens)), 0))
        found.append(KeyFigure(v.number(n_ratings, 0), label))
    values = np.array([lens.overall(row).value for row in lens.order])
    if len(values) > 1:
        found.append(KeyFigure(lens.headline(float(values.mean())), v.t("figures.mean")))
    if paired.pairs:
        share = v.share(paired.told / paired.pairs)
        found.append(KeyFigure(share, v.t("figures.told", level=v.percent(card.level))))
    n_partial = int(card.partial.sum())
    if n_partial:
        found.append(KeyFigure(str(n_partial), v.t("figures.partial", n=n_partial)))
    return tuple(found)


def _band_keys(lens: Lens) -> tuple[BandKey, ...]:
    bands = lens.framework.bands
    return tuple(
        BandKey(band.title[lens.language], band.start, shade(n, len(bands))) for n, band in enumerate(bands)
    )


def _group_in_words(lens: Lens, rows: tuple[int, ...]) -> Markup:
    v, names = lens.voice, [lens.name(row) for row in rows]
    if len(rows) <= MOST_LISTED:
        return v.listing(names)
    places = sorted(float(lens.card.rank[row]) for row in rows)
    span = v.span(places[0], places[-1], 0)
    return v.html("apart.run", first=names[0], last=names[-1], places=span, n=len(rows))


def _largest(found: tuple[Move, ...]) -> float:
    return max((abs(part) for part in chain.from_iterable(one.parts for one in found)), default=0.0)


def _factors_in_words(lens: Lens) -> str:
    v = lens.voice
    axis = lens.axis(*(lens.factor(row, j) for row in lens.everyone for j in range(len(lens.factors))))
    means = [
        f"{factor.title[lens.language]} {v.number(mean)}"
        for factor, mean in zip(lens.factors, group_means(lens), strict=True)
    ]
    low, high = v.number(axis.low, 0), v.number(axis.high, 0)
    return v.t("factors.alt", low=low, high=high, means=v.listing(means).unescape())


def _severity_in_words(lens: Lens) -> str:
    found = known_raters(lens)
    if not found:
        return ""
    q1, q3 = np.quantile([one.severity for one in found], [0.25, 0.75])
    mild, harsh = np.quantile([one.given for one in found], [0.9, 0.1])
    v = lens.voice
    return v.t(
        "quality.severity_words",
        n=len(found),
        points=v.number(100 * float(mild - harsh), 0),
        middle=v.number(float(q3 - q1), 2),
    )


def _severity_picture(lens: Lens) -> Markup:
    v, bins = lens.voice, severity_bins(lens)
    title = v.t(
        "quality.severity_alt",
        n=sum(one.n for one in bins),
        low=v.number(bins[0].start, 2),
        high=v.number(bins[-1].end, 2),
    )
    return inline_svg(severity_chart(lens), title)
