"""A kind of evidence that is not there yet: one record, and nothing else knows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from leadline.evidence import Evidence, read_evidence
from leadline.frameworks import Framework, load_framework
from leadline.measurement import measure, measure_anew, packed, unpacked
from leadline.measurement.factors.kinds.all_kinds import KINDS, kind_and_factor
from leadline.measurement.factors.kinds.kind import Counted, Kind, dimension_name
from leadline.measurement.factors.kinds.outcomes import OUTCOMES, Results
from leadline.measurement.values.factor_map import Curve
from leadline.measurement.variational.evidence_blocks import ValueBlock

FACTOR = "performance_goals"


@dataclass(frozen=True)
class Praise:
    """How often somebody was praised, known to a quarter of a unit."""

    source: ValueBlock
    anchors: Mapping[str, Mapping[str, float]]
    remarks: frozenset[str] = frozenset()

    def counts(self, ratees: Sequence[str], cycle: str | None) -> Counted:
        n = np.array([int(ratee in self.source.ratees) for ratee in ratees])
        return Counted(n, 0 * n, n)

    def curve(self, framework: Framework) -> Curve:
        return Curve(np.array([0.0, 10.0]), np.array([0.0, 100.0]))


def praise_of(results: Results, framework: Framework, factor: str, among: object) -> Praise:
    value = results.share * 10
    se = np.full(len(value), 0.25)
    block = ValueBlock(
        dimension=dimension_name("praise", factor),  # type: ignore[arg-type]
        ratees=results.ratees,
        value=value,
        se=se,
    )
    return Praise(block, {})


PRAISE: Kind = replace(
    OUTCOMES,
    name="praise",  # type: ignore[arg-type]
    prepare=praise_of,
    calibrate=lambda results, given, common: given,
    later=lambda *given: None,
)


@pytest.fixture
def framework(monkeypatch: pytest.MonkeyPatch) -> Framework:
    monkeypatch.setitem(KINDS, "praise", PRAISE)  # type: ignore[arg-type]
    whole = load_framework("technical-leadership")
    factors = tuple(
        replace(one, kinds={"praise": 1.0}) if one.id == FACTOR else one  # type: ignore[dict-item]
        for one in whole.factors
    )
    return replace(whole, factors=factors)


def goals(framework: Framework, *values: float) -> Evidence:
    n = len(values)
    table = {"ratee": list("abcdefgh"[:n]), "item": ["goal_attainment"] * n, "value": list(values)}
    return read_evidence({"outcomes": {**table, "target": [100] * n, "baseline": [0] * n}}, framework)


def test_a_new_kind_is_measured_counted_mapped_and_missed_by_name(framework: Framework) -> None:
    found = measure(goals(framework, 80, 60, 70, 30, 50), framework)
    (dimension,) = found.dimensions
    assert kind_and_factor("praise:" + FACTOR) == ("praise", FACTOR)
    assert (dimension.factor, dimension.kind) == (FACTOR, "praise")
    assert dimension.n.tolist() == [1] * 5
    assert np.abs(dimension.value - [80, 60, 70, 30, 50]).max() < 1.0
    assert np.isnan(dimension.theta).all()  # its units mean nothing to a reader
    assert found.factor_value[:, found.factors.index(FACTOR)].tolist() == pytest.approx(dimension.value)
    assert "measurement.notice.without_praise" not in {notice.code for notice in found.notices}


def test_a_later_scoring_keeps_a_new_kind_and_asks_it_for_rows(framework: Framework) -> None:
    first = replace(measure(goals(framework, 80, 60, 70), framework, keep=True), fits={})
    again = unpacked(packed(first), framework)
    anew = measure_anew(again, goals(framework, 80, 10, 70), framework, ["b"])
    assert anew.dimensions[0].value[[0, 2]].tobytes() == first.dimensions[0].value[[0, 2]].tobytes()
    assert np.isnan(anew.dimensions[0].value[1])  # this kind gave no rows
