"""A result in the words and shapes of its page, exports and chart: all of it from what was stored."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from leadline.errors import Language, words
from leadline.web.cycles.models import Cycle
from leadline.web.look.templatetags.look import language, text
from leadline.web.results.access import Seen
from leadline.web.results.models import Result, Run
from leadline.web.results.sheets import framework_of
from leadline.workflows import COLLEAGUES, Band, Framework

MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"
PERSON = "person"


@dataclass(frozen=True)
class Score:
    """A score with its interval, 0-100."""

    value: float
    lower: float
    upper: float

    @property
    def said(self) -> str:
        """Rounded: the interval makes decimals idle."""
        return whole(self.value)

    @property
    def span(self) -> str:
        """The interval."""
        return f"{whole(self.lower)}{DASH}{whole(self.upper)}"

    @property
    def low(self) -> str:
        """Its lower end."""
        return whole(self.lower)

    @property
    def high(self) -> str:
        """Its upper end."""
        return whole(self.upper)

    @property
    def strip(self) -> dict[str, str]:
        """Where its parts lie on a strip, in percent."""
        return {
            "at": f"{self.value:.2f}%",
            "start": f"{self.lower:.2f}%",
            "width": f"{max(self.upper - self.lower, 0.5):.2f}%",
        }


@dataclass(frozen=True)
class Row:
    """A factor or competency on the page; ``score`` None where there is nothing to show."""

    id: str
    title: str
    score: Score | None
    expectation: float | None = None
    side: str = "unknown"
    own: float | None = None
    description: str = ""

    @property
    def expected(self) -> str:
        """What is expected, rounded."""
        return "" if self.expectation is None else whole(self.expectation)

    @property
    def own_said(self) -> str:
        """The own view, rounded."""
        return "" if self.own is None else whole(self.own)

    @property
    def gap(self) -> str:
        """Own view less that of others, with its sign."""
        return "" if self.own is None or not self.score else signed(round(self.own) - round(self.score.value))

    @property
    def at_expected(self) -> str:
        """Where the expectation lies on the strip."""
        return "" if self.expectation is None else f"{self.expectation:.2f}%"

    @property
    def at_own(self) -> str:
        """Where the own view lies."""
        return "" if self.own is None else f"{self.own:.2f}%"


@dataclass(frozen=True)
class Step:
    """A suggestion in words."""

    title: str
    action: str
    reason: str
    next_level: str


@dataclass(frozen=True)
class Page:
    """All of a result."""

    overall: Score | None
    band: Band | None
    bands: tuple[tuple[str, str, str, bool], ...]
    brief: tuple[str, ...]
    factors: tuple[Row, ...]
    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    steps: tuple[Step, ...]
    heads: tuple[tuple[str, str], ...]
    views: tuple[tuple[str, tuple[Score | None, ...]], ...]
    raters: tuple[tuple[str, int], ...]
    least: int
    level: str
    partial: bool

    @property
    def competencies(self) -> tuple[Row, ...]:
        """All competencies."""
        return tuple(row for _, rows in self.groups for row in rows)

    @property
    def has_own(self) -> bool:
        """Whether there is an own view to show beside others'."""
        return any(row.own is not None for row in self.competencies)


def whole(value: float) -> str:
    """A number without decimals, with a true minus."""
    return f"{round(value):d}".replace("-", MINUS)


def signed(value: float) -> str:
    """With its sign."""
    return f"+{whole(value)}" if value > 0 else whole(value)


def chance(probability: float) -> str:
    """A probability that was counted in draws: never quite 0 or 1."""
    if probability < 0.01:
        return "<1%"
    return ">99%" if probability > 0.99 else f"{probability:.0%}"


def closed_on(seen: Seen) -> date | None:
    """The day on which the cycle closed before the figures were made: those that stay keep it."""
    known = seen.result.figures.get("closed")
    return date.fromisoformat(known) if known else seen.participant.cycle.closes


def page_of(result: Result, cycle: Cycle) -> Page:
    """The page of a result in the language of the request."""
    spoken, framework = language(), framework_of(cycle)
    sheet: Mapping[str, Any] = result.figures.get("sheet") or {}
    overall = score_of(sheet.get("overall"))
    band = next((one for one in framework.bands if one.id == sheet.get("band")), None)
    groups = competency_rows(framework, sheet, spoken)
    found = [row for _, rows in groups for row in rows if row.score]
    heads, views = _views(framework, result.figures.get("groups") or {}, spoken)
    return Page(
        overall=overall,
        band=band,
        bands=_bands(framework, band, spoken) if overall else (),
        brief=_brief(framework, overall, found, partial=bool(sheet.get("partial"))),
        factors=factor_rows(framework, sheet, spoken),
        groups=groups,
        steps=tuple(_step(framework, one, spoken) for one in sheet.get("steps", ())),
        heads=heads,
        views=views,
        raters=tuple(
            (group_title(framework, group, spoken), n)
            for group, n in (result.figures.get("raters") or {}).items()
        ),
        least=framework.disclosure.all,
        level=f"{framework.level:.0%}",
        partial=bool(sheet.get("partial")),
    )


def has_figures(result: Result) -> bool:
    """Whether a result shows any score at all."""
    sheet: Mapping[str, Any] = result.figures.get("sheet") or {}
    parts = (*sheet.get("factors", {}).values(), *sheet.get("competencies", {}).values())
    return any(score_of(one) for one in (sheet.get("overall"), *parts))


def score_of(found: Mapping[str, float] | None, name: str = "score") -> Score | None:
    """A stored score; None where there is none."""
    return Score(found[name], found["lower"], found["upper"]) if found else None


def factor_rows(framework: Framework, sheet: Mapping[str, Any], spoken: Language) -> tuple[Row, ...]:
    """Factors of which anybody could have a figure."""
    known: Mapping[str, Any] = sheet.get("factors", {})
    return tuple(
        Row(f.id, f.title[spoken], score_of(known.get(f.id)), description=f.description[spoken])
        for f in framework.factors
        if framework.competencies_of(f.id)
    )


def competency_rows(
    framework: Framework, sheet: Mapping[str, Any], spoken: Language
) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    """Competencies that are asked about, by factor."""
    known: Mapping[str, Any] = sheet.get("competencies", {})

    def row(one: Any) -> Row:
        found = known.get(one.id) or {}
        return Row(
            one.id,
            one.title[spoken],
            score_of(known.get(one.id)),
            one.expectation,
            found.get("side", "unknown"),
            found.get("own"),
        )

    by_factor = (
        (f.title[spoken], tuple(row(c) for c in framework.competencies_of(f.id) if framework.items_of(c.id)))
        for f in framework.factors
    )
    return tuple((title, rows) for title, rows in by_factor if rows)


def group_title(framework: Framework, group: str, spoken: Language) -> str:
    """A group's name; several small ones together are colleagues."""
    if group == COLLEAGUES:
        return text("results.colleagues")
    return next((one.title[spoken] for one in framework.relationships if one.id == group), group)


def _views(
    framework: Framework, groups: Mapping[str, Mapping[str, Any]], spoken: Language
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, tuple[Score | None, ...]], ...]]:
    order = [*(one.id for one in framework.relationships), COLLEAGUES]
    there = [label for label in order if any(label in views for views in groups.values())]
    heads = tuple((label, group_title(framework, label, spoken)) for label in there)
    rows = tuple(
        (
            competency.title[spoken],
            tuple(score_of(groups.get(competency.id, {}).get(label), "mean") for label in there),
        )
        for factor in framework.factors
        for competency in framework.competencies_of(factor.id)
        if framework.items_of(competency.id)
    )
    return heads, rows if there else ()


def _bands(
    framework: Framework, here: Band | None, spoken: Language
) -> tuple[tuple[str, str, str, bool], ...]:
    starts = [band.start for band in framework.bands] + [100.0]
    return tuple(
        (band.title[spoken], f"{start:.2f}%", f"{end - start:.2f}%", band is here)
        for band, start, end in zip(framework.bands, starts[:-1], starts[1:], strict=True)
    )


def _brief(
    framework: Framework, overall: Score | None, rows: Sequence[Row], *, partial: bool
) -> tuple[str, ...]:
    said, spoken = [], language()
    if overall:
        low, high = (_band_at(framework, value) for value in (overall.lower, overall.upper))
        if low is high:
            said.append(text("results.brief.sure", band=low.title[spoken]))
        else:
            said.append(text("results.brief.open", low=low.title[spoken], high=high.title[spoken]))
    margins = sorted(rows, key=lambda row: (row.score.value if row.score else 0) - (row.expectation or 0))
    for code, row in (("strong", margins[-1:]), ("weak", margins[:1])):
        for one in row:
            gap = round(one.score.value if one.score else 0) - round(one.expectation or 0)
            if (gap > 0) == (code == "strong") and gap:
                said.append(text(f"results.brief.{code}", competency=one.title, gap=whole(abs(gap))))
    if partial and overall:
        said.append(text("results.brief.partial"))
    return tuple(said)


def _band_at(framework: Framework, value: float) -> Band:
    return next(band for band in reversed(framework.bands) if value >= band.start)


def _step(framework: Framework, one: Mapping[str, Any], spoken: Language) -> Step:
    values = one["values"]
    known = {name: whole(v) for name, v in values.items() if v is not None and name != "p_below"}
    p_below = values.get("p_below")
    fields = {
        "score": known.get("score", ""),
        "span": f"{known.get('lower', '')}{DASH}{known.get('upper', '')}",
        "expectation": known.get("expectation", ""),
        "p_below": "" if p_below is None else chance(p_below),
    }
    # What a framework proposes to know more may be an exam, of which a cycle in the browser has none.
    action = {} if one["reason"] in ("unknown", "uncertain") else one["action"] or {}
    known_little = text("results.more_raters") if one["reason"] in ("unknown", "uncertain") else ""
    return Step(
        title=framework.competency(one["competency"]).title[spoken],
        action=action.get(spoken) or known_little or text("results.no_action"),
        reason=text(f"results.why.{one['reason']}", **fields),
        next_level=(one["next_level"] or {}).get(spoken, ""),
    )


def chart(run: Run, rows: Sequence[Row]) -> str:
    """The Vega-Lite specification of the reports' figure, with the rows in it; empty without figures."""
    data = [
        {
            "name": row.title,
            "score": row.score.value,
            "lower": row.score.lower,
            "upper": row.score.upper,
            **({} if row.expectation is None else {"expectation": row.expectation}),
            **({} if row.own is None else {"own": row.own}),
        }
        for row in rows
        if row.score
    ]
    specification = run.tables.get("charts", {}).get(PERSON, {}).get(language())
    if not data or not specification:
        return ""
    return json.dumps({**specification, "datasets": {PERSON: data}}, ensure_ascii=False)


def failure_told(run: Run) -> str:
    """Why a run failed, and what to do."""
    if not run.failure:
        return ""
    code, fields = run.failure["code"], run.failure["fields"]
    said = [words(f"{code}.{part}", language(), **fields) for part in ("message", "hint")]
    return ("" if language() == "zh" else " ").join(said)


def step_told(run: Run) -> str:
    """What a run is doing."""
    return words(run.step, language()) if run.step else ""
