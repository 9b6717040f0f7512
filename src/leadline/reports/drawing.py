"""From a chart object to a static picture, and from there into a page."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

from markupsafe import Markup, escape

from leadline.reports.palette import TOKENS

_COLOUR = re.compile(r'(fill|stroke)="(#[0-9a-f]{6})"')
# The picture is one image with one name; nothing in it is to be read out, or to hinder selecting its text.
_SPOKEN = re.compile(r' (?:role|aria-[a-z]+|pointer-events)="[^"]*"')
_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)" viewBox="([^"]*)">')


def svg(chart: Any) -> str:
    """Static SVG of a chart; no network is used and nothing is loaded.

    Parameters
    ----------
    chart : altair chart
        With its data inside, as those of `leadline.reports` have.

    Returns
    -------
    str
        A document of its own.

    Examples
    --------
    >>> import altair as alt
    >>> chart = alt.Chart(alt.InlineData(values=[{"x": 1}])).mark_point().encode(x="x:Q")
    >>> svg(chart)[:4]
    '<svg'
    """
    # Loaded here: 20 MB that figures for a page, which a browser draws, do not need.
    return str(import_module("vl_convert").vegalite_to_svg(chart.to_dict(), allowed_base_urls=[]))


def inline_svg(chart: Any, title: str) -> Markup:
    """SVG to stand in a page: named for screen readers, coloured by the page's tokens, text selectable.

    Parameters
    ----------
    chart : altair chart
    title : str
        What the picture shows, with the figures that matter.

    Returns
    -------
    Markup
    """
    picture = _COLOUR.sub(_token, _SPOKEN.sub("", svg(chart)))
    head = r'<svg xmlns="http://www.w3.org/2000/svg" viewBox="\3" width="\1" role="img" aria-label="%s">'
    picture, found = _SIZE.subn(head % str(escape(title)).replace("\\", r"\\"), picture, count=1)
    if not found:
        raise AssertionError("the picture does not begin with <svg ... viewBox>")
    return Markup(picture)  # noqa: S704  vl-convert escapes the texts of a chart, the title is escaped above


def _token(found: re.Match[str]) -> str:
    attribute, colour = found.groups()
    token = TOKENS.get(colour)
    return f'{attribute}="var(--{token}, {colour})"' if token else found.group()
