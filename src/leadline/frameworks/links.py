"""Rules about how the parts of a framework name each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from leadline.frameworks.framework import Framework
from leadline.frameworks.model import Competency, Item
from leadline.frameworks.nearest import spelling
from leadline.frameworks.reading import Reader
from leadline.frameworks.source import Keys

_OVERALL = "overall"
_MERGED = "colleagues"


def all_competencies(framework: Framework) -> Iterator[tuple[Keys, Competency]]:
    """Competencies of the framework and of the profiles not yet laid over it, with their place."""
    return _parts(framework, "competencies")


def all_items(framework: Framework) -> Iterator[tuple[Keys, Item]]:
    """Rating items of the framework and of the profiles not yet laid over it, with their place."""
    return _parts(framework, "items")


def _parts(framework: Framework, name: str) -> Iterator[tuple[Keys, Any]]:
    yield from _listed((name,), getattr(framework, name))
    for n, profile in enumerate(framework.profiles):
        if profile.id not in framework.applied:
            yield from _listed(("profiles", n, name), getattr(profile, name))


def _listed(keys: Keys, parts: Sequence[Any]) -> Iterator[tuple[Keys, Any]]:
    for n, part in enumerate(parts):
        yield (*keys, n), part


def check_identities(check: Reader, framework: Framework) -> None:
    """An id is given once among the parts that share a column of the evidence or of the results."""
    constructs = [*_listed(("factors",), framework.factors), *all_competencies(framework)]
    actions = [
        pair
        for keys, competency in all_competencies(framework)
        for pair in _listed((*keys, "actions"), competency.actions)
    ]
    questions = [*all_items(framework)]
    for name in ("exam", "outcomes"):
        questions += _listed((name,), getattr(framework, name))
    _once(check, constructs, reserved=(_OVERALL,))
    _once(check, actions)
    _once(check, questions)
    _once(check, _listed(("relationships",), framework.relationships), reserved=(_MERGED,))
    for name in ("bands", "areas", "stages", "profiles"):
        _once(check, _listed((name,), getattr(framework, name)))
    for n, profile in enumerate(framework.profiles):
        _once(check, _listed(("profiles", n, "steps"), profile.steps))


def _once(check: Reader, parts: Iterable[tuple[Keys, Any]], reserved: Sequence[str] = ()) -> None:
    first: dict[str, Keys] = {}
    for keys, part in parts:
        if part.id in reserved:
            check.note("reserved_id", (*keys, "id"), part.id)
        elif part.id in first:
            where = check.source.fault("", first[part.id])
            check.note("duplicate_id", (*keys, "id"), part.id, first=where.place)
        elif part.id:
            first[part.id] = keys


def check_references(check: Reader, framework: Framework) -> None:
    """Every id that is named is declared."""
    factors = [factor.id for factor in framework.factors]
    areas = [area.id for area in framework.areas]
    groups = [group.id for group in framework.relationships]
    competencies = [competency.id for competency in framework.competencies]
    for keys, competency in all_competencies(framework):
        _known(check, (*keys, "factor"), competency.factor, factors)
        _known(check, (*keys, "area"), competency.area, areas)
    for keys, item in all_items(framework):
        _known(check, (*keys, "competency"), item.competency, _in_reach(framework, keys))
        for n, group in enumerate(item.relationships):
            _known(check, (*keys, "relationships", n), group, groups)
    for n, question in enumerate(framework.exam):
        _known(check, ("exam", n, "competency"), question.competency, competencies)
    for n, outcome in enumerate(framework.outcomes):
        _known(check, ("outcomes", n, "factor"), outcome.factor, factors)
    for n, profile in enumerate(framework.profiles):
        for factor in profile.factor_weights:
            _known(check, ("profiles", n, "factor_weights", factor), factor, factors)
        missing = [factor for factor in factors if factor not in profile.factor_weights]
        if profile.factor_weights and missing and "" not in factors:
            check.note("factor_without_weight", ("profiles", n, "factor_weights"), missing=", ".join(missing))
        for name in ("competency_weights", "expectations"):
            for competency_id in getattr(profile, name):
                keys = ("profiles", n, name, competency_id)
                _known(check, keys, competency_id, _in_reach(framework, keys))
    profiles = [profile.id for profile in framework.profiles]
    for n, applied in enumerate(framework.applied):
        _known(check, ("applied", n), applied, profiles)


def _in_reach(framework: Framework, keys: Keys) -> list[str]:
    """Competencies that may be named at a place: the framework's, and in a profile its own too."""
    own = framework.profiles[int(keys[1])].competencies if keys[0] == "profiles" else ()
    return [competency.id for competency in (*framework.competencies, *own)]


def _known(check: Reader, keys: Keys, wanted: str | None, known: Sequence[str]) -> None:
    """Note an id that is not declared, unless a declared id could not be read and may be the one."""
    if wanted and wanted not in known and "" not in known:
        code, fields = spelling("{}_reference", wanted, known)
        check.note(code, keys, wanted, **fields)


def check_evidence(check: Reader, framework: Framework) -> None:
    """What is declared can be measured, and what is asked counts."""
    _anchors(check, framework)
    _exam_keys(check, framework)
    _kinds(check, framework)
    _competencies(check, framework)


def _anchors(check: Reader, framework: Framework) -> None:
    n_levels = framework.scale.max - framework.scale.min + 1
    if not check.is_sound("scale"):
        return
    for keys, item in all_items(framework):
        if len(item.anchors) != n_levels and check.is_sound(*keys, "anchors"):
            check.note("anchors", (*keys, "anchors"), len(item.anchors), n_levels=n_levels)


def _exam_keys(check: Reader, framework: Framework) -> None:
    for n, question in enumerate(framework.exam):
        if not question.options or not check.is_sound("exam", n, "options"):
            continue
        if len(question.options) < 2:
            check.note("too_few_options", ("exam", n, "options"), len(question.options))
        if question.key not in question.options and check.is_sound("exam", n, "key"):
            allowed = ", ".join(question.options)
            check.note("no_such_option", ("exam", n, "key"), question.key, allowed=allowed)


def _kinds(check: Reader, framework: Framework) -> None:
    factor_of = {part.id: part.factor for _, part in all_competencies(framework)}
    fed: Mapping[str, Collection[str | None]] = {
        "ratings": {factor_of.get(item.competency) for item in framework.items},
        "exam": {factor_of.get(question.competency) for question in framework.exam},
        "outcomes": {outcome.factor for outcome in framework.outcomes},
    }
    if not check.is_sound("competencies"):
        return
    for n, factor in enumerate(framework.factors):
        keys = ("factors", n, "kinds")
        declared: Collection[str] = factor.kinds
        for kind, fed_factors in fed.items():
            part = "items" if kind == "ratings" else kind
            if not check.is_sound(*keys) or not check.is_sound(part):
                continue
            if kind in declared and factor.id not in fed_factors:
                check.note("kind_without_evidence", (*keys, kind), factor=factor.id, part=part)
            if kind not in declared and factor.id in fed_factors:
                check.note("evidence_without_kind", keys, factor=factor.id, part=part, kind=kind)


def _competencies(check: Reader, framework: Framework) -> None:
    asked = {item.competency for _, item in all_items(framework)}
    asked |= {question.competency for question in framework.exam}
    by_outcomes = {factor.id for factor in framework.factors if set(factor.kinds) == {"outcomes"}}
    may_judge = check.is_sound("items") and check.is_sound("exam") and check.is_sound("factors")
    for keys, competency in all_competencies(framework):
        if (
            may_judge
            and competency.id
            and competency.id not in asked
            and competency.factor not in by_outcomes
        ):
            check.note("unasked_competency", keys, competency.id)
        useful = any(action.when in ("low", "any") for action in competency.actions)
        if not useful and check.is_sound(*keys, "actions"):
            check.note("no_action", (*keys, "actions"))
