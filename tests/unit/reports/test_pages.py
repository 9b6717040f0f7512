"""The documents as files: complete, self-contained, escaped, private, and the same every time."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from tests.unit.reports.cast import N_RATERS, PEOPLE, crowd, make_measures, make_scorecard

from leadline.errors import ReportError
from leadline.frameworks import load_framework
from leadline.reports import report
from leadline.reports.lens import Lens
from leadline.scoring import Scorecard, score, shown

VOID = {"meta", "link", "br", "path", "hr", "img", "input"}


class Outline(HTMLParser):
    """Tags, ids, headings and text of a page; fails where tags do not match."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.refs: list[str] = []
        self.headings: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        known = dict(attrs)
        if known.get("id"):
            self.ids.append(str(known["id"]))
        self.refs += str(known.get("aria-labelledby") or "").split()
        if (known.get("href") or "").startswith("#"):
            self.refs.append(str(known["href"])[1:])
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def outline(path: Path) -> Outline:
    parsed = Outline()
    parsed.feed(path.read_text(encoding="utf-8"))
    assert parsed.open == []
    return parsed


def everything(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*.html"))}


def test_there_is_a_report_and_a_page_for_every_person(english: Path) -> None:
    assert (english / "report.html").is_file()
    assert len(list((english / "people").glob("*.html"))) == len(PEOPLE)


def test_the_paths_returned_are_those_written_in_the_order_of_the_people(tmp_path: Path) -> None:
    paths = report(make_scorecard(crowd(6)), tmp_path)
    assert [path.name for path in paths] == ["report.html", *(f"person-{n:03d}.html" for n in range(6))]


@pytest.mark.parametrize("page", ["report.html", "people/ada.html", "people/zoe.html"])
def test_a_page_is_well_formed_with_unique_ids_and_headings_in_order(english: Path, page: str) -> None:
    parsed = outline(english / page)
    assert len(parsed.ids) == len(set(parsed.ids))
    assert set(parsed.refs) <= set(parsed.ids)
    assert parsed.headings.count(1) == 1
    steps = zip(parsed.headings, parsed.headings[1:], strict=False)
    assert all(after - before <= 1 for before, after in steps if before > 1)


def test_no_page_needs_a_script_or_anything_from_outside(english: Path, chinese: Path) -> None:
    for folder in (english, chinese):
        for text in everything(folder).values():
            assert not re.search(r"<(script|img|iframe|object|embed|video|audio|form)\b", text)
            assert not re.search(r"""(?:src|href)=["'](?!#|people/|data:,)""", text)
            assert "@import" not in text
            assert "url(" not in text
            addresses = set(re.findall(r"https?://[^\s\"'<)]+", text))
            assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_names_from_outside_stay_text(english: Path) -> None:
    text = (english / "report.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in text
    assert "<script" not in text


def test_every_link_of_the_report_leads_to_a_page(english: Path) -> None:
    text = (english / "report.html").read_text(encoding="utf-8")
    links = re.findall(r'href="(people/[^"]+)"', text)
    assert len(links) == len(PEOPLE) - 1  # one person has no score to rank
    assert all((english / unquote(link)).is_file() for link in links)


def test_no_rater_is_named_anywhere(english: Path, chinese: Path) -> None:
    for folder in (english, chinese):
        for text in everything(folder).values():
            assert "rater-" not in text.replace("rater-spread", "")
            assert "@example.org" not in text


def test_raters_appear_by_pseudonym_in_the_report_and_not_at_all_on_a_persons_page(english: Path) -> None:
    pages = everything(english)
    assert re.search(r"\bR01\b", pages.pop("report.html"))
    assert not any(re.search(r"\bR\d\d\b", text) for text in pages.values())


def test_a_person_rated_by_too_few_has_no_figure_in_any_page(scorecard: Scorecard, tmp_path: Path) -> None:
    row = scorecard.ratees.index("zoe")
    hidden = {f"{value:.1f}" for value in scorecard.factor_score[row]}
    hidden |= {f"{value:.1f}" for value in scorecard.competency_score[row]}
    report(scorecard, tmp_path)
    text = re.sub(r"<[^>]+>", " ", (tmp_path / "people" / "zoe.html").read_text(encoding="utf-8"))
    text = text[text.index("Zoë Müller") :]
    expectations = {f"{one.expectation:.1f}" for one in scorecard.framework.competencies}
    shown = set(re.findall(r"\d+\.\d", text))
    assert not (hidden - expectations) & shown
    assert "fewer than 4 people rated you, or nobody did" in text


def test_a_page_shows_no_other_persons_name(english: Path) -> None:
    text = (english / "people" / "ada.html").read_text(encoding="utf-8")
    for _, name, _ in PEOPLE[1:]:
        assert name not in text


def test_a_group_of_few_shows_its_members_no_mean(tmp_path: Path) -> None:
    report(make_scorecard(crowd(4)), tmp_path)
    text = (tmp_path / "people" / "person-000.html").read_text(encoding="utf-8")
    assert "Against the average of the group" not in text
    assert 'class="group" style' not in text


def test_the_same_scorecard_gives_the_same_bytes(scorecard: Scorecard, english: Path, tmp_path: Path) -> None:
    report(scorecard, tmp_path)
    assert everything(tmp_path) == everything(english)


def test_a_page_states_its_language(english: Path, chinese: Path) -> None:
    for name, text in everything(english).items():
        assert text.startswith('<!DOCTYPE html>\n<html lang="en">'), name
    for name, text in everything(chinese).items():
        assert text.startswith('<!DOCTYPE html>\n<html lang="zh-Hans">'), name


def test_no_number_is_printed_as_nan_or_none(english: Path, chinese: Path) -> None:
    for folder in (english, chinese):
        for text in everything(folder).values():
            assert not re.search(r"\b(nan|None|inf)\b", re.sub(r"<style>.*?</style>", "", text, flags=re.S))


def test_an_unknown_language_is_refused(scorecard: Scorecard, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="language: 'de'"):
        report(scorecard, tmp_path, language="de")  # type: ignore[arg-type]  what is tested
    assert list(tmp_path.iterdir()) == []


def test_plain_figures_without_errors_make_a_report(tmp_path: Path) -> None:
    card = score({"te": 85, "la": 80, "bi": 75, "pg": 90})
    paths = report(card, tmp_path)
    text = paths[0].read_text(encoding="utf-8")
    assert "82.3" in text
    assert "How sure that is cannot be said" in text
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\bnan\b", text)
        assert "the band is right" not in text


def test_a_report_of_plain_figures_tells_of_no_raters_and_no_draws(tmp_path: Path) -> None:
    text = report(score({"te": 85, "la": 80, "bi": 75, "pg": 90}), tmp_path)[0].read_text(encoding="utf-8")
    assert "person assessed" in text
    assert "Notes on the calculation" in text
    assert "how harshly people rate" not in text
    assert "random draws" not in text


def test_the_product_is_reported_on_its_own_scale_without_bands(tmp_path: Path) -> None:
    card = score({"te": 85, "la": 80, "bi": 75, "pg": 90}, formula="product")
    for path in report(card, tmp_path, language="zh"):
        text = path.read_text(encoding="utf-8")
        assert "459,000" in text
        assert "--bands:;" not in text
        assert "优秀" not in text


def test_a_factor_nobody_has_is_left_out_and_named(tmp_path: Path) -> None:
    measures = make_measures(crowd(8), last_cycle=None)
    value = measures.factor_value.copy()
    value[:, 2] = np.nan
    card = score(
        replace(measures, factor_value=value, factor_se=np.where(np.isnan(value), np.nan, 3.0)), n_draws=200
    )
    text = report(card, tmp_path)[0].read_text(encoding="utf-8")
    title = measures.framework.factor("business_insight").title.en
    assert f"<strong>{title}</strong> was measured for nobody" in text
    assert "33.3%" in text


def test_scores_stand_under_their_own_factor_where_an_earlier_one_is_missing(tmp_path: Path) -> None:
    figures = {"ratee": ["ada", "lin"], "la": [81, 72], "pg": [63, 54]}
    lens = Lens(score(figures), "en")
    assert [(one.id, lens.factor(0, j).value) for j, one in enumerate(lens.factors)] == [
        ("leadership_ability", 81.0),
        ("performance_goals", 63.0),
    ]
    text = report(lens.scorecard, tmp_path)[0].read_text(encoding="utf-8")
    assert text.index("<b>81.0</b>") < text.index("<b>63.0</b>")


def test_one_person_alone_makes_a_report(tmp_path: Path) -> None:
    paths = report(make_scorecard([("solo", "独行", None)], last_cycle=None), tmp_path, language="zh")
    assert "无从排名" in paths[0].read_text(encoding="utf-8")


def test_the_opinion_leader_framework_with_five_factors_makes_a_report(tmp_path: Path) -> None:
    card = score({"t": 70, "i": 60, "c": 65, "l": 55, "e": 50}, load_framework("opinion-leader"))
    paths = report(card, tmp_path)
    assert len(paths) == 2
    assert "<h1>Opinion leader report</h1>" in paths[0].read_text(encoding="utf-8")


def test_severity_is_drawn_and_tabled(english: Path) -> None:
    text = (english / "report.html").read_text(encoding="utf-8")
    assert f"Columns counting {N_RATERS} raters by severity" in text
    assert "The figure as a table" in text


def test_forty_people_take_less_than_three_seconds(tmp_path: Path) -> None:
    card = make_scorecard(crowd(40))
    report(make_scorecard(crowd(2)), tmp_path)  # templates are read and the chart engine started once
    started = time.process_time()
    report(card, tmp_path)
    assert time.process_time() - started < 3


def test_notes_on_figures_stand_only_where_there_are_figures(scorecard: Scorecard, tmp_path: Path) -> None:
    paths = {path.stem: path.read_text(encoding="utf-8") for path in report(scorecard, tmp_path)[1:]}
    note = "“Gain per point” says"
    with_figures = [note in text for text in paths.values()]
    assert any(with_figures)
    hidden = shown(scorecard).factors.any(axis=1)
    assert with_figures == hidden.tolist()


def test_a_label_before_a_sentence_is_spaced_as_its_language_spaces(english: Path, chinese: Path) -> None:
    pages = ["\n".join(everything(folder).values()) for folder in (english, chinese)]
    assert re.search(r"looks like: </span>\w", pages[0])
    assert re.search(r"下一级的表现：</span>\w", pages[1])
