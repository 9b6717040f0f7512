"""One person's page: where they stand, why, how sure, and what they could do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan

from markupsafe import Markup

from leadline.reports.axis import Axis
from leadline.reports.lens import Lens, Reading
from leadline.reports.method import Fact
from leadline.reports.movement import Move, gains, move
from leadline.reports.pages import render
from leadline.reports.profile import factor_expectation, group_means, side
from leadline.reports.suggest import Suggestion, suggested


@dataclass(frozen=True)
class FactorRow:
    """A factor of the person beside group and expectation."""

    title: str
    score: Reading
    expectation: float
    group: float
    gain: float
    partial: bool


@dataclass(frozen=True)
class CompetencyRow:
    """A competency of the person beside expectation and own view."""

    title: str
    score: Reading
    expectation: float
    side: str
    own: float

    @property
    def own_gap(self) -> float:
        """Own view less that of others."""
        return self.own - self.score.value


@dataclass(frozen=True)
class CompetencyGroup:
    """Competencies of a factor."""

    title: str
    rows: tuple[CompetencyRow, ...]


@dataclass(frozen=True)
class Step:
    """A suggestion in words."""

    title: str
    action: str
    next_level: str
    reason: Markup


@dataclass(frozen=True)
class BandMark:
    """A band over the headline strip, as a share of its width."""

    title: str
    width: float
    here: bool


def person_page(lens: Lens, row: int) -> str:
    """A person's page as one HTML document.

    Parameters
    ----------
    lens : Lens
    row : int
        Row of the person in the scorecard.

    Returns
    -------
    str
    """
    card = lens.card
    factors, groups = _factors(lens, row), _competencies(lens, row)
    everything = [one for group in groups for one in group.rows]
    cycle_move = move(lens, row, "cycle")
    group_move = move(lens, row, "group") if lens.shows_group else None
    overall = lens.overall(row)
    axis = Axis(0.0, lens.top, tuple(lens.top * n / 5 for n in range(6)))
    return render(
        "person.html.jinja",
        lens,
        name=lens.name(row),
        team=card.measures.team[row],
        overall=overall,
        overall_axis=axis,
        bands=_bands(lens, row, axis),
        brief=_brief(lens, row, factors, everything),
        factors=factors,
        factor_axis=_axis(factors),
        shows_group=lens.shows_group,
        gain_digits=0 if lens.top > 100 else 2,
        steps=[_step(lens, one) for one in suggested(lens, row)],
        groups=groups if any(one.score.known for one in everything) else (),
        competency_axis=_axis(everything),
        shows_self=any(isfinite(one.own) for one in everything),
        cycle_move=cycle_move,
        cycle_words=_move_words(lens, cycle_move, ("up", "down", "same")),
        cycle_most=_largest(cycle_move),
        group_move=group_move,
        group_words=_move_words(lens, group_move, ("ahead", "behind", "level")),
        group_most=_largest(group_move),
        evidence=_evidence(lens, row),
        protected=_protected(lens, row),
        reading=_reading(lens),
    )


def _axis(rows: Sequence[FactorRow] | Sequence[CompetencyRow]) -> Axis:
    ends = [end for one in rows for end in (*one.score[:3], one.expectation)]
    ends += [one.own if isinstance(one, CompetencyRow) else one.group for one in rows]
    return Axis.over(ends, least=0.4)


def _largest(found: Move | None) -> float:
    return max(abs(part) for part in found.parts) if found else 0.0


def _factors(lens: Lens, row: int) -> tuple[FactorRow, ...]:
    means = group_means(lens, more_than=lens.framework.disclosure.all)
    adds = gains(lens, row)
    return tuple(
        FactorRow(
            title=factor.title[lens.language],
            score=lens.factor(row, j),
            expectation=factor_expectation(lens.framework, factor.id),
            group=means[j],
            gain=adds[j] if lens.factor(row, j).known else nan,
            partial=lens.is_partial(row, j),
        )
        for j, factor in enumerate(lens.factors)
    )


def _competencies(lens: Lens, row: int) -> tuple[CompetencyGroup, ...]:
    return tuple(
        CompetencyGroup(factor.title[lens.language], tuple(_competency(lens, row, m) for m in columns))
        for factor, columns in lens.columns_by_factor()
    )


def _competency(lens: Lens, row: int, column: int) -> CompetencyRow:
    competency, score = lens.competencies[column], lens.competency(row, column)
    return CompetencyRow(
        title=competency.title[lens.language],
        score=score,
        expectation=competency.expectation,
        side=side(score, competency.expectation),
        own=lens.own_view(row, column),
    )


def _bands(lens: Lens, row: int, axis: Axis) -> tuple[BandMark, ...]:
    if not lens.has_bands:
        return ()
    bands, here = lens.framework.bands, lens.band(row)
    ends = [*(band.start for band in bands[1:]), axis.high]
    return tuple(
        BandMark(band.title[lens.language], axis.at(end) - axis.at(band.start), here is band)
        for band, end in zip(bands, ends, strict=True)
    )


def _brief(
    lens: Lens, row: int, factors: Sequence[FactorRow], competencies: Sequence[CompetencyRow]
) -> list[Markup]:
    v, overall, band = lens.voice, lens.overall(row), lens.band(row)
    said = []
    if not overall.known:
        said.append(v.html("brief.hidden", least=lens.least))
    elif band is None:
        said.append(v.html("brief.score", score=v.strong(lens.headline(overall.value))))
    else:
        said.append(
            v.html(
                "brief.band",
                score=v.strong(lens.headline(overall.value)),
                band=v.strong(band.title[lens.language]),
                meaning=band.meaning[lens.language],
            )
        )
        low, high = lens.band_of(overall.lower), lens.band_of(overall.upper)
        if low and low is high:
            said.append(v.html("brief.band_sure"))
        elif low and high:
            fields = {"low": low.title[lens.language], "high": high.title[lens.language]}
            said.append(v.html("brief.band_open", **fields))
    said += _extremes(lens, competencies)
    partial = [one.title for one in factors if one.partial or not one.score.known]
    if partial and overall.known:
        said.append(v.html("brief.partial", factors=v.listing(partial)))
    return said


def _extremes(lens: Lens, competencies: Sequence[CompetencyRow]) -> list[Markup]:
    v = lens.voice
    known = sorted((one for one in competencies if one.score.known), key=_gap)
    said = []
    if known and _gap(known[-1]) > 0:
        fields = {"competency": v.strong(known[-1].title), "gap": v.signed(_gap(known[-1]))}
        said.append(v.html("brief.strong", **fields))
    if known and _gap(known[0]) < 0:
        fields = {"competency": v.strong(known[0].title), "gap": v.signed(_gap(known[0]))}
        said.append(v.html("brief.weak", **fields))
    return said


def _gap(one: CompetencyRow) -> float:
    return one.score.value - one.expectation


def _step(lens: Lens, one: Suggestion) -> Step:
    v, values = lens.voice, one.values
    return Step(
        title=one.competency.title[lens.language],
        action=one.action.text[lens.language] if one.action else v.t("steps.no_action"),
        next_level=one.next_level[lens.language] if one.next_level else "",
        reason=v.html(
            f"steps.{one.reason}",
            score=v.number(values["score"]),
            span=v.span(values["lower"], values["upper"]),
            expectation=v.number(values["expectation"]),
            p_below=v.chance(values["p_below"]),
        ),
    )


def _move_words(lens: Lens, found: Move | None, codes: tuple[str, str, str]) -> list[Markup]:
    if found is None:
        return []
    v = lens.voice
    up, down, same = codes
    code = same if abs(found.change) < 0.05 else up if found.change > 0 else down
    leading = max(range(len(found.parts)), key=lambda j: found.parts[j] * (1 if found.change > 0 else -1))
    said = [
        v.html(
            f"moved.{code}",
            change=v.strong(v.number(abs(found.change))),
            before=lens.headline(found.before),
            after=lens.headline(found.after),
            factor=v.strong(lens.factors[leading].title[lens.language]),
            part=v.signed(found.parts[leading]),
        )
    ]
    if code in ("up", "down") and not found.is_sure:
        said.append(v.html("moved.unsure"))
    return said


def _evidence(lens: Lens, row: int) -> tuple[Fact, ...]:
    v, measures = lens.voice, lens.card.measures
    facts = _raters(lens, row) if measures.by_relationship else []
    rated = bool(lens.rater_groups(row))
    if rated:
        facts.append(Fact(v.t("evidence.items"), v.number(float(measures.n_items[row]), 0)))
    found = dict.fromkeys(d.kind for d in measures.dimensions if isfinite(d.value[row]))
    kinds = [kind for kind in found if rated or kind != "ratings"]
    facts.append(
        Fact(v.t("evidence.kinds"), str(v.listing(v.t(f"kind.{kind}") for kind in kinds)).capitalize())
    )
    return tuple(fact for fact in facts if fact.value)


def _raters(lens: Lens, row: int) -> list[Fact]:
    v, groups = lens.voice, lens.rater_groups(row)
    if not groups:
        few = v.t("evidence.fewer", least=lens.least)
        return [Fact(v.t("evidence.raters"), few)]
    total = Fact(v.t("evidence.raters"), v.number(sum(n for _, n in groups), 0))
    return [total, *(Fact(title, v.number(n, 0), part=True) for title, n in groups)]


def _protected(lens: Lens, row: int) -> list[Markup]:
    v = lens.voice
    rules = [v.html("evidence.rule_all", least=lens.framework.disclosure.all)]
    merged = lens.merged_groups(row)
    if lens.rater_groups(row) and merged:
        rules.append(v.html("evidence.rule_groups", groups=v.listing(merged)))
    return [*rules, v.html("evidence.rule_group_mean"), v.html("evidence.rule_names")]


def _reading(lens: Lens) -> list[str]:
    v = lens.voice
    lines = [v.t("reading.interval", level=v.percent(lens.card.level)), v.t("reading.strip")]
    if next(lens.fits(), None):
        lines.append(v.t("reading.fair"))
    return [*lines, v.t("reading.incomplete")]
