"""Figures are Vega-Lite specifications, and pictures of them need nothing from anywhere."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import altair as alt
import pytest

from leadline.reports import factors_figure, ranking_figure, severity_figure, svg
from leadline.reports.drawing import inline_svg
from leadline.reports.palette import ACCENT, TOKENS
from leadline.scoring import Scorecard

FIGURES = (ranking_figure, factors_figure, severity_figure)


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_figure_is_a_valid_chart_whose_data_are_inside(
    figure: Any, language: Any, scorecard: Scorecard
) -> None:
    chart = figure(scorecard, language)
    assert isinstance(chart, alt.LayerChart)
    chart.to_dict(validate=True)
    assert '"url"' not in chart.to_json()


@pytest.mark.parametrize("figure", FIGURES)
def test_every_colour_of_a_figure_is_a_token_of_the_page(figure: Any, scorecard: Scorecard) -> None:
    picture = inline_svg(figure(scorecard, "en"), "A picture")
    plain = set(re.findall(r'(?:fill|stroke)="([^"]+)"', picture))
    assert all(colour in ("none", "transparent") or colour.startswith("var(--") for colour in plain), plain


def test_tokens_are_those_of_the_style_sheet() -> None:
    css = files("leadline.reports").joinpath("templates", "leadline.css").read_text("utf-8")
    light = css[: css.index("prefers-color-scheme")]
    for colour, token in TOKENS.items():
        assert f"--{token}: {colour};" in light


def test_a_picture_is_named_scales_with_the_page_and_its_text_can_be_selected(scorecard: Scorecard) -> None:
    picture = inline_svg(ranking_figure(scorecard, "zh"), 'A "picture" & more')
    assert picture.startswith("<svg ")
    assert 'role="img" aria-label="A &#34;picture&#34; &amp; more"' in picture
    assert "pointer-events" not in picture
    assert "林静" in picture
    assert "height=" not in picture[: picture.index(">")]


def test_a_hostile_name_stays_text_in_a_picture(scorecard: Scorecard) -> None:
    assert "<script" not in inline_svg(ranking_figure(scorecard, "en"), "names")


def test_the_same_figure_gives_the_same_bytes(scorecard: Scorecard) -> None:
    assert svg(factors_figure(scorecard)) == svg(factors_figure(scorecard))
    assert ACCENT in svg(factors_figure(scorecard))
