"""Generate the evidence tables of Acme, an invented company, from a truth that is known.

Run ``python examples/acme/generate.py`` from the root of the repository. The same framework version gives
the same bytes. README.md says what is planted; truth.csv holds it, so that a test can see what is found.
"""

from __future__ import annotations

import argparse
import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import exp, prod
from pathlib import Path
from typing import Any

from company import Draws, Person, assignments, is_chinese, partners, people

from leadline.frameworks import Framework, Item, load_framework

HERE = Path(__file__).parent
SEED = 1954
CYCLES = {"2026-H1": "2026-06-30", "2026-H2": "2026-12-31"}

# Logits. What one rater's ratings of one leader share is the halo; a halo rater sees no more than that.
THRESHOLDS = (-2.4, -0.9, 0.7, 2.6)
MEAN, SHARED_SD, FACTOR_SD, ITEM_SD, DRIFT_SD = 0.8, 0.75, 0.45, 0.4, 0.1
SEVERITY_SD, HALO_SD, SELF_BONUS, HALO_RATER_SD, TRADED = 0.4, 0.25, 0.5, 1.4, 2.5
PARTNER_SEVERITY = {1: 2.3, 8: 2.6, 15: 2.4, 4: -2.3, 11: -2.4}
PARTNER_HALO, PARTNER_STRAIGHT_LINE = (3, 13), (6, 17)
LEAD_SEVERITY, LEAD_HALO = {"jonas": 2.3, "clara": -2.3}, ("samuel",)
TRADING = (("owen", "lukas"), ("fang", "xie"), ("ravi", "niamh"))
CHANGE = {
    ("ada", "leadership_ability"): 0.9,
    ("peng", "technical_expertise"): 0.9,
    ("noor", "business_insight"): 1.0,
    ("song", "leadership_ability"): 0.8,
    ("guo", "performance_goals"): 0.8,
    ("hu", "leadership_ability"): 0.9,
    ("deng", "leadership_ability"): -0.8,
    ("cao", "technical_expertise"): -0.8,
    ("yuan", "business_insight"): -0.9,
}
NO_EXAM = {("elena", "2026-H1"), ("elena", "2026-H2"), ("tang", "2026-H2"), ("jonas", "2026-H1")}
NO_EXAM |= {("hao", cycle) for cycle in CYCLES}
NO_OUTCOMES = {("kofi", "2026-H1"), ("kofi", "2026-H2"), ("meng", "2026-H2")}
NEVER_SEEN = {"hao": "business_insight", "ren": "business_insight"}
NOT_OBSERVED = {"self": 0.0, "manager": 0.03, "peer": 0.08, "report": 0.06, "stakeholder": 0.12}
COMMENTED = 0.035
# Baseline, target and source of each reading of an outcome.
READINGS = {
    "project_evaluation": [(0.0, 100.0, "project review")],
    "project_change_failure_rate": [(25.0, 8.0, "release log")],
    "project_reliability": [(70.0, 95.0, "monitoring")],
    "goal_attainment": [(0.0, 100.0, "manager and leader")],
    "goal_key_results": [(100.0, 400.0, "KR1"), (12.0, 4.0, "KR2"), (40.0, 75.0, "KR3")],
    "goal_business_result": [(2.0, 3.0, "product accounts")],
    "goal_delivery_predictability": [(50.0, 90.0, "promises log")],
    "goal_budget_adherence": [(20.0, 5.0, "finance")],
    "team_retention": [(70.0, 95.0, "people team")],
    "team_engagement": [(50.0, 85.0, "survey")],
}


@dataclass
class Truth:
    """What holds of everyone, and its rows in truth.csv."""

    theta: dict[tuple[str, str, str], float] = field(default_factory=dict)
    severity: dict[str, float] = field(default_factory=dict)
    difficulty: dict[str, float] = field(default_factory=dict)
    halo_raters: set[str] = field(default_factory=set)
    straight_liners: set[str] = field(default_factory=set)
    rows: list[tuple[str, str, str, str, object]] = field(default_factory=list)

    def tell(self, kind: str, element: str, cycle: str, quantity: str, value: object) -> None:
        """Write a row."""
        self.rows.append(
            (kind, element, cycle, quantity, f"{value:.4f}" if isinstance(value, float) else value)
        )


def share(x: float) -> float:
    """The logistic function."""
    return 1 / (1 + exp(-x))


def category_probabilities(location: float) -> list[float]:
    """Probability of each rating, 1 to 5, under the rating scale model."""
    logits = [0.0]
    for threshold in THRESHOLDS:
        logits.append(logits[-1] + location - threshold)
    weights = [exp(x) for x in logits]
    return [w / sum(weights) for w in weights]


def plant(framework: Framework, staff: list[Person], draw: Draws) -> Truth:
    """Draw the truth: where everyone stands, how severe raters are, how hard items are."""
    truth = Truth()
    for item in (*framework.items, *framework.exam):
        known = item.difficulty
        truth.difficulty[item.id] = draw.normal(0.0, ITEM_SD) if known is None else known
        truth.tell("item", item.id, "", "difficulty", truth.difficulty[item.id])
    first, last = CYCLES
    for leader in (p for p in staff if p.is_leader):
        shared = draw.normal(MEAN, SHARED_SD)
        for factor in framework.factors:
            before = shared + draw.normal(0.0, FACTOR_SD)
            change = CHANGE.get((leader.id, factor.id), 0.0)
            truth.theta[leader.id, factor.id, first] = before
            truth.theta[leader.id, factor.id, last] = before + draw.normal(0.0, DRIFT_SD) + change
            if change:
                truth.tell("ratee", leader.id, last, f"change:{factor.id}", change)
    business = partners(staff)
    extreme = {business[k]: value for k, value in PARTNER_SEVERITY.items()} | LEAD_SEVERITY
    truth.halo_raters = {*(business[k] for k in PARTNER_HALO), *LEAD_HALO}
    truth.straight_liners = {business[k] for k in PARTNER_STRAIGHT_LINE}
    for person in staff:
        truth.severity[person.id] = extreme.get(person.id, draw.normal(0.0, SEVERITY_SD))
        truth.tell("rater", person.id, "", "severity", truth.severity[person.id])
        behaviour = {
            "severe": person.id in extreme and truth.severity[person.id] > 0,
            "lenient": person.id in extreme and truth.severity[person.id] < 0,
            "halo": person.id in truth.halo_raters,
            "straight-line": person.id in truth.straight_liners,
            "trading": any(person.id in pair for pair in TRADING),
        }
        for name in (name for name, holds in behaviour.items() if holds):
            truth.tell("rater", person.id, "", "behaviour", name)
    return truth


def form_of(framework: Framework, relationship: str, half: int) -> list[Item]:
    """Items a rater is asked: all that suit a leader or manager, every other one for the rest."""
    suited = [i for i in framework.items if not i.relationships or relationship in i.relationships]
    return suited if relationship in ("self", "manager") else suited[half::2]


def ratings_of(
    framework: Framework, truth: Truth, cast: Mapping[str, Any], staff: list[Person], draw: Draws
) -> Iterable[list[object]]:
    """Rows of ratings.csv."""
    factor_of = {i.id: framework.competency(i.competency).factor for i in framework.items}
    person_of = {p.id: p for p in staff}
    said: set[tuple[str, str]] = set()
    for cycle in CYCLES:
        for ratee, rater, relationship in assignments(staff, draw):
            is_halo = rater in truth.halo_raters and relationship != "self"
            shift = draw.normal(0.0, HALO_RATER_SD if is_halo else HALO_SD)
            shift += TRADED if (ratee, rater) in TRADING or (rater, ratee) in TRADING else 0.0
            shift += SELF_BONUS if relationship == "self" else -truth.severity[rater]
            level = sum(truth.theta[ratee, f.id, cycle] for f in framework.factors) / len(framework.factors)
            for item in form_of(framework, relationship, int(draw.uniform() * 2)):
                factor = factor_of[item.id]
                location = level if is_halo else truth.theta[ratee, factor, cycle] - truth.difficulty[item.id]
                probabilities = category_probabilities(location + shift)
                u, hidden, talk = draw.uniform(), draw.uniform(), draw.uniform()
                rating: int | str = 1 + sum(u > sum(probabilities[:k]) for k in range(1, 5))
                if is_halo:
                    rating = round(sum(k * p for k, p in enumerate(probabilities, 1)) + 0.3 * (u - 0.5))
                if rater in truth.straight_liners:
                    rating = 4
                unseen = NEVER_SEEN.get(ratee) == factor and relationship != "self"
                if hidden < NOT_OBSERVED[relationship] or unseen:
                    rating = ""
                comment = ""
                if talk < COMMENTED and relationship != "self" and rating in (1, 2, 4, 5):
                    tone = "high" if rating in (4, 5) else "low"
                    written = "zh" if person_of[rater].writes_chinese else "en"
                    choice = cast["comments"][factor][f"{tone}_{written}"]
                    comment = choice[int(draw.uniform() * len(choice))]
                    comment = "" if (ratee, comment) in said else comment
                    said.add((ratee, comment))
                yield [ratee, rater, relationship, item.id, rating, cycle, comment]


def responses_of(
    framework: Framework, truth: Truth, staff: list[Person], draw: Draws
) -> Iterable[list[object]]:
    """Rows of responses.csv: each leader who sat the exam answers every question once a cycle."""
    for cycle, day in CYCLES.items():
        for leader in (p for p in staff if p.is_leader):
            for item in framework.exam:
                factor = framework.competency(item.competency).factor
                chance = share(truth.theta[leader.id, factor, cycle] - truth.difficulty[item.id])
                points = sum(draw.uniform() < chance for _ in range(item.max_score))
                wrong = [letter for letter in item.options if letter != item.key]
                guess = wrong[int(draw.uniform() * len(wrong))] if wrong else ""
                answer = points if item.key is None else item.key if points else guess
                seconds = round(exp(draw.normal(4.3, 0.5)))
                if (leader.id, cycle) not in NO_EXAM:
                    yield [leader.id, item.id, answer, seconds, day, cycle]


def outcomes_of(
    framework: Framework, truth: Truth, staff: list[Person], draw: Draws
) -> Iterable[list[object]]:
    """Rows of outcomes.csv: one reading of every outcome for each leader and cycle."""
    for cycle, day in CYCLES.items():
        for leader in (p for p in staff if p.is_leader):
            for item in framework.outcomes:
                for baseline, target, source in READINGS[item.id]:
                    attained = attainment(truth.theta[leader.id, item.factor, cycle]) + draw.normal(
                        0.0, item.se
                    )
                    value = baseline + min(max(attained, 0.0), 1.0) * (target - baseline)
                    if (leader.id, cycle) not in NO_OUTCOMES:
                        yield [
                            leader.id,
                            item.id,
                            f"{value:.1f}",
                            target,
                            baseline,
                            day,
                            cycle,
                            source,
                            leader.team,
                        ]


def attainment(theta: float) -> float:
    """Share of a goal that someone at theta attains."""
    return share(0.9 * theta)


def mean_share(probabilities: Iterable[list[float]]) -> float:
    """Mean expected share of the highest score, over items; 0 without any."""
    shares = [sum(k * p for k, p in enumerate(row)) / (len(row) - 1) for row in probabilities]
    return sum(shares) / max(len(shares), 1)


def tell_true_scores(framework: Framework, truth: Truth, staff: list[Person]) -> None:
    """Write everyone's true score, 0-100, by the framework's own weights and formula (geometric)."""
    factor_of = {c.id: c.factor for c in framework.competencies}
    for leader in (p for p in staff if p.is_leader):
        for cycle in CYCLES:
            scores = []
            for factor in framework.factors:
                theta = truth.theta[leader.id, factor.id, cycle]
                rated = [truth.difficulty[item.id] for item in framework.items_of(factor.id)]
                exam = [
                    truth.difficulty[i.id] for i in framework.exam if factor_of[i.competency] == factor.id
                ]
                true = {
                    "ratings": mean_share(map(category_probabilities, (theta - b for b in rated))),
                    "exam": mean_share([1 - share(theta - b), share(theta - b)] for b in exam),
                    "outcomes": attainment(theta),
                }
                scores.append(100 * sum(weight * true[kind] for kind, weight in factor.kinds.items()))
                truth.tell("ratee", leader.id, cycle, f"theta:{factor.id}", theta)
                truth.tell("ratee", leader.id, cycle, f"score:{factor.id}", scores[-1])
            weights = [factor.weight for factor in framework.factors]
            overall = 100 * prod((s / 100) ** w for s, w in zip(scores, weights, strict=True))
            truth.tell("ratee", leader.id, cycle, "score:overall", overall)
    for what, places in (("exam", NO_EXAM), ("outcomes", NO_OUTCOMES)):
        for ratee, cycle in sorted(places):
            truth.tell("ratee", ratee, cycle, "missing", what)
    for ratee, factor in NEVER_SEEN.items():
        truth.tell("ratee", ratee, "", "never observed", factor)


def write(path: Path, header: str, rows: Iterable[Iterable[object]]) -> None:
    """Write a table as UTF-8 CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def generate(folder: Path) -> None:
    """Write every table of the example to a folder.

    Parameters
    ----------
    folder : Path
        An existing folder; files of the same names are replaced.
    """
    framework = load_framework("technical-leadership@1.0.0")
    cast = tomllib.loads((HERE / "cast.toml").read_text(encoding="utf-8"))
    draw = Draws(SEED)
    staff = people(cast, draw)
    truth = plant(framework, staff, draw)
    write(
        folder / "ratings.csv",
        "ratee rater relationship item rating cycle comment",
        ratings_of(framework, truth, cast, staff, draw),
    )
    write(
        folder / "responses.csv",
        "ratee item response seconds time cycle",
        responses_of(framework, truth, staff, draw),
    )
    write(
        folder / "outcomes.csv",
        "ratee item value target baseline time cycle source team",
        outcomes_of(framework, truth, staff, draw),
    )
    write(
        folder / "people.csv",
        "person name team manager role stage industry level start",
        ([p.id, p.name, p.team, p.manager, p.role, p.stage, "fintech", p.level, p.start] for p in staff),
    )
    ages = ("under 35", "35-44", "45-54", "55 and over")
    write(
        folder / "groups.csv",
        "person gender age_group office",
        (
            [
                x["id"],
                x["gender"],
                ages[int(draw.uniform() * 4)],
                "Shanghai" if is_chinese(x["name"]) else "Dublin",
            ]
            for x in cast["leaders"]
        ),
    )
    tell_true_scores(framework, truth, staff)
    write(folder / "truth.csv", "kind element cycle quantity value", truth.rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE, help="existing folder (default: this one)")
    generate(parser.parse_args().out)
