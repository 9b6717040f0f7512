"""Frameworks are found by id, version and folder; an unknown name is answered with the nearest."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.frameworks.small import small, tables, write

from leadline.errors import FrameworkError, LeadlineError, SourceError, UsageError
from leadline.frameworks import Framework, check_framework, list_frameworks, load_framework
from leadline.frameworks.catalogue import built_in_folders
from leadline.frameworks.versions import newest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Own frameworks: craft 1.2.0, 1.10.0 and a draft of 2.0.0."""
    for version in ("1.2.0", "1.10.0", "2.0.0-draft"):
        write(tmp_path / "craft" / version, {**tables(), "version": version})
    return tmp_path


def test_the_newest_released_version_is_loaded_by_default(folder: Path) -> None:
    assert load_framework("craft", folder=folder).version == "1.10.0"


@pytest.mark.parametrize("name", ["craft@1.2.0", "craft"])
def test_a_version_is_named_after_the_id_or_apart(folder: Path, name: str) -> None:
    assert load_framework(name, "1.2.0", folder=folder).version == "1.2.0"


def test_a_draft_is_loaded_when_it_is_named_or_alone(folder: Path) -> None:
    assert load_framework("craft@2.0.0-draft", folder=folder).version == "2.0.0-draft"
    assert newest(["0.1.0-draft", "0.1.0-alpha"]) == "0.1.0-draft"


def test_the_folder_of_own_frameworks_may_come_from_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADLINE_FRAMEWORKS", str(folder))
    assert load_framework("craft").id == "craft"
    assert "craft" in {summary.id for summary in list_frameworks()}


def test_a_version_folder_is_loaded_by_its_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "craft" / "1.2.0"
    monkeypatch.chdir(path)
    assert load_framework(path) == load_framework(str(path)) == load_framework(".")


@pytest.mark.parametrize(
    ("name", "version", "code", "near"),
    [
        ("crafts", None, "frameworks.misspelt_framework", "craft"),
        ("technical_leadership", None, "frameworks.misspelt_framework", "technical-leadership"),
        ("zzz", None, "frameworks.unknown_framework", ""),
        ("craft@1.2", None, "frameworks.misspelt_version", "1.2.0"),
        ("craft", "9", "frameworks.unknown_version", ""),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(
    folder: Path, name: str, version: str | None, code: str, near: str
) -> None:
    with pytest.raises(UsageError) as caught:
        load_framework(name, version, folder=folder)
    assert (caught.value.code, caught.value.fields["near"]) == (code, near)
    assert ("Did you mean" in caught.value.describe("en")) == bool(near)
    assert ("你是指" in caught.value.describe("zh")) == bool(near)


@pytest.mark.parametrize(
    ("name", "version", "code"),
    [
        ("craft@1.2.0", "1.10.0", "frameworks.two_versions"),
        ("./craft", "1.2.0", "frameworks.version_of_folder"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    folder: Path, name: str, version: str, code: str
) -> None:
    with pytest.raises(UsageError) as caught:
        load_framework(name, version, folder=folder)
    assert caught.value.code == code
    assert caught.value.describe("en") != caught.value.describe("zh")


def test_a_folder_of_own_frameworks_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no folder"):
        list_frameworks(tmp_path / "nowhere")


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    write(tmp_path, tables())
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(SourceError, match="Permission denied"):
        load_framework(tmp_path)


def test_an_own_framework_may_not_take_the_name_and_version_of_a_built_in_one(tmp_path: Path) -> None:
    built_in = built_in_folders()[0]
    name, version = built_in.parent.name, built_in.name
    write(tmp_path / name / version, {**tables(), "id": name, "version": version})
    with pytest.raises(UsageError) as caught:
        load_framework(f"{name}@{version}", folder=tmp_path)
    assert caught.value.code == "frameworks.two_of_one_name"
    assert str(tmp_path) in str(caught.value)


def test_a_framework_in_the_wrong_folder_is_a_fault_when_it_is_found_by_id(tmp_path: Path) -> None:
    write(tmp_path / "crafts" / "1.0.1", tables())
    with pytest.raises(FrameworkError) as caught:
        load_framework("crafts", folder=tmp_path)
    assert [(fault.code, fault.column) for fault in caught.value.faults] == [
        ("frameworks.misplaced", "id"),
        ("frameworks.misplaced", "version"),
    ]
    assert load_framework(tmp_path / "crafts" / "1.0.1").id == "craft"


def test_the_list_counts_what_is_in_a_framework_and_shows_a_faulty_one_with_its_faults(folder: Path) -> None:
    content = {**tables(), "version": "3.0.0"}
    del content["title"]
    write(folder / "craft" / "3.0.0", content)
    (folder / "broken" / "1").mkdir(parents=True)
    (folder / "broken" / "1" / "framework.toml").write_text("id =", encoding="utf-8")
    own = [summary for summary in list_frameworks(folder) if not summary.is_built_in]
    assert [(summary.id, summary.version, len(summary.faults)) for summary in own] == [
        ("broken", "1", 1),
        ("craft", "1.2.0", 0),
        ("craft", "1.10.0", 0),
        ("craft", "2.0.0-draft", 0),
        ("craft", "3.0.0", 1),
    ]
    good = own[1]
    assert (good.n_factors, good.n_competencies, good.n_items) == (2, 2, 2)
    assert (good.title["zh"], good.profiles, good.released) == ("手艺", ("master", "boats"), None)
    assert own[0].title["en"] == "broken"


@pytest.mark.parametrize("path", built_in_folders(), ids=lambda path: f"{path.parent.name}@{path.name}")
def test_a_framework_that_comes_with_leadline_has_no_fault(path: Path) -> None:
    assert [fault.describe() for fault in check_framework(path)] == []
    assert load_framework(f"{path.parent.name}@{path.name}").hash == load_framework(path).hash


@pytest.mark.parametrize("path", built_in_folders(), ids=lambda path: f"{path.parent.name}@{path.name}")
def test_every_profile_that_comes_with_leadline_gives_a_sound_framework(path: Path, tmp_path: Path) -> None:
    framework = load_framework(path)
    roles = [profile.id for profile in framework.profiles if profile.kind == "role"] or [None]
    industries = [profile.id for profile in framework.profiles if profile.kind == "industry"] or [None]
    pairs = [(role, industry) for role in roles for industry in industries]
    for n, pair in enumerate(pairs):
        applied = framework.with_profiles(*(name for name in pair if name))
        assert sum(factor.weight for factor in applied.factors) == pytest.approx(1)
        if n % len(industries) == n // len(industries) % len(industries):
            applied.save(tmp_path / str(n))
            assert load_framework(tmp_path / str(n)) == applied


def test_parts_are_found_by_id(tmp_path: Path) -> None:
    framework = small(tmp_path)
    assert framework.factor("skill").title["zh"] == "技能"
    assert framework.competency("cutting").area == "bench"
    assert framework.item("joining_1").relationships == ("peer",)
    assert [part.id for part in framework.competencies_of("skill")] == ["cutting", "joining"]
    assert [part.id for part in framework.items_of("skill")] == ["cutting_1", "joining_1"]
    assert [part.id for part in framework.items_of("joining")] == ["joining_1"]
    assert framework.items_of("results") == ()
    assert (framework.formula.name, framework.formula.rho) == ("geometric", 0.0)
    assert (framework.level, framework.map) == (0.9, "fair-average-share/1")
    assert (framework.disclosure.all, framework.disclosure.comments) == (4, 5)


@pytest.mark.parametrize(
    ("method", "wanted", "near"),
    [
        ("factor", "skil", "skill"),
        ("competency", "cuting", "cutting"),
        ("item", "zzz", ""),
        ("items_of", "x", ""),
    ],
)
def test_a_part_that_is_not_there_is_answered_with_the_nearest(
    tmp_path: Path, method: str, wanted: str, near: str
) -> None:
    with pytest.raises(LeadlineError) as caught:
        getattr(small(tmp_path), method)(wanted)
    assert caught.value.fields["near"] == near
    assert caught.value.describe("en") != caught.value.describe("zh")


def test_a_text_knows_its_languages_only(tmp_path: Path) -> None:
    title = small(tmp_path).title
    assert (title["en"], title["zh"]) == ("Craft", "手艺")
    with pytest.raises(KeyError):
        title["fr"]


def test_equal_frameworks_are_one_key_of_a_mapping(tmp_path: Path) -> None:
    one, other = small(tmp_path / "a"), small(tmp_path / "b")
    assert {one: 1}[other] == 1
    assert isinstance(one, Framework)
