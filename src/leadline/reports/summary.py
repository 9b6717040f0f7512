"""The report in words: sentences that follow from the numbers, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import isfinite

from markupsafe import Markup

from leadline.reports.lens import Lens
from leadline.reports.profile import Standing, standings
from leadline.reports.ranking import Pairing, Place, pairing, places
from leadline.reports.suggest import suggestions_for_group
from leadline.reports.wording import certainty

MOST_NAMED = 5
WORTH_NAMING = 0.1


@dataclass(frozen=True)
class Passage:
    """A heading and what is said under it."""

    title: str
    sentences: tuple[Markup, ...]


def summary(lens: Lens, quality_flags: int) -> tuple[Passage, ...]:
    """The management summary.

    Parameters
    ----------
    lens : Lens
    quality_flags : int
        Number of raters and items to look at.
    """
    ranked, paired = places(lens), pairing(lens)
    group = tuple(chain.from_iterable(found for _, found in standings(lens)))
    said = {
        "lead": _lead(lens, ranked),
        "strength": _strength(lens, ranked, group),
        "apart": _apart(lens, ranked, paired),
        "missing": _missing(lens),
        "next": _next(lens, ranked, group, quality_flags),
    }
    return tuple(
        Passage(lens.voice.t(f"summary.{code}.title"), tuple(sentences))
        for code, sentences in said.items()
        if sentences
    )


def named(lens: Lens, names: Sequence[str], most: int = MOST_NAMED) -> Markup:
    """Names in a sentence; beyond the first few only their number."""
    v = lens.voice
    if len(names) <= most + 1:
        return v.listing(v.strong(name) for name in names)
    first = [v.strong(name) for name in names[:most]]
    return v.listing([*first, v.t("grammar.others", n=len(names) - most)])


def _lead(lens: Lens, ranked: Sequence[Place]) -> list[Markup]:
    v = lens.voice
    if not ranked:
        return [v.html("summary.lead.nobody")]
    first = ranked[0]
    fields = {
        "name": v.strong(first.name),
        "score": lens.headline(first.score.value),
        "span": lens.headline_span(first.score),
        "level": v.percent(lens.card.level),
        "p": v.chance(first.p_best),
        "n": len(ranked),
    }
    if not isfinite(first.p_best):
        return [v.html("summary.lead.unsure", **fields)]
    if len(ranked) == 1:
        return [v.html("summary.lead.alone", **fields)]
    said = [v.html(f"summary.lead.{certainty(first.p_best)}", **fields)]
    rivals = [one for one in ranked[1:] if one.p_best >= WORTH_NAMING]
    if rivals:
        shares = [
            v.html("summary.lead.rival", name=v.strong(r.name), p=v.chance(r.p_best))
            for r in sorted(rivals, key=lambda r: -r.p_best)
        ]
        said.append(v.html("summary.lead.rivals", rivals=v.listing(shares), n=len(rivals)))
    k = int(lens.card.k)
    safe = [one.name for one in ranked if one.p_top >= lens.card.level]
    if 1 < k < len(ranked):
        code = "top" if safe else "top_nobody"
        said.append(
            v.html(f"summary.lead.{code}", k=k, names=named(lens, safe), n=len(safe), level=fields["level"])
        )
    return said


def _strength(lens: Lens, ranked: Sequence[Place], group: Sequence[Standing]) -> list[Markup]:
    v = lens.voice
    said = []
    if len(ranked) >= 4:
        middle = ranked[len(ranked) // 4 : len(ranked) - len(ranked) // 4]
        said.append(
            v.html(
                "summary.strength.spread",
                low=lens.headline(ranked[-1].score.value),
                high=lens.headline(ranked[0].score.value),
                q1=lens.headline(middle[-1].score.value),
                q3=lens.headline(middle[0].score.value),
            )
        )
    known = sorted((one for one in group if one.n > 1), key=lambda one: (-one.gap, one.competency.id))
    if len(known) < 2:
        return said
    best, worst = known[0], known[-1]
    code = "above" if worst.gap >= 0 else "below" if best.gap <= 0 else "mixed"
    fields = {
        "best": v.strong(best.competency.title[lens.language]),
        "best_gap": v.signed(best.gap),
        "worst": v.strong(worst.competency.title[lens.language]),
        "worst_gap": v.signed(worst.gap),
    }
    said.append(v.html(f"summary.strength.{code}", **fields))
    certain = max(known, key=lambda one: (one.n_below, -one.gap))
    if certain.n_below:
        title = v.strong(certain.competency.title[lens.language])
        said.append(v.html("summary.strength.certain", n=certain.n_below, of=certain.n, competency=title))
    return said


def _apart(lens: Lens, ranked: Sequence[Place], paired: Pairing) -> list[Markup]:
    v = lens.voice
    if paired.pairs == 0:
        return []
    fields = {
        "level": v.percent(paired.level),
        "told": paired.told,
        "pairs": paired.pairs,
        "open": paired.pairs - paired.told,
    }
    if paired.told == paired.pairs:
        return [v.html("summary.apart.all", **fields)]
    said = [v.html("summary.apart.some" if paired.told else "summary.apart.none", **fields)]
    neighbours = list(pairwise(ranked))[: max(int(lens.card.k), 1)]
    a, b = min(neighbours, key=lambda two: lens.card.p_greater[two[0].row, two[1].row])
    chance = float(lens.card.p_greater[a.row, b.row])
    if chance < paired.level:
        said.append(
            v.html(
                "summary.apart.example",
                a=v.strong(a.name),
                b=v.strong(b.name),
                gap=lens.headline(a.score.value - b.score.value),
                p=v.chance(chance),
            )
        )
    return said


def _missing(lens: Lens) -> list[Markup]:
    v = lens.voice
    said = []
    if lens.unranked:
        names = named(lens, [lens.name(row) for row in lens.unranked])
        said.append(v.html("summary.missing.everything", n=len(lens.unranked), names=names))
    for column, factor in enumerate(lens.factors):
        title = v.strong(factor.title[lens.language])
        lacking = [row for row in lens.order if not lens.factor(row, column).known]
        parted = [row for row in lens.order if lens.is_partial(row, column) and row not in lacking]
        for code, rows in (("factor", lacking), ("kind", parted)):
            if rows:
                names = named(lens, [lens.name(row) for row in rows])
                said.append(v.html(f"summary.missing.{code}", n=len(rows), names=names, factor=title))
    said += [
        v.html("summary.missing.unmeasured", factor=v.strong(factor.title[lens.language]))
        for factor in lens.unmeasured
    ]
    if said:
        said.append(v.html("summary.missing.wider"))
    hidden = sum(
        not lens.competency(row, m).known for row in lens.everyone for m in range(len(lens.competencies))
    )
    if hidden:
        said.append(v.html("summary.missing.hidden", n=hidden, least=lens.least))
    rated = next(lens.fits(), None) is not None
    return said or [v.html("summary.missing.complete" if rated else "summary.missing.figures")]


def _next(lens: Lens, ranked: Sequence[Place], group: Iterable[Standing], quality_flags: int) -> list[Markup]:
    v = lens.voice
    said = []
    if len(ranked) > 1:
        rivals = [one.name for one in ranked if one.p_best >= WORTH_NAMING]
        if len(rivals) > 1 and ranked[0].p_best < lens.card.level:
            said.append(v.html("summary.next.decide", names=named(lens, rivals), n=len(rivals)))
    for competency, action in suggestions_for_group(group):
        fields = {
            "competency": v.strong(competency.title[lens.language]),
            "action": action.text[lens.language],
        }
        said.append(v.html("summary.next.develop", **fields))
    partial = [lens.name(row) for row in lens.everyone if lens.card.partial[row]]
    if partial:
        said.append(v.html("summary.next.complete", names=named(lens, partial), n=len(partial)))
    if quality_flags:
        said.append(v.html("summary.next.quality", n=quality_flags))
    return said or [v.html("summary.next.hold")]
