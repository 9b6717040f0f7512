"""What a person could do next, and the numbers it follows from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import erf, exp, isfinite, nan, pi, sqrt
from typing import Literal

from leadline.errors import ReportError
from leadline.frameworks import Action, Competency, Framework, Text
from leadline.reports.lens import Lens, Reading
from leadline.reports.profile import Standing
from leadline.scoring import Scorecard

Reason = Literal["low", "uncertain", "unknown", "next"]

MOST_LOW = 3
MOST_UNCERTAIN = 2
LEAST_IN_ALL = 3
SURE_ENOUGH = 0.75


@dataclass(frozen=True)
class Suggestion:
    """A next action for one competency.

    Attributes
    ----------
    competency : Competency
    reason : {"low", "uncertain", "unknown", "next"}
        Probably below what is expected; too uncertain to say; no figure to show; or, where nothing
        is low, the competency with the least margin.
    action : Action or None
        Next action of the framework; None where it names none.
    next_level : Text or None
        What the next level of the scale looks like in an item of the competency.
    values : mapping of str to float
        ``score``, ``lower``, ``upper``, ``expectation``, ``gap`` (score less expectation) and
        ``p_below`` (0-1), NaN where unknown.
    """

    competency: Competency
    reason: Reason
    action: Action | None
    next_level: Text | None
    values: Mapping[str, float]


def suggestions(scorecard: Scorecard, ratee: str) -> tuple[Suggestion, ...]:
    r"""Next actions for a person, the most urgent first.

    A competency is *low* when its score is below the expectation with a probability of at least .75;
    the low ones are ordered by expected shortfall,
    :math:`E[(e - X)^+] = s\,(z\,\Phi(z) + \varphi(z))` with :math:`z = (e - x)/s`, which weighs how far
    below against how sure. *Uncertain* are those that may lie on either side of the expectation, the
    widest interval first. Where fewer than three come of it, those with the least margin fill up.

    Parameters
    ----------
    scorecard : Scorecard
    ratee : str
        Id of a person in it.

    Returns
    -------
    tuple of Suggestion
        At most three low and two uncertain ones.

    Raises
    ------
    ReportError
        No such person in the scorecard.

    Notes
    -----
    The normal approximation of a competency's error is used. Source: the expected loss of decision
    theory (Raiffa and Schlaifer 1961, section 5.3).

    Examples
    --------
    >>> from leadline.scoring import score
    >>> card = score({"te": 85, "la": 80, "bi": 75, "pg": 90})
    >>> suggestions(card, card.ratees[0])  # plain figures have no competencies
    ()
    """
    if ratee not in scorecard.ratees:
        raise ReportError("reports.no_such_person", ratee=ratee, n=len(scorecard.ratees))
    return suggested(Lens(scorecard, "en"), scorecard.ratees.index(ratee))


def suggested(lens: Lens, row: int) -> tuple[Suggestion, ...]:
    """Suggestions for the person in a row of the scorecard; see `suggestions`.

    Parameters
    ----------
    lens : Lens
    row : int

    Returns
    -------
    tuple of Suggestion

    Examples
    --------
    >>> from leadline.scoring import score
    >>> suggested(Lens(score({"te": 85, "la": 80}), "en"), 0)  # plain figures have no competencies
    ()
    """
    found = [(one, lens.competency(row, m)) for m, one in enumerate(lens.competencies)]
    known = [(one, score) for one, score in found if score.known]
    low = [pair for pair in known if _p_below(*pair) >= SURE_ENOUGH]
    low.sort(key=lambda pair: (-expected_shortfall(pair[1], pair[0].expectation), pair[0].id))
    open_ = [pair for pair in known if 1 - SURE_ENOUGH < _p_below(*pair) < SURE_ENOUGH]
    open_.sort(key=lambda pair: (-pair[1].se, pair[0].id))
    unknown = [pair for pair in found if not pair[1].known]

    chosen = [_suggestion(lens.framework, "low", pair) for pair in low[:MOST_LOW]]
    chosen += [_suggestion(lens.framework, "unknown", pair) for pair in unknown[:MOST_UNCERTAIN]]
    left = MOST_UNCERTAIN - len(unknown[:MOST_UNCERTAIN])
    chosen += [_suggestion(lens.framework, "uncertain", pair) for pair in open_[:left]]
    taken = {one.competency.id for one in chosen}
    rest = sorted((p for p in known if p[0].id not in taken), key=lambda p: (_margin(*p), p[0].id))
    short = max(0, LEAST_IN_ALL - len(chosen))
    chosen += [_suggestion(lens.framework, "next", pair) for pair in rest[:short]]
    return tuple(chosen)


def expected_shortfall(score: Reading, expectation: float) -> float:
    """Expected amount, in points, by which a score falls short of an expectation.

    Examples
    --------
    >>> round(expected_shortfall(Reading(50, 45, 55, 3), 60), 3)
    10.0
    >>> round(expected_shortfall(Reading(60, 55, 65, 3), 60), 3)
    1.197
    """
    if score.se <= 0:
        return max(0.0, expectation - score.value)
    z = (expectation - score.value) / score.se
    return score.se * (z * _below(z) + exp(-z * z / 2) / sqrt(2 * pi))


def _below(z: float) -> float:
    return (1 + erf(z / sqrt(2))) / 2


def _p_below(competency: Competency, score: Reading) -> float:
    if not score.known:
        return nan
    if not score.se > 0:
        return float(score.value < competency.expectation)
    return _below((competency.expectation - score.value) / score.se)


def _margin(competency: Competency, score: Reading) -> float:
    return score.value - competency.expectation


def _suggestion(framework: Framework, reason: Reason, pair: tuple[Competency, Reading]) -> Suggestion:
    competency, score = pair
    values = {
        "score": score.value,
        "lower": score.lower,
        "upper": score.upper,
        "expectation": competency.expectation,
        "gap": _margin(competency, score),
        "p_below": _p_below(competency, score),
    }
    next_level = _next_level(framework, competency, score) if reason in ("low", "next") else None
    return Suggestion(competency, reason, _action(competency.actions, reason), next_level, values)


_FITTING: Mapping[Reason, tuple[str, ...]] = {
    "low": ("low", "any"),
    "uncertain": ("uncertain", "any"),
    "unknown": ("uncertain", "any"),
    "next": ("any", "low"),
}


def _action(actions: Sequence[Action], reason: Reason) -> Action | None:
    fitting = (action for when in _FITTING[reason] for action in actions if action.when == when)
    return next(fitting, None)


def _next_level(framework: Framework, competency: Competency, score: Reading) -> Text | None:
    items = framework.items_of(competency.id)
    if not items or not isfinite(score.value):
        return None
    steps = len(items[0].anchors) - 1
    reached = int(steps * score.value / 100 + 0.5)
    return items[0].anchors[reached + 1] if reached < steps else None


def suggestions_for_group(group: Iterable[Standing], most: int = 1) -> list[tuple[Competency, Action]]:
    """Actions for the competencies in which the group falls furthest short on average."""
    short = sorted((one for one in group if one.gap < 0), key=lambda one: (one.gap, one.competency.id))
    found = ((one.competency, _action(one.competency.actions, "low")) for one in short)
    return [(competency, action) for competency, action in found if action][:most]
