"""Profiles laid over a framework: what each changes, and that their order does not matter."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.frameworks.small import small

from leadline.errors import UsageError
from leadline.frameworks import load_framework


def test_one_profile_gives_its_own_weights_expectations_and_multipliers(tmp_path: Path) -> None:
    applied = small(tmp_path).with_profiles("master")
    assert [factor.weight for factor in applied.factors] == pytest.approx([0.3, 0.7])
    assert [(part.weight, part.expectation) for part in applied.competencies] == [(1.0, 80.0), (2.0, 50.0)]
    assert applied.applied == ("master",)


def test_a_profile_adds_its_competencies_and_items_after_the_framework_s_own(tmp_path: Path) -> None:
    applied = small(tmp_path).with_profiles("boats")
    assert [part.id for part in applied.competencies] == ["cutting", "joining", "sealing"]
    assert [item.id for item in applied.items] == ["cutting_1", "joining_1", "sealing_1", "cutting_2"]
    assert [item.id for item in applied.items_of("cutting")] == ["cutting_1", "cutting_2"]


def test_two_profiles_multiply_their_shifts_and_the_highest_expectation_holds(tmp_path: Path) -> None:
    applied = small(tmp_path).with_profiles("master", "boats")
    # (0.3 x 0.8 / 0.6) : (0.7 x 0.2 / 0.4) = 0.4 : 0.35
    assert [factor.weight for factor in applied.factors] == pytest.approx([0.4 / 0.75, 0.35 / 0.75])
    assert applied.competency("joining").weight == 3.0
    assert applied.competency("cutting").expectation == 80.0
    assert applied.competency("joining").expectation == 50.0


def test_the_order_of_profiles_does_not_matter_and_a_repeated_one_counts_once(tmp_path: Path) -> None:
    framework = small(tmp_path)
    one, other = (
        framework.with_profiles("master", "boats"),
        framework.with_profiles("boats", "master", "boats"),
    )
    assert one == other
    assert one.hash == other.hash != framework.hash
    assert one.applied == ("master", "boats")


def test_no_profile_leaves_the_framework_as_it_is(tmp_path: Path) -> None:
    framework = small(tmp_path)
    assert framework.with_profiles() is framework


def test_a_framework_with_profiles_applied_loads_back_with_them(tmp_path: Path) -> None:
    applied = small(tmp_path).with_profiles("master", "boats")
    applied.save(tmp_path / "applied")
    assert load_framework(tmp_path / "applied") == applied


@pytest.mark.parametrize(("name", "near"), [("mastr", "master"), ("zzz", "")])
def test_an_unknown_profile_is_answered_with_the_nearest(tmp_path: Path, name: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        small(tmp_path).with_profiles(name)
    assert caught.value.fields["near"] == near
    assert "boats" in caught.value.describe("zh") or near in caught.value.describe("zh")


def test_profiles_are_applied_in_one_call_only(tmp_path: Path) -> None:
    applied = small(tmp_path).with_profiles("master")
    with pytest.raises(UsageError, match="master") as caught:
        applied.with_profiles("boats")
    assert caught.value.code == "frameworks.profiles_applied"
