"""What a framework must hold beyond the form of its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import fsum

from leadline.frameworks.framework import Framework
from leadline.frameworks.links import all_competencies, check_evidence, check_identities, check_references
from leadline.frameworks.reading import Reader
from leadline.frameworks.source import Keys

_TOLERANCE = 1e-6


def check_rules(check: Reader, framework: Framework) -> None:
    """Note every broken rule; a part whose form is at fault is not judged a second time."""
    for rule in _RULES:
        rule(check, framework)


def _scale(check: Reader, framework: Framework) -> None:
    scale = framework.scale
    if not check.is_sound("scale"):
        return
    if scale.min >= scale.max:
        check.note("scale_order", ("scale", "max"), scale.max, min=scale.min)
        return
    values = [level.value for level in scale.levels]
    if values != [scale.min + n for n in range(len(values))] or values[-1] != scale.max:
        found = ", ".join(str(value) for value in values)
        check.note("scale_levels", ("scale", "levels"), found, min=scale.min, max=scale.max)


def _bands(check: Reader, framework: Framework) -> None:
    starts = [band.start for band in framework.bands]
    if starts and starts[0] != 0 and check.is_sound("bands", 0, "start"):
        check.note("first_band", ("bands", 0, "start"), starts[0])
    for n, (before, start) in enumerate(pairwise(starts), 1):
        if start <= before:
            check.note("band_order", ("bands", n, "start"), start, before=before)


def _relationships(check: Reader, framework: Framework) -> None:
    for n, group in enumerate(framework.relationships):
        if group.id == "self" and group.counts:
            check.note("self_counts", ("relationships", n, "counts"))
    if check.is_sound("relationships") and not any(group.counts for group in framework.relationships):
        check.note("nobody_counts", ("relationships",))


def _ranges(check: Reader, framework: Framework) -> None:
    """Comparisons are written so that the stand-in for an unreadable number, NaN, passes."""
    for keys, value, allowed, is_outside in _numbers(framework):
        if is_outside and check.is_sound(*keys):
            check.note("out_of_range", keys, value, allowed=allowed)


def _numbers(framework: Framework) -> Iterator[tuple[Keys, float, str, bool]]:
    level, rho = framework.score.level, framework.score.rho
    yield ("score", "level"), level, "0 < level < 1", level <= 0 or level >= 1
    yield ("score", "rho"), rho, "rho ≤ 1", rho > 1
    for name, least in vars(framework.disclosure).items():
        yield ("disclosure", name), least, "≥ 1", least < 1
    for n, group in enumerate(framework.relationships):
        yield ("relationships", n, "least"), group.least, "≥ 1", group.least < 1
    for n, band in enumerate(framework.bands):
        yield ("bands", n, "start"), band.start, "0–100", band.start < 0 or band.start >= 100
    for n, factor in enumerate(framework.factors):
        yield ("factors", n, "weight"), factor.weight, "> 0", factor.weight <= 0
        for kind, share in factor.kinds.items():
            yield ("factors", n, "kinds", kind), share, "> 0", share <= 0
    for keys, competency in all_competencies(framework):
        yield (*keys, "weight"), competency.weight, "> 0", competency.weight <= 0
        yield from _expectation((*keys, "expectation"), competency.expectation)
    for n, question in enumerate(framework.exam):
        yield ("exam", n, "max_score"), question.max_score, "≥ 1", question.max_score < 1
    for n, outcome in enumerate(framework.outcomes):
        yield ("outcomes", n, "weight"), outcome.weight, "> 0", outcome.weight <= 0
        yield ("outcomes", n, "se"), outcome.se, "0 < se ≤ 1", outcome.se <= 0 or outcome.se > 1
    yield from _profile_numbers(framework)


def _profile_numbers(framework: Framework) -> Iterator[tuple[Keys, float, str, bool]]:
    for n, profile in enumerate(framework.profiles):
        for name in ("factor_weights", "competency_weights"):
            for part, weight in getattr(profile, name).items():
                yield ("profiles", n, name, part), weight, "> 0", weight <= 0
        for part, expectation in profile.expectations.items():
            yield from _expectation(("profiles", n, "expectations", part), expectation)


def _expectation(keys: Keys, value: float) -> Iterator[tuple[Keys, float, str, bool]]:
    yield keys, value, "0–100", value < 0 or value > 100


def _sums(check: Reader, framework: Framework) -> None:
    _sum(check, ("factors",), [factor.weight for factor in framework.factors])
    for n, factor in enumerate(framework.factors):
        _sum(check, ("factors", n, "kinds"), list(factor.kinds.values()))
    for n, profile in enumerate(framework.profiles):
        _sum(check, ("profiles", n, "factor_weights"), list(profile.factor_weights.values()))


def _sum(check: Reader, keys: Keys, weights: Sequence[float]) -> None:
    total = fsum(weights)
    if weights and abs(total - 1) > _TOLERANCE:
        check.note("weights_sum", keys, f"{total:.6g}")


_RULES: Sequence[Callable[[Reader, Framework], None]] = (
    _scale,
    _bands,
    _relationships,
    _ranges,
    _sums,
    check_identities,
    check_references,
    check_evidence,
)
