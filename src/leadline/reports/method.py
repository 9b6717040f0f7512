"""How the report was computed, and where its limits are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from leadline.reports.lens import Lens

FEW = 8


@dataclass(frozen=True)
class Fact:
    """A label and a value.

    ``code`` where the value is to be copied letter by letter; ``part`` where it belongs to the fact before.
    """

    label: str
    value: str
    code: bool = False
    part: bool = False


def steps(lens: Lens) -> tuple[str, ...]:
    """The way from evidence to probabilities, in words."""
    measured = ("ratings", "other", "map", "self") if next(lens.fits(), None) else ()
    drawn = ("draws", "missing") if np.isfinite(lens.card.lower).any() else ()
    return tuple(lens.voice.t(f"method.steps.{code}") for code in (*measured, *drawn))


def kinds(lens: Lens) -> tuple[str, ...]:
    """Kinds of evidence that any factor declares."""
    order = ("ratings", "exam", "outcomes")
    return tuple(kind for kind in order if any(kind in factor.kinds for factor in lens.factors))


def record(lens: Lens) -> tuple[Fact, ...]:
    """Everything needed to compute the report again."""
    v, card, framework = lens.voice, lens.card, lens.framework
    t = v.t
    models = sorted({_model(lens, fit.model, fit.method) for _, fit in lens.fits()})
    applied = [one.title[lens.language] for one in framework.profiles if one.id in framework.applied]
    facts = [
        Fact(t("method.framework"), f"{framework.title[lens.language]} {framework.version}"),
        Fact(t("method.applied"), t("grammar.comma").join(applied)),
        Fact(t("method.model"), t("grammar.comma").join(models)),
        Fact(t("method.map"), framework.map, code=True),
        Fact(t("method.level"), v.percent(card.level)),
        Fact(t("method.top_k"), v.number(card.k, 0)),
        Fact(t("method.draws"), v.number(card.n_draws, 0)),
        Fact(t("method.seed"), str(card.seed), code=True),
        Fact(t("method.engine"), card.engine_version, code=True),
        Fact(t("method.hash"), framework.hash, code=True),
        Fact(t("method.input"), card.input_hash, code=True),
    ]
    return tuple(fact for fact in facts if fact.value)


def _model(lens: Lens, model: str, method: str) -> str:
    v = lens.voice
    name = v.t(f"model.{model}") if v.has(f"model.{model}") else model
    way = v.t(f"method_name.{method}") if v.has(f"method_name.{method}") else method
    return v.t("method.model_by", model=name, method=way)


def limits(lens: Lens) -> tuple[Markup, ...]:
    """What the figures cannot carry, the grave ones first."""
    return tuple(_limits(lens))


def _limits(lens: Lens) -> Iterator[Markup]:
    v, card = lens.voice, lens.card
    fits = list(lens.fits())
    for factor, fit in fits:
        title = factor.title[lens.language]
        if len(fit.subsets) > 1:
            yield v.html("limits.disconnected", factor=title, n=len(fit.subsets))
        if not fit.converged:
            yield v.html("limits.not_converged", factor=title)
    if len(card.ratees) < FEW:
        yield v.html("limits.few", n=len(card.ratees))
    yield v.html("limits.precision")
    if fits:
        yield v.html("limits.perception")
        yield v.html("limits.drawn")
    yield v.html("limits.expectation")
    if any(driver.kind == "cycle" for driver in card.drivers):
        yield v.html("limits.cycle")
    yield v.html("limits.drivers")
    yield v.html("limits.fairness")
    yield v.html("limits.human")
