"""What holds for every framework: it survives its file, profiles commute, changes are complete."""

from __future__ import annotations

import tempfile
from copy import deepcopy
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.frameworks.small import small, tables, write

from leadline.frameworks import (
    Framework,
    Profile,
    Text,
    check_framework,
    diff_frameworks,
    load_framework,
)

LETTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.text(LETTERS, min_size=1, max_size=12).filter(str.strip)
TEXTS = st.builds(Text, WORDS, WORDS)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0)  # no -0.0


@st.composite
def weights(draw: st.DrawFn, names: tuple[str, ...]) -> dict[str, float]:
    parts = draw(st.lists(st.integers(1, 20), min_size=len(names), max_size=len(names)))
    return {name: part / sum(parts) for name, part in zip(names, parts, strict=True)}


@st.composite
def profiles(draw: st.DrawFn, base: Framework) -> Profile:
    competencies = [part.id for part in base.competencies]
    factors = tuple(factor.id for factor in base.factors)
    return replace(
        draw(st.sampled_from(base.profiles)),
        title=draw(TEXTS),
        factor_weights=draw(st.just({}) | weights(factors)),
        competency_weights=draw(st.dictionaries(st.sampled_from(competencies), st.floats(0.01, 100))),
        expectations=draw(st.dictionaries(st.sampled_from(competencies), st.floats(0, 100))),
    )


@st.composite
def frameworks(draw: st.DrawFn) -> Framework:
    """The small framework with every text, number, order and profile left to chance."""
    base = BASE
    shares = draw(weights(tuple(factor.id for factor in base.factors)))
    items = [
        replace(
            item,
            text=draw(TEXTS),
            difficulty=draw(st.none() | NUMBERS),
            anchors=tuple(draw(TEXTS) for _ in item.anchors),
        )
        for item in draw(st.permutations(base.items))
    ]
    options = draw(st.dictionaries(WORDS, TEXTS, min_size=2, max_size=4))
    exam = replace(
        base.exam[0], options=options, key=draw(st.sampled_from(sorted(options))), topic=draw(WORDS)
    )
    first, second = draw(profiles(base)), draw(profiles(base))
    return replace(
        base,
        released=draw(st.none() | st.dates(min_value=date(1000, 1, 1))),
        title=draw(TEXTS),
        factors=tuple(
            replace(factor, weight=shares[factor.id], kinds=draw(weights(tuple(factor.kinds))))
            for factor in base.factors
        ),
        competencies=tuple(
            replace(part, expectation=draw(st.floats(0, 100)), weight=draw(st.floats(0.01, 100)))
            for part in base.competencies
        ),
        items=tuple(items),
        exam=(exam,),
        profiles=(first,) if first.id == second.id else (first, second),
    )


with tempfile.TemporaryDirectory() as _folder:
    BASE = small(Path(_folder))


def saved_and_loaded(framework: Framework) -> Framework:
    with tempfile.TemporaryDirectory() as folder:
        framework.save(folder)
        return load_framework(folder)


@given(frameworks())
@settings(max_examples=60, deadline=None)
def test_every_framework_loads_back_equal_from_its_file(framework: Framework) -> None:
    again = saved_and_loaded(framework)
    assert again == framework
    assert again.hash == framework.hash


@given(frameworks())
@settings(max_examples=60, deadline=None)
def test_profiles_commute_keep_the_rules_and_survive_the_file(framework: Framework) -> None:
    names = [profile.id for profile in framework.profiles]
    applied = framework.with_profiles(*names)
    assert applied == framework.with_profiles(*reversed(names))
    assert saved_and_loaded(applied) == applied


@given(frameworks(), frameworks())
@settings(max_examples=60, deadline=None)
def test_there_are_changes_exactly_where_frameworks_differ_and_they_reverse(
    one: Framework, other: Framework
) -> None:
    forward, back = diff_frameworks(one, other), diff_frameworks(other, one)
    assert (forward == ()) == (one == other) == (one.hash == other.hash)
    assert diff_frameworks(one, deepcopy(one)) == ()
    assert {(change.path, change.kind in ("added", "removed")) for change in forward} == {
        (change.path, change.kind in ("added", "removed")) for change in back
    }
    for change in forward:
        assert change.describe("en") != change.describe("zh")


ODD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(allow_nan=True),
    st.text(LETTERS, max_size=3),
    st.just([]),
    st.just({}),
    st.just([{}]),
    st.just([[1]]),
    st.just({"en": 1}),
    st.dates(),
)


def spoil(draw: st.DrawFn, part: Any) -> None:
    """Replace, delete or add one thing somewhere below."""
    keys = list(part) if isinstance(part, dict) else list(range(len(part)))
    if not keys:
        return
    key = draw(st.sampled_from(keys))
    if isinstance(part[key], dict | list) and part[key] and draw(st.integers(0, 3)):
        spoil(draw, part[key])
        return
    odd = deepcopy(draw(ODD_VALUES))  # a later change must not reach into the strategy
    if odd is None:
        del part[key]
    elif isinstance(part, dict) and draw(st.booleans()):
        part[draw(st.text(LETTERS, max_size=6))] = odd
    else:
        part[key] = odd


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_is_spoilt_gives_faults_in_both_languages_and_never_a_crash(data: st.DataObject) -> None:
    content = tables()
    for _ in range(data.draw(st.integers(1, 3))):
        spoil(data.draw, content)
    with tempfile.TemporaryDirectory() as folder:
        faults = check_framework(write(Path(folder), content))
        for fault in faults:
            assert fault.describe("en") != fault.describe("zh")
        if not faults:
            assert saved_and_loaded(load_framework(folder)) == load_framework(folder)


def test_the_format_names_no_type_that_reading_does_not_know() -> None:
    """Every field of every part is text, number, date, truth value, word, list, mapping or part."""
    seen: set[Any] = set()
    waiting: list[Any] = [Framework]
    while waiting:
        kind = waiting.pop()
        if kind in seen:
            continue
        seen.add(kind)
        if is_dataclass(kind):
            waiting.extend(get_type_hints(kind)[part.name] for part in fields(kind))
        elif get_origin(kind) not in (None, Literal):
            waiting.extend(part for part in get_args(kind) if part not in (type(None), Ellipsis))
    plain = {kind for kind in seen if get_origin(kind) is None and not is_dataclass(kind)}
    assert plain == {str, int, float, bool, date}
