"""An organisation's own framework, built from another by choosing competencies, rewording and weighing."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from math import fsum
from typing import Any, TypedDict

from leadline.errors import Fault
from leadline.workflows import Competency, Factor, Framework, Item, Profile, Text, check_framework


class Choices(TypedDict, total=False):
    """What was chosen; whatever is absent stays as in the base.

    ``competencies`` lists those kept; ``factor_weights`` are shares of 1 by factor; ``weights`` and
    ``expectations`` are by competency; ``wording`` maps ``competencies.<id>.title`` (or ``description``),
    ``items.<id>.text`` and ``items.<id>.anchors.<n>`` (from 0) to both languages.
    """

    competencies: list[str]
    factor_weights: dict[str, float]
    weights: dict[str, float]
    expectations: dict[str, float]
    wording: dict[str, dict[str, str]]


def tailored(
    base: Framework, choices: Choices, *, name: str, version: str, title: Text, released: date | None = None
) -> Framework:
    """The framework that choices make of a base; not yet checked.

    A factor of which no competency is kept goes, and so does a kind of evidence that nothing feeds any
    more: the shares that remain are brought back to a sum of 1. Profiles lose what they say about
    competencies and factors that went.

    Parameters
    ----------
    base : Framework
        Without profiles applied.
    choices : Choices
    name, version : str
        Identity of the result.
    title : Text
    released : date, optional
        Day of publication.

    Returns
    -------
    Framework
    """
    kept = set(choices.get("competencies", [c.id for c in base.competencies]))
    competencies = tuple(_chosen(c, choices) for c in base.competencies if c.id in kept)
    items = tuple(_asked(item, choices.get("wording", {})) for item in base.items if item.competency in kept)
    exam = tuple(question for question in base.exam if question.competency in kept)
    gone = {c.factor for c in base.competencies} - {c.factor for c in competencies}
    outcomes = tuple(outcome for outcome in base.outcomes if outcome.factor not in gone)
    factor_of = {c.id: c.factor for c in competencies}
    fed = {
        "ratings": {factor_of[item.competency] for item in items},
        "exam": {factor_of[question.competency] for question in exam},
        "outcomes": {outcome.factor for outcome in outcomes},
    }
    weights = choices.get("factor_weights", {})
    return replace(
        base,
        id=name,
        version=version,
        released=released,
        title=title,
        factors=tuple(_fed(factor, fed, weights) for factor in base.factors if factor.id not in gone),
        competencies=competencies,
        items=items,
        exam=exam,
        outcomes=outcomes,
        profiles=tuple(_of_kept(profile, set(factor_of), gone) for profile in base.profiles),
    )


def faults_of(framework: Framework) -> tuple[Fault, ...]:
    """Everything wrong with a framework by the rules of every framework file."""
    with tempfile.TemporaryDirectory() as folder:
        framework.save(folder)
        return check_framework(folder)


def _text(wording: Mapping[str, Mapping[str, str]], key: str, before: Text) -> Text:
    own = wording.get(key, {})
    return Text(own.get("en", before.en), own.get("zh", before.zh))


def _asked(item: Item, wording: Mapping[str, Mapping[str, str]]) -> Item:
    key = f"items.{item.id}"
    anchors = (_text(wording, f"{key}.anchors.{n}", anchor) for n, anchor in enumerate(item.anchors))
    return replace(item, text=_text(wording, f"{key}.text", item.text), anchors=tuple(anchors))


def _chosen(part: Competency, choices: Choices) -> Competency:
    wording, key = choices.get("wording", {}), f"competencies.{part.id}"
    return replace(
        part,
        title=_text(wording, f"{key}.title", part.title),
        description=_text(wording, f"{key}.description", part.description),
        weight=choices.get("weights", {}).get(part.id, part.weight),
        expectation=choices.get("expectations", {}).get(part.id, part.expectation),
    )


def _fed(factor: Factor, fed: Mapping[str, Collection[str]], weights: Mapping[str, float]) -> Factor:
    kinds = _to_one({kind: share for kind, share in factor.kinds.items() if factor.id in fed[kind]})
    return replace(factor, weight=weights.get(factor.id, factor.weight), kinds=kinds)


def _of_kept(profile: Profile, kept: Collection[str], gone: Collection[str]) -> Profile:
    own = tuple(competency for competency in profile.competencies if competency.factor not in gone)
    known = {*kept, *(competency.id for competency in own)}
    weights = {factor: share for factor, share in profile.factor_weights.items() if factor not in gone}
    return replace(
        profile,
        factor_weights=_to_one(weights),
        competency_weights={k: v for k, v in profile.competency_weights.items() if k in known},
        expectations={k: v for k, v in profile.expectations.items() if k in known},
        competencies=own,
        items=tuple(item for item in profile.items if item.competency in known),
    )


def _to_one(shares: Mapping[Any, float]) -> dict[Any, float]:
    """Shares brought back to a sum of 1; those that sum to 1 are left to the last digit."""
    total = fsum(shares.values())
    return dict(shares) if total in (0.0, 1.0) else {key: share / total for key, share in shares.items()}
