"""What an assessment of Acme writes, and what it finds of the planted truth."""

from __future__ import annotations

import csv
import stat
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from leadline.reports.lens import Lens
from leadline.reports.quality import pseudonyms
from leadline.scoring import Scorecard
from leadline.workflows import AssessResult, assess, compare_saved

ACME = Path(__file__).parents[3] / "examples" / "acme"
CYCLE, LAST = "2026-H2", "2026-H1"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TRUTH = {(r["element"], r["cycle"], r["quantity"]): r["value"] for r in read(ACME / "truth.csv")}


def behaving(behaviour: str) -> set[str]:
    return {r["element"] for r in read(ACME / "truth.csv") if r["value"] == behaviour}


def assessed(folder: Path, name: str) -> AssessResult:
    return assess(ACME, folder / name, rater_key=folder / f"{name}.csv", seed=1)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> AssessResult:
    return assessed(tmp_path_factory.mktemp("acme"), "out")


@pytest.fixture(scope="module")
def card(result: AssessResult) -> Scorecard:
    return result.scorecard


@pytest.fixture(scope="module")
def key(result: AssessResult) -> dict[str, str]:
    return {row["pseudonym"]: row["rater"] for row in read(result.out.parent / "out.csv")}


@pytest.fixture(scope="module")
def flagged(result: AssessResult, key: dict[str, str]) -> dict[str, set[str]]:
    """Raters in quality.csv, by reason."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in read(result.out / "quality.csv"):
        if row["kind"] == "rater":
            found[row["reason"]].add(key[row["element"]])
    return found


def ranks(values: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(values))


def true_scores(card: Scorecard, construct: str, cycle: str = CYCLE) -> np.ndarray:
    return np.array([float(TRUTH[ratee, cycle, f"score:{construct}"]) for ratee in card.ratees])


def test_the_last_cycle_is_assessed_against_the_one_before(card: Scorecard) -> None:
    previous = card.measures.previous
    assert previous is not None
    assert (card.measures.cycle, previous.cycle) == (CYCLE, LAST)


def test_the_order_of_the_leaders_is_nearly_the_true_one(card: Scorecard) -> None:
    known = np.isfinite(card.overall)
    found, true = card.overall[known], true_scores(card, "overall")[known]
    assert np.corrcoef(ranks(found), ranks(true))[0, 1] > 0.9


@pytest.mark.parametrize(
    "factor", ["technical_expertise", "leadership_ability", "business_insight", "performance_goals"]
)
def test_each_factor_follows_the_truth(card: Scorecard, factor: str) -> None:
    found = card.factor_score[:, card.factors.index(factor)]
    known = np.isfinite(found)
    assert np.corrcoef(ranks(found[known]), ranks(true_scores(card, factor)[known]))[0, 1] > 0.85


def test_most_true_scores_lie_in_their_intervals(card: Scorecard) -> None:
    known = np.isfinite(card.overall)
    true = true_scores(card, "overall")[known]
    inside = (card.lower[known] <= true) & (true <= card.upper[known])
    assert inside.mean() > 0.75


def test_severe_raters_are_the_harshest_and_flagged(
    flagged: dict[str, set[str]], key: dict[str, str]
) -> None:
    harshest = {key[f"R{n:02d}"] if f"R{n:02d}" in key else key[f"R{n:03d}"] for n in range(1, 31)}
    assert behaving("severe") <= harshest
    assert behaving("severe") <= flagged["severe"]


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("lenient", "lenient"),
        ("straight-line", "straight_lining"),
        ("halo", "halo"),
        ("trading", "reciprocal"),
    ],
)
def test_raters_who_behave_badly_are_flagged(
    flagged: dict[str, set[str]], behaviour: str, reason: str
) -> None:
    assert behaving(behaviour) <= flagged[reason]


def test_a_missing_factor_or_kind_marks_the_score_partial_and_nothing_else_does(card: Scorecard) -> None:
    partial = {ratee for ratee, is_partial in zip(card.ratees, card.partial, strict=True) if is_partial}
    assert partial == {"elena", "hao", "tang", "kofi", "meng", "ren", "ingrid"}


def test_a_missing_factor_is_no_zero_and_widens_the_interval(card: Scorecard) -> None:
    p = card.ratees.index("hao")
    assert np.isnan(card.factor_score[p, card.factors.index("business_insight")])
    width = card.upper - card.lower
    assert width[p] > np.nanmedian(width)


def test_change_between_the_cycles_is_found_with_its_sign(card: Scorecard) -> None:
    moved = [(element, q, float(v)) for (element, _, q), v in TRUTH.items() if q.startswith("change:")]
    assert len(moved) == 9
    for ratee, quantity, change in moved:
        factor = quantity.partition(":")[2]
        found = [
            d.contribution for d in card.drivers if (d.ratee, d.kind, d.factor) == (ratee, "cycle", factor)
        ]
        assert found[0] * change > 0, (ratee, factor)


def test_what_too_few_people_said_is_nowhere_in_the_output(result: AssessResult, card: Scorecard) -> None:
    p = card.ratees.index("ingrid")
    assert np.isnan(card.factor_score[p]).any()
    assert np.isnan(card.competency_score[p]).all()
    for row in read(result.out / "measures.csv"):
        if row["element"] == "ingrid":
            assert row["measure"] == row["fair_mean"] == row["raw_mean"] == ""
    loaded = Scorecard.load(result.out)
    assert np.isnan(loaded.measures.factor_value[p]).sum() == np.isnan(card.factor_score[p]).sum()


def test_no_rater_is_named_in_any_file(result: AssessResult) -> None:
    ratees = {row["ratee"] for row in read(ACME / "ratings.csv")}
    raters = {row["rater"] for row in read(ACME / "ratings.csv")} - ratees
    names = {row["name"] for row in read(ACME / "people.csv") if row["person"] in raters}
    assert len(raters) > 200
    for path in result.out.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [one for one in raters | names if one.encode() in content], path


def test_the_key_of_pseudonyms_is_for_its_owner_alone(result: AssessResult, key: dict[str, str]) -> None:
    path = result.out.parent / "out.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(key) > 200


def test_the_same_input_seed_and_version_give_the_same_bytes(result: AssessResult, tmp_path: Path) -> None:
    again = assessed(tmp_path, "out")
    assert again.files == result.files
    for name in result.files:
        assert (again.out / name).read_bytes() == (result.out / name).read_bytes(), name


def test_two_leaders_are_compared_from_the_saved_assessment(result: AssessResult) -> None:
    found = compare_saved(result.out, ["ada", "lin"])
    assert set(found.ratees) == {"ada", "lin"}
    top = compare_saved(result.out, top=3)
    order = [row["ratee"] for row in read(result.out / "ranking.csv")]
    assert list(top.ratees) == order[:3]


def test_every_promised_file_is_there(result: AssessResult) -> None:
    promised = {
        "scores.csv",
        "ranking.csv",
        "measures.csv",
        "drivers.csv",
        "quality.csv",
        "report.html",
        "manifest.json",
        "people/ada.html",
        "people/lin.html",
    }
    assert promised <= set(result.files)


def test_the_order_of_raters_in_the_output_does_not_give_them_away(result: AssessResult) -> None:
    for name in (
        "measures.csv",
        "scorecard/measures/measures.csv",
        "scorecard/measures/previous/measures.csv",
    ):
        for factor in result.scorecard.factors:
            rows = [row for row in read(result.out / name) if row["facet"] == f"rater:{factor}"]
            elements = [row["element"] for row in rows]
            assert elements == sorted(elements)
            assert len(set(elements)) == len(elements) > 200
    flagged = [row["element"] for row in read(result.out / "quality.csv") if row["kind"] == "rater"]
    assert flagged == sorted(flagged)


def test_the_report_uses_the_same_pseudonyms_as_the_tables(card: Scorecard) -> None:
    assert all(shown == saved for saved, shown in pseudonyms(Lens(card, "en")).items())
