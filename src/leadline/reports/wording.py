"""A voice: text and numbers as one language writes them.

Every text comes from the word lists; every number in every report is formatted here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

from markupsafe import Markup, escape

from leadline.errors import Language, has_words, words

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
NOTHING = "\N{EM DASH}"


class Certainty(NamedTuple):
    """A word for a probability, and the least probability that earns it."""

    code: str
    least: float


CERTAINTIES = (
    Certainty("almost_certain", 0.975),
    Certainty("very_likely", 0.9),
    Certainty("likely", 0.75),
    Certainty("leaning", 0.6),
    Certainty("open", 0.0),
)


def certainty(probability: float) -> str:
    """Code of the word for a probability.

    Parameters
    ----------
    probability : float, 0-1

    Returns
    -------
    {"almost_certain", "very_likely", "likely", "leaning", "open"}

    Examples
    --------
    >>> certainty(0.99), certainty(0.8), certainty(0.5)
    ('almost_certain', 'likely', 'open')
    """
    return next(word.code for word in CERTAINTIES if probability >= word.least)


@dataclass(frozen=True, slots=True)
class Voice:
    """One language's text and numbers.

    Parameters
    ----------
    language : {"en", "zh"}

    Examples
    --------
    >>> voice = Voice("en")
    >>> voice.number(71.46), voice.signed(-0.84), voice.percent(0.997), voice.span(63.2, 71)
    ('71.5', '−0.8', '>99%', '63.2–71.0')
    """

    language: Language

    def t(self, key: str, /, **fields: object) -> str:
        """Text of the reports' word list."""
        return words(f"reports.{key}", self.language, **fields)

    def has(self, key: str) -> bool:
        """Whether the reports' word list has the key."""
        return has_words(f"reports.{key}", self.language)

    def html(self, key: str, /, **fields: object) -> Markup:
        """Sentence whose fields are escaped; the word list itself holds no markup."""
        safe = {name: value if name == "n" else escape(value) for name, value in fields.items()}
        return Markup(words(f"reports.{key}", self.language, **safe))  # noqa: S704  fields are escaped above

    def number(self, value: float, digits: int = 1) -> str:
        """Number with fixed digits and a true minus sign; a dash where there is none."""
        if not isfinite(value):
            return NOTHING
        text = f"{value:,.{digits}f}"
        if float(text.replace(",", "")) == 0:
            text = text.removeprefix("-")
        return text.replace("-", MINUS)

    def signed(self, value: float, digits: int = 1) -> str:
        """Number with its sign; zero has none."""
        text = self.number(value, digits)
        return f"+{text}" if value > 0 and any(c in text for c in "123456789") else text

    def percent(self, probability: float) -> str:
        """Probability in whole percent, never quite 0 or 1: counted in draws, it cannot be."""
        if not isfinite(probability):
            return NOTHING
        if probability < 0.01:
            return "<1%"
        return ">99%" if probability > 0.99 else f"{probability:.0%}"

    def chance(self, probability: float) -> str:
        """Probability inside a sentence."""
        if probability < 0.01:
            return self.t("grammar.under", share="1%")
        return self.t("grammar.over", share="99%") if probability > 0.99 else self.percent(probability)

    def share(self, value: float) -> str:
        """Share that was counted out, in whole percent: 0% and 100% are meant."""
        return f"{value:.0%}"

    def span(self, lower: float, upper: float, digits: int = 1) -> str:
        """Interval as one text."""
        if not (isfinite(lower) and isfinite(upper)):
            return NOTHING
        return f"{self.number(lower, digits)}{DASH}{self.number(upper, digits)}"

    def listing(self, parts: Iterable[object]) -> Markup:
        """Enumeration in words: ``A, B and C``."""
        texts: Sequence[Markup] = [escape(part) for part in parts]
        if len(texts) < 2:
            return Markup().join(texts)
        start = Markup(self.t("grammar.comma")).join(texts[:-1])  # noqa: S704  from the word list
        return start + self.t("grammar.and") + texts[-1]

    def strong(self, value: object) -> Markup:
        """Emphasis inside a sentence."""
        return Markup("<strong>{}</strong>").format(value)
