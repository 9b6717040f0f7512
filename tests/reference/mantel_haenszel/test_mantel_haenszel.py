"""Tests of groups within strata, and items by group with all else anchored, against R version 4.2.2."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from leadline.evidence import read_table
from leadline.evidence.frames import rows
from leadline.measurement.diagnostics.bias_terms import bias_terms
from leadline.measurement.diagnostics.dif import mantel_haenszel

HERE = Path(__file__).parent
GUILFORD = HERE.parent / "guilford_1954" / "ratings.csv"


def test_admissions_to_berkeley_equal_mantelhaen_test() -> None:
    # mantelhaen.test(UCBAdmissions, correct = FALSE): statistic, p-value, log of the common odds ratio
    # (there of men to be admitted, so women have its negative).
    table = list(csv.DictReader((HERE / "ucb_admissions.csv").read_text(encoding="utf-8").splitlines()))
    times = [int(row["Freq"]) for row in table]
    stratum = np.repeat([ord(row["Dept"]) - ord("A") for row in table], times)
    women = np.repeat([row["Gender"] == "Female" for row in table], times)
    admitted = np.repeat([float(row["Admit"] == "Admitted") for row in table], times)
    found = mantel_haenszel(stratum, women, admitted, 1)
    assert found.chi2 == pytest.approx(1.52460666, abs=5e-9)
    assert found.p == pytest.approx(0.216923697, abs=5e-10)
    assert found.log_odds == pytest.approx(0.100155388, abs=5e-10)


def test_ordinal_ratings_equal_mantels_formula_in_r() -> None:
    # Within each rater of Guilford's data: sum(a[b]), n1 * mean(a), n1 * (n - n1) / n * var(a); Anne,
    # Betty and Chris against the others; (o - e)^2 / v and pchisq(., 1, lower.tail = FALSE).
    table = list(rows(read_table(GUILFORD)))
    stratum = np.unique([row["rater"] for row in table], return_inverse=True)[1]
    group = np.array([row["ratee"] in {"Anne", "Betty", "Chris"} for row in table])
    rating = np.array([float(row["rating"]) for row in table])
    found = mantel_haenszel(stratum, group, rating, 9)
    assert found.chi2 == pytest.approx(1.161841481, abs=5e-10)
    assert found.p == pytest.approx(0.2810839607, abs=5e-11)


# g$high <- as.integer(g$rating >= 5)
# off <- ave(g$rating, g$ratee) - 4.5 - (5 - ave(g$rating, g$rater)); g$offset <- round(off, 1)
# for each item and group: glm(high ~ 1, offset = offset, family = binomial,
#                              control = glm.control(epsilon = 1e-14))
BY_GROUP = {
    ("x", "Attack"): (0.443839, 0.757259),
    ("y", "Attack"): (0.400420, 0.654349),
    ("x", "Basis"): (1.960869, 1.087845),
    ("y", "Basis"): (-0.022533, 0.648496),
    ("x", "Clarity"): (-0.104444, 0.730293),
    ("y", "Clarity"): (-0.022533, 0.648496),
    ("y", "Daring"): (0.840487, 0.675395),
    ("x", "Enthusiasm"): (-0.639329, 0.737455),
    ("y", "Enthusiasm"): (-0.446042, 0.655181),
}


def test_items_by_group_with_all_else_anchored_equal_glm_with_an_offset() -> None:
    table = list(rows(read_table(GUILFORD)))
    rating = np.array([float(row["rating"]) for row in table])
    means = {
        facet: {
            name: rating[[row[facet] == name for row in table]].mean()
            for name in {row[facet] for row in table}
        }
        for facet in ("ratee", "rater")
    }
    offset = [
        round(means["ratee"][row["ratee"]] - 4.5 - (5 - means["rater"][row["rater"]]), 1) for row in table
    ]
    groups = np.array([int(row["ratee"] not in {"Anne", "Betty", "Chris"}) for row in table])
    names, item = np.unique([row["item"] for row in table], return_inverse=True)
    found = bias_terms(
        groups,
        item,
        eta=np.array(offset),
        steps=np.zeros((len(table), 1)),
        rung=(rating >= 5).astype(np.int64),
        labels=np.tile([0.0, 1.0], (len(table), 1)),
        weight=np.ones(len(table)),
    )
    seen = {
        ("xy"[g], str(names[i])): n for n, (g, i) in enumerate(zip(found.first, found.second, strict=True))
    }
    for pair, (bias, se) in BY_GROUP.items():
        assert found.bias[seen[pair]] == pytest.approx(bias, abs=2e-6), pair
        assert found.se[seen[pair]] == pytest.approx(se, abs=2e-6), pair
