from dataclasses import replace

import numpy as np
import pytest
from tests.unit.reports.cast import N_RATERS

from leadline.measurement import Measures, Notice
from leadline.reports.lens import Lens
from leadline.reports.quality import flags, notices, precision, pseudonyms, raters, severity_bins
from leadline.scoring import Scorecard


@pytest.fixture(scope="module")
def lens(scorecard: Scorecard) -> Lens:
    return Lens(scorecard, "en")


def test_the_harshest_rater_is_r01_and_numbers_follow_severity(lens: Lens) -> None:
    names = pseudonyms(lens)
    assert names[f"rater-{N_RATERS - 1}@example.org"] == "R01"
    assert sorted(names.values()) == list(names.values())
    severity = [raters(lens)[one].severity for one in names]
    assert severity == sorted(severity, reverse=True)


def test_every_rater_has_a_pseudonym_even_without_a_severity(scorecard: Scorecard) -> None:
    measures = scorecard.measures
    assert isinstance(measures, Measures)
    fits = {}
    for factor, fit in measures.fits.items():
        facet = fit.facets["rater"]
        unknown = np.where(np.arange(N_RATERS) == 5, np.nan, facet.measure)
        fits[factor] = replace(fit, facets={**fit.facets, "rater": replace(facet, measure=unknown)})
    names = pseudonyms(Lens(replace(scorecard, measures=replace(measures, fits=fits)), "en"))
    assert len(names) == N_RATERS
    assert names["rater-5@example.org"] == f"R{N_RATERS}"


def test_bins_hold_every_rater_once(lens: Lens) -> None:
    bins = severity_bins(lens)
    assert sum(one.n for one in bins) == N_RATERS
    assert [one.end for one in bins[:-1]] == [one.start for one in bins[1:]]


def test_flags_name_raters_by_pseudonym_and_items_by_their_words(lens: Lens) -> None:
    found = flags(lens)
    assert [one.what for one in found[:3]] == sorted(one.what for one in found[:3])
    assert found[0].what == "R01"
    item = lens.framework.items[3]
    assert (found[-1].what, found[-1].detail) == (
        item.text.en,
        lens.framework.competency(item.competency).title.en,
    )


def test_a_reason_without_words_of_its_own_still_reads_as_a_sentence(lens: Lens) -> None:
    whys = [why for one in flags(lens) for why in one.why]
    assert "Ratings stand out from those of the others." in whys
    assert not any("a_new_reason" in why for why in whys)


def test_the_other_one_of_a_pair_is_not_told(lens: Lens) -> None:
    whys = [why for one in flags(lens) for why in one.why]
    assert any("is rated likewise in return" in why for why in whys)
    assert not any("rater-4" in why for why in whys)


def test_all_reasons_of_one_rater_stand_together(scorecard: Scorecard) -> None:
    measures = scorecard.measures
    assert isinstance(measures, Measures)
    twice = measures.quality[:1] * 2
    found = flags(Lens(replace(scorecard, measures=replace(measures, quality=twice)), "en"))
    assert [(one.what, len(one.why)) for one in found] == [("R01", 2)]


def test_precision_is_that_of_the_fits(lens: Lens) -> None:
    found = precision(lens)
    assert [one.title for one in found] == [one.title.en for one in lens.framework.factors]
    assert {one.reliability for one in found} == {0.92}


def test_notices_name_factors_by_title_and_never_a_rater(scorecard: Scorecard) -> None:
    measures = scorecard.measures
    assert isinstance(measures, Measures)
    told = (
        Notice("scoring.notice.left_out", {"factors": "business_insight"}),
        Notice("measurement.notice.one_element", {"facet": "business_insight, leadership_ability"}),
        Notice("measurement.notice.extreme", {"facet": "rater", "n": 1, "elements": "rater-3@example.org"}),
    )
    card = replace(scorecard, measures=replace(measures, notices=told))
    found = notices(Lens(card, "en"))
    assert len(found) == 1
    assert found[0].startswith("The facet Business insight and Leadership ability has")
    assert "商业洞察力和领导能力" in notices(Lens(card, "zh"))[0]
