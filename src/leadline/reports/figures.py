"""Figures as chart objects, for reports and for notebooks; one Vega-Lite specification each.

Colours are the tokens of `palette`, so that a figure in a report follows its page into the dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import altair as alt

from leadline.errors import Language
from leadline.reports.axis import Axis
from leadline.reports.lens import Lens, shade
from leadline.reports.palette import ACCENT, ACCENT_SOFT, DEPTHS, FONTS, INK, INK_SOFT, LINE, PAPER
from leadline.reports.quality import severity_bins
from leadline.reports.wording import Voice
from leadline.scoring import Scorecard

AnyChart = TypeVar("AnyChart", alt.Chart, alt.LayerChart)

WIDTH = 640
TIP = ["name:N", "score:Q"]


def ranking_figure(scorecard: Scorecard, language: Language = "en") -> alt.LayerChart:
    """Everybody's headline score with its interval, best first, over the bands.

    Parameters
    ----------
    scorecard : Scorecard
    language : {"en", "zh"}

    Returns
    -------
    altair.LayerChart
        Shows itself in a notebook; `svg` makes it a picture.

    Examples
    --------
    >>> from leadline.scoring import score
    >>> card = score({"te": 85, "la": 80, "bi": 75, "pg": 90})
    >>> ranking_figure(card).to_dict()["layer"][-1]["mark"]["type"]
    'point'
    """
    return ranking_chart(Lens(scorecard, language))


def ranking_chart(lens: Lens) -> alt.LayerChart:
    """`ranking_figure` of a lens."""
    axis = lens.overall_axis()
    values = [
        {"name": lens.name(row), "score": one.value, "lower": one.lower, "upper": one.upper}
        for row in lens.order
        for one in [lens.overall(row)]
    ]
    scale = alt.Scale(domain=[axis.low, axis.high], nice=False)
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=_names([lens.name(row) for row in lens.order]))
    )
    spans = base.mark_bar(height=8, cornerRadius=4, color=ACCENT_SOFT).encode(
        x=alt.X("lower:Q", scale=scale, title=lens.voice.t("factors.axis"), axis=_ticks(axis)),
        x2="upper:Q",
    )
    dots = base.mark_point(filled=True, size=80, color=ACCENT, opacity=1).encode(
        x=alt.X("score:Q", scale=scale),
        tooltip=TIP,
    )
    layers = [_bands(lens, scale), spans, dots] if lens.has_bands else [spans, dots]
    return _styled(alt.LayerChart(layer=layers).properties(width=WIDTH, height=alt.Step(24)))


def factors_figure(scorecard: Scorecard, language: Language = "en") -> alt.LayerChart:
    """The people as dots in every factor, with the mean of the group.

    Parameters
    ----------
    scorecard : Scorecard
    language : {"en", "zh"}

    Returns
    -------
    altair.LayerChart

    Examples
    --------
    >>> from leadline.scoring import score
    >>> card = score({"te": 85, "la": 80, "bi": 75, "pg": 90})
    >>> factors_figure(card).to_dict()["layer"][0]["mark"]["type"]
    'point'
    """
    return factors_chart(Lens(scorecard, language))


def factors_chart(lens: Lens) -> alt.LayerChart:
    """`factors_figure` of a lens."""
    values = [
        {"factor": factor.title[lens.language], "name": lens.name(row), "score": lens.factor(row, j).value}
        for j, factor in enumerate(lens.factors)
        for row in lens.everyone
        if lens.factor(row, j).known
    ]
    axis = lens.axis(*(lens.factor(row, j) for row in lens.everyone for j in range(len(lens.factors))))
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X(
            "score:Q",
            scale=alt.Scale(domain=[axis.low, axis.high], nice=False),
            title=lens.voice.t("factors.axis"),
            axis=_ticks(axis),
        ),
        y=alt.Y(
            "factor:N",
            sort=None,
            title=None,
            axis=_names([factor.title[lens.language] for factor in lens.factors]),
        ),
    )
    dots = base.mark_point(filled=True, size=110, color=ACCENT, opacity=0.55).encode(tooltip=TIP)
    means = base.mark_tick(thickness=2.5, size=26, color=INK).encode(x="mean(score):Q")
    return _styled(alt.LayerChart(layer=[dots, means]).properties(width=WIDTH - 160, height=alt.Step(44)))


PERSON = "person"
"""Name of the data set of `person_figure`."""


def person_figure(language: Language = "en") -> alt.LayerChart:
    """One person's constructs: score with interval, expectation and own view; the data are to be given.

    Parameters
    ----------
    language : {"en", "zh"}

    Returns
    -------
    altair.LayerChart
        Draws the data set `PERSON`: rows of ``name``, ``score``, ``lower``, ``upper`` and, where known,
        ``expectation`` and ``own``, all 0-100.

    Examples
    --------
    >>> sorted(layer["mark"]["type"] for layer in person_figure().to_dict()["layer"])
    ['bar', 'point', 'point', 'tick']
    """
    t = Voice(language).t
    titles = {
        "score": t("key.score"),
        "lower": t("figure.lower"),
        "upper": t("figure.upper"),
        "expectation": t("key.expected"),
        "own": t("key.self"),
    }
    tips = [alt.Tooltip("name", type="nominal", title=t("competencies.competency"))]
    tips += [
        alt.Tooltip(name, type="quantitative", title=said, format=".1f") for name, said in titles.items()
    ]
    scale = alt.Scale(domain=[0, 100])
    names = alt.Axis(
        labelLimit=280, labelFontSize=13, labelColor=INK, domain=False, ticks=False, labelPadding=10
    )
    base = alt.Chart(alt.NamedData(name=PERSON)).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=names), tooltip=tips
    )
    spans = base.mark_bar(height=10, cornerRadius=5, color=ACCENT_SOFT).encode(
        x=alt.X("lower:Q", scale=scale, title=t("factors.axis")), x2="upper:Q"
    )
    expected = base.mark_tick(thickness=2.5, size=22, color=INK).encode(x="expectation:Q")
    own = base.mark_point(shape="diamond", size=70, color=INK, opacity=1).encode(x="own:Q")
    dots = base.mark_point(filled=True, size=90, color=ACCENT, opacity=1).encode(x="score:Q")
    return _styled(
        alt.LayerChart(layer=[spans, expected, own, dots]).properties(width="container", height=alt.Step(34))
    )


def severity_figure(scorecard: Scorecard, language: Language = "en") -> alt.LayerChart:
    """How many raters are how harsh.

    Parameters
    ----------
    scorecard : Scorecard
    language : {"en", "zh"}

    Returns
    -------
    altair.LayerChart

    Examples
    --------
    >>> from leadline.scoring import score
    >>> card = score({"te": 85, "la": 80, "bi": 75, "pg": 90})
    >>> severity_figure(card).to_dict()["layer"][0]["mark"]["type"]
    'bar'
    """
    return severity_chart(Lens(scorecard, language))


def severity_chart(lens: Lens) -> alt.LayerChart:
    """`severity_figure` of a lens."""
    bins = severity_bins(lens)
    values = [{"start": one.start, "end": one.end, "n": one.n} for one in bins]
    edges = [one.start for one in bins] + [bins[-1].end] if bins else [0.0]
    t = lens.voice.t
    base = alt.Chart(alt.InlineData(values=values))
    bars = base.mark_bar(color=ACCENT, stroke=PAPER, strokeWidth=1).encode(
        x=alt.X(
            "start:Q",
            bin="binned",
            scale=alt.Scale(domain=[edges[0], edges[-1]], nice=False),
            title=t("quality.severity_axis"),
            axis=alt.Axis(values=edges, labelOverlap=True, format=".2~f", grid=False),
        ),
        x2="end:Q",
        y=alt.Y("n:Q", title=t("quality.severity_count"), axis=alt.Axis(tickMinStep=1, tickCount=4)),
    )
    zero = (
        alt.Chart(alt.InlineData(values=[{"at": 0}])).mark_rule(color=INK, strokeDash=[3, 3]).encode(x="at:Q")
    )
    return _styled(alt.LayerChart(layer=[bars, zero]).properties(width=WIDTH - 100, height=180))


def _ticks(axis: Axis) -> alt.Axis:
    return alt.Axis(values=list(axis.ticks))


def _names(names: Sequence[str]) -> alt.Axis:
    """Axis of names, with room for them in the page's font, which may be wider than the converter's."""
    wide = max((sum(13.5 if ord(letter) > 0x2E7F else 7.2 for letter in name) for name in names), default=0)
    extent = min(wide, 240) + 12
    return alt.Axis(
        labelLimit=240,
        labelFontSize=13,
        labelColor=INK,
        domain=False,
        ticks=False,
        minExtent=extent,
        maxExtent=extent,
    )


def _bands(lens: Lens, scale: alt.Scale) -> alt.Chart:
    axis, bands = lens.overall_axis(), lens.framework.bands
    starts = [band.start for band in bands] + [100.0]
    values = [
        {"from": max(low, axis.low), "to": min(high, axis.high), "depth": str(shade(n, len(bands)))}
        for n, (low, high) in enumerate(pairwise(starts))
        if high > axis.low and low < axis.high
    ]
    colours = alt.Scale(domain=[str(n) for n in range(5)], range=list(DEPTHS))
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_rect()
        .encode(
            x=alt.X("from:Q", scale=scale),
            x2="to:Q",
            color=alt.Color("depth:N", scale=colours, legend=None),
        )
    )
    return chart


def _styled(chart: AnyChart) -> AnyChart:
    styled: AnyChart = (
        chart.configure(background="transparent", font=FONTS, aria=False)
        .configure_view(stroke=None)
        .configure_axis(
            gridColor=LINE,
            domainColor=LINE,
            tickColor=LINE,
            labelColor=INK_SOFT,
            titleColor=INK_SOFT,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            titlePadding=10,
            labelPadding=6,
        )
    )
    return styled
