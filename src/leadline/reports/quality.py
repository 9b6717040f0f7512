"""Raters, by pseudonym only, and items: how large the corrections are and what deserves a look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor, isfinite, nan

import numpy as np

from leadline.errors import Language, has_words, words
from leadline.frameworks import Framework
from leadline.measurement import Notice, QualityNote
from leadline.reports.lens import Lens
from leadline.reports.wording import Voice

MOST_FLAGS = 40
# What these notices say, the report says in its own words, with names in place of ids.
_SAID = frozenset(f"scoring.notice.{one}" for one in ("left_out", "partial", "without_evidence"))


@dataclass(frozen=True)
class Precision:
    """How precisely the ratings of one factor tell people apart."""

    title: str
    n_ratings: int
    reliability: float
    separation: float
    strata: float
    rater_spread: float


@dataclass(frozen=True)
class Rater:
    """A rater over all factors: severity in logits, and the share of the scale they would give."""

    severity: float
    given: float


@dataclass(frozen=True)
class Bin:
    """Raters whose severity lies from ``start`` to ``end``, in logits."""

    start: float
    end: float
    n: int


@dataclass(frozen=True)
class Flag:
    """A rater or item to look at, and why."""

    what: str
    detail: str
    why: tuple[str, ...]


def precision(lens: Lens) -> tuple[Precision, ...]:
    """Precision of the ratings in every factor that has any."""
    found = []
    for factor, fit in lens.fits():
        people, raters = fit.facets["ratee"], fit.facets["rater"]
        found.append(
            Precision(
                title=factor.title[lens.language],
                n_ratings=int(people.n.sum()),
                reliability=float(people.reliability),
                separation=float(people.separation),
                strata=float(people.strata),
                rater_spread=float(np.std(raters.measure, ddof=1)) if len(raters.elements) > 1 else nan,
            )
        )
    return tuple(found)


def raters(lens: Lens) -> Mapping[str, Rater]:
    """Every rater who enters a measure, over all factors by precision; harshest first, unknown last."""
    found: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    scale = lens.framework.scale
    for _, fit in lens.fits():
        facet = fit.facets["rater"]
        shares = (facet.fair_mean - scale.min) / (scale.max - scale.min)
        for one, severity, se, share in zip(facet.elements, facet.measure, facet.se, shares, strict=True):
            known = isfinite(severity) and se > 0
            found[one] += [(float(severity), float(share), float(se) ** -2)] if known else []
    means = {one: _mean(parts) for one, parts in found.items()}
    return dict(sorted(means.items(), key=_harshest_first))


def _mean(parts: list[tuple[float, float, float]]) -> Rater:
    if not parts:
        return Rater(nan, nan)
    severity, share, weight = np.array(parts).T
    return Rater(float(np.average(severity, weights=weight)), float(np.average(share, weights=weight)))


def _harshest_first(pair: tuple[str, Rater]) -> tuple[bool, float, str]:
    known = isfinite(pair[1].severity)
    return not known, -pair[1].severity if known else 0.0, pair[0]


def known_raters(lens: Lens) -> tuple[Rater, ...]:
    """Raters whose severity is known, harshest first."""
    return tuple(one for one in raters(lens).values() if isfinite(one.severity))


def pseudonyms(lens: Lens) -> Mapping[str, str]:
    """Pseudonym of every rater: R01 is the harshest.

    The number says nothing that the severity beside it does not say.

    Parameters
    ----------
    lens : Lens

    Returns
    -------
    mapping of rater to str

    Examples
    --------
    >>> from leadline.scoring import score
    >>> dict(pseudonyms(Lens(score({"te": 85, "la": 80}), "en")))  # plain figures have no raters
    {}
    """
    found = raters(lens)
    width = max(2, len(str(len(found))))
    return {one: f"R{n:0{width}d}" for n, one in enumerate(found, start=1)}


def severity_bins(lens: Lens) -> tuple[Bin, ...]:
    """Raters counted by severity, in bins of a quarter, half or whole logit."""
    values = np.array([one.severity for one in known_raters(lens)])
    if not len(values):
        return ()
    width = next((w for w in (0.25, 0.5) if (values.max() - values.min()) / w <= 24), 1.0)
    first = floor(values.min() / width)
    last = max(ceil(values.max() / width), first + 1)
    edges = width * np.arange(first, last + 1)
    counts, _ = np.histogram(values, edges)
    bins = zip(edges[:-1], edges[1:], counts, strict=True)
    return tuple(Bin(float(start), float(end), int(n)) for start, end, n in bins)


def flags(lens: Lens) -> tuple[Flag, ...]:
    """What the measurement marked: raters first, harshest first, then items; all reasons of one together."""
    hidden = pseudonyms(lens)
    found: dict[tuple[bool, str, str], list[str]] = {}
    for note in lens.card.measures.quality:
        if note.kind == "rater" and note.element in hidden:
            found.setdefault((False, hidden[note.element], ""), []).append(_why(lens, note))
        elif note.kind == "item":
            found.setdefault((True, *_item(lens, note.element)), []).append(_why(lens, note))
    return tuple(Flag(what, detail, tuple(why)) for (_, what, detail), why in sorted(found.items()))


def _item(lens: Lens, element: str) -> tuple[str, str]:
    item = next((one for one in lens.framework.items if one.id == element), None)
    if item is None:
        return element, ""
    return item.text[lens.language], lens.framework.competency(item.competency).title[lens.language]


def _why(lens: Lens, note: QualityNote) -> str:
    # A text among the fields is somebody's id, as of the other one of a pair: it is not told.
    nobody = lens.voice.t("quality.colleague")
    fields = {name: nobody if isinstance(value, str) else value for name, value in note.fields.items()}
    for key in (f"reports.quality.{note.reason}", f"measurement.quality.{note.reason}"):
        if has_words(key, lens.language):
            return words(key, lens.language, **fields)
    return lens.voice.t(f"quality.other_{note.kind}")


def notices(lens: Lens) -> tuple[str, ...]:
    """What measurement and scoring say about themselves: factors by title, and nothing that names a rater."""
    named = set(raters(lens))
    found = (
        described(notice, lens.framework, lens.language)
        for notice in (*lens.card.measures.notices, *lens.card.notices)
        if notice.code not in _SAID
        and named.isdisjoint(part for value in notice.fields.values() for part in _parts(value))
    )
    return tuple(dict.fromkeys(found))


def described(notice: Notice, framework: Framework, language: Language) -> str:
    """A notice in words, with the titles of factors for their ids.

    Parameters
    ----------
    notice : Notice
    framework : Framework
    language : {"en", "zh"}

    Returns
    -------
    str

    Examples
    --------
    >>> from leadline.frameworks import load_framework
    >>> notice = Notice("measurement.notice.flat", {"factors": "technical_expertise"})
    >>> "Technical expertise" in described(notice, load_framework("technical-leadership"), "en")
    True
    """
    titles = {factor.id: factor.title[language] for factor in framework.factors}
    texts = {
        name: str(Voice(language).listing(titles.get(part, part) for part in parts).unescape())
        for name, value in notice.fields.items()
        if (parts := _parts(value))
    }
    return Notice(notice.code, {**notice.fields, **texts}).describe(language)


def _parts(value: object) -> list[str]:
    return value.split(", ") if isinstance(value, str) else []
