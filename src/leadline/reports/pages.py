"""Templates, the style sheet and the words, brought together."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from leadline import __version__
from leadline.reports.lens import Lens


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("leadline.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["known"] = _known
    environment.globals["nan"] = float("nan")
    return environment


def _known(value: float | None) -> bool:
    return value is not None and isfinite(value)


@cache
def _asset(name: str) -> Markup:
    text = files("leadline.reports").joinpath("templates", name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704  a file of this package


def render(template: str, lens: Lens, **values: Any) -> str:
    """A page as one HTML document that needs nothing but itself.

    Parameters
    ----------
    template : str
        Name of a page's template.
    lens : Lens
    **values
        What the page shows.

    Returns
    -------
    str
    """
    card, voice = lens.card, lens.voice
    return (
        _environment()
        .get_template(template)
        .render(
            lens=lens,
            card=card,
            v=voice,
            t=voice.t,
            h=voice.html,
            language=lens.language,
            level=voice.percent(card.level),
            cycle=card.measures.cycle,
            css=_asset("leadline.css"),
            logo=_asset("logo.svg"),
            version=__version__,
            framework_title=lens.framework.title[lens.language],
            # A title with a second half after a colon makes no heading with "report" behind it.
            subject=re.split("[:：]", lens.framework.title[lens.language])[0],
            framework_version=lens.framework.version,
            least=lens.framework.disclosure.all,
            **values,
        )
    )
