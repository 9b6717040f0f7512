"""Every rule of the format: the fault, the file and the key path, and all of them at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.frameworks.small import competency, item, tables, text, write

from leadline.errors import FrameworkError, SourceError
from leadline.frameworks import check_framework, load_framework
from leadline.frameworks.source import read_source


def found(folder: Path, content: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    """Code without the room, key path and value of every fault; each can be told in both languages."""
    faults = check_framework(write(folder, content))
    for fault in faults:
        assert fault.place == "framework.toml"
        assert fault.describe("en") != fault.describe("zh")
    return [(fault.code.removeprefix("frameworks."), fault.column, fault.value) for fault in faults]


def spoil(content: dict[str, Any], path: str, value: object) -> None:
    """Set ``a.0.b`` in nested tables; the value ``...`` deletes it."""
    *above, last = (int(key) if key.isdigit() else key for key in path.split("."))
    part: Any = content
    for key in above:
        part = part[key]
    if value is ...:
        del part[last]
    else:
        part[last] = value


def test_the_small_framework_has_no_fault(tmp_path: Path) -> None:
    assert found(tmp_path, tables()) == []


@pytest.mark.parametrize(
    ("path", "value", "code", "column"),
    [
        ("title", ..., "missing_key", "title"),
        ("title.zh", ..., "missing_language", "title.zh"),
        ("title.zh", "  ", "empty_text", "title.zh"),
        ("title.fr", "Métier", "unknown_language", "title.fr"),
        ("title", "Craft", "not_table", "title"),
        ("titel", text("Craft"), "misspelt_key", "titel"),
        ("xyz", "red", "unknown_key", "xyz"),
        ("format", 2, "wrong_format", "format"),
        ("format", ..., "wrong_format", "format"),
        ("id", "Craft_1", "malformed_framework_id", "id"),
        ("version", "1.0", "malformed_version", "version"),
        ("released", "2026-01-31", "not_date", "released"),
        ("scale.max", 3.0, "not_whole_number", "scale.max"),
        ("scale.max", 1, "scale_order", "scale.max"),
        ("scale.levels.1.value", 3, "scale_levels", "scale.levels"),
        ("scale.levels.1.label.en", "", "empty_text", "scale.levels[2].label.en"),
        ("score.formula", "geometrical", "misspelt_word", "score.formula"),
        ("score.formula", "sum", "unknown_word", "score.formula"),
        ("score.level", 1, "out_of_range", "score.level"),
        ("score.rho", 1.5, "out_of_range", "score.rho"),
        ("score.map", "other/2", "unknown_word", "score.map"),
        ("bands", [], "empty_list", "bands"),
        ("bands", {}, "not_list", "bands"),
        ("bands.0.start", 5, "first_band", "bands[low].start"),
        ("bands.1.start", 0, "band_order", "bands[high].start"),
        ("bands.1.start", 100, "out_of_range", "bands[high].start"),
        ("relationships.1.id", "colleagues", "reserved_id", "relationships[colleagues].id"),
        ("relationships.0.counts", True, "self_counts", "relationships[self].counts"),
        ("relationships.1.counts", False, "nobody_counts", "relationships"),
        ("relationships.1.counts", 1, "not_truth", "relationships[peer].counts"),
        ("relationships.1.least", 0, "out_of_range", "relationships[peer].least"),
        ("disclosure", {"all": 0}, "out_of_range", "disclosure.all"),
        ("factors.0.weight", 0.5, "weights_sum", "factors"),
        ("factors.0.weight", "0.6", "not_number", "factors[skill].weight"),
        ("factors.0.weight", True, "not_number", "factors[skill].weight"),
        ("factors.0.id", "overall", "reserved_id", "factors[overall].id"),
        ("factors.0.kinds.exam", 0.4, "weights_sum", "factors[skill].kinds"),
        ("factors.0.kinds.outcomes", 0.0, "out_of_range", "factors[skill].kinds.outcomes"),
        ("factors.1.kinds", {"outcome": 1.0}, "misspelt_key", "factors[results].kinds.outcome"),
        (
            "factors.1.kinds",
            {"rating": 0.5, "outcomes": 0.5},
            "misspelt_key",
            "factors[results].kinds.rating",
        ),
        ("factors.1.kinds", {}, "empty_list", "factors[results].kinds"),
        ("competencies.0.id", "Cutting", "malformed_id", "competencies[Cutting].id"),
        ("competencies.1.id", ..., "missing_key", "competencies[2].id"),
        ("competencies.1.id", 7, "not_text", "competencies[2].id"),
        ("competencies.0.factor", "skil", "misspelt_reference", "competencies[cutting].factor"),
        ("competencies.0.area", "sea", "unknown_reference", "competencies[cutting].area"),
        ("competencies.0.weight", 0, "out_of_range", "competencies[cutting].weight"),
        ("competencies.0.expectation", 101, "out_of_range", "competencies[cutting].expectation"),
        ("competencies.0.actions", [], "no_action", "competencies[cutting].actions"),
        ("competencies.0.actions.0.when", "uncertain", "no_action", "competencies[cutting].actions"),
        (
            "competencies.0.actions.0.when",
            "lo",
            "misspelt_word",
            "competencies[cutting].actions[cutting_try].when",
        ),
        (
            "competencies.1.actions.0.id",
            "cutting_try",
            "duplicate_id",
            "competencies[joining].actions[cutting_try].id",
        ),
        ("items.1.competency", "joinin", "misspelt_reference", "items[joining_1].competency"),
        ("items.1.relationships", ["boss"], "unknown_reference", "items[joining_1].relationships[1]"),
        ("items.1.relationships", "peer", "not_list", "items[joining_1].relationships"),
        ("items.0.difficulty", float("inf"), "not_finite", "items[cutting_1].difficulty"),
        ("items.0.anchors", [text("One.")], "anchors", "items[cutting_1].anchors"),
        ("items.0.anchors.2", text("Three.", ""), "empty_text", "items[cutting_1].anchors[3].zh"),
        ("items.1.id", "cutting_1", "duplicate_id", "items[cutting_1].id"),
        ("exam.0.id", "cutting_1", "duplicate_id", "exam[cutting_1].id"),
        ("exam.0.key", "C", "no_such_option", "exam[exam_wood_1].key"),
        ("exam.0.key", ..., "no_such_option", "exam[exam_wood_1].key"),
        ("exam.0.options.B", ..., "too_few_options", "exam[exam_wood_1].options"),
        ("exam.0.max_score", 0, "out_of_range", "exam[exam_wood_1].max_score"),
        ("exam", ..., "kind_without_evidence", "factors[skill].kinds.exam"),
        ("outcomes", ..., "kind_without_evidence", "factors[results].kinds.outcomes"),
        ("factors.0.kinds", {"ratings": 1.0}, "evidence_without_kind", "factors[skill].kinds"),
        ("outcomes.0.factor", "skill", "evidence_without_kind", "factors[skill].kinds"),
        ("outcomes.0.rule", "percent", "unknown_word", "outcomes[goal_chairs].rule"),
        ("outcomes.0.se", 0, "out_of_range", "outcomes[goal_chairs].se"),
        ("outcomes.0.weight", -1, "out_of_range", "outcomes[goal_chairs].weight"),
        ("profiles.0.kind", "rol", "misspelt_word", "profiles[master].kind"),
        ("profiles.0.factor_weights.skill", 0.4, "weights_sum", "profiles[master].factor_weights"),
        (
            "profiles.0.factor_weights",
            {"skill": 1.0},
            "factor_without_weight",
            "profiles[master].factor_weights",
        ),
        (
            "profiles.0.competency_weights.joinin",
            1.0,
            "misspelt_reference",
            "profiles[master].competency_weights.joinin",
        ),
        (
            "profiles.0.competency_weights.joining",
            0.0,
            "out_of_range",
            "profiles[master].competency_weights.joining",
        ),
        ("profiles.0.expectations.sealing", 60, "unknown_reference", "profiles[master].expectations.sealing"),
        ("profiles.0.expectations.cutting", -1, "out_of_range", "profiles[master].expectations.cutting"),
        ("profiles.1.competencies.0.id", "skill", "duplicate_id", "profiles[boats].competencies[skill].id"),
        ("profiles.1.items.0.anchors", [text("One.")], "anchors", "profiles[boats].items[sealing_1].anchors"),
        ("profiles.1.id", "master", "duplicate_id", "profiles[master].id"),
        ("applied", ["master", "ships"], "unknown_reference", "applied[2]"),
    ],
)
def test_a_broken_rule_is_reported_at_its_place(
    tmp_path: Path, path: str, value: object, code: str, column: str
) -> None:
    content = tables()
    spoil(content, path, value)
    assert (code, column) in [(fault[0], fault[1]) for fault in found(tmp_path, content)]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("title.zh", ...),
        ("scale", "1-5"),
        ("scale.max", "three"),
        ("bands.1.start", "sixty"),
        ("factors.0.weight", "much"),
        ("factors.0.kinds.exam", "half"),
        ("factors.1.kinds", {"outcome": 1.0}),
        ("competencies.1.id", ...),
        ("items.0.anchors", "none"),
        ("items.0.anchors.0.en", ""),
        ("items.0", "cutting"),
        ("exam.0.options", "A or B"),
        ("outcomes.0.se", "small"),
    ],
)
def test_one_mistake_of_form_is_one_fault(tmp_path: Path, path: str, value: object) -> None:
    content = tables()
    spoil(content, path, value)
    assert len(found(tmp_path, content)) == 1


def test_a_misspelt_key_is_one_fault_and_not_a_missing_key_too(tmp_path: Path) -> None:
    content = tables()
    content["items"][0]["anchrs"] = content["items"][0].pop("anchors")
    assert found(tmp_path, content) == [("misspelt_key", "items[cutting_1].anchrs", None)]
    assert "'anchors'" in check_framework(tmp_path)[0].describe()


def test_every_kind_of_evidence_that_nothing_feeds_is_named(tmp_path: Path) -> None:
    content = tables()
    del content["items"], content["exam"]
    columns = [fault[1] for fault in found(tmp_path, content) if fault[0] == "kind_without_evidence"]
    assert columns == ["factors[skill].kinds.ratings", "factors[skill].kinds.exam"]


def test_a_competency_that_nothing_asks_about_is_a_fault_unless_outcomes_speak_for_its_factor(
    tmp_path: Path,
) -> None:
    content = tables()
    content["competencies"] += [competency("planing", "skill"), competency("delivery", "results")]
    assert found(tmp_path, content) == [("unasked_competency", "competencies[planing]", "planing")]


def test_all_faults_of_form_and_of_rules_come_together(tmp_path: Path) -> None:
    content = tables()
    spoil(content, "title.zh", ...)
    spoil(content, "bands.0.start", 10)
    spoil(content, "factors.0.weight", 0.5)
    spoil(content, "items.0.anchors", [text("One.")])
    spoil(content, "profiles.0.kind", "job")
    codes = [fault[0] for fault in found(tmp_path, content)]
    assert codes == ["missing_language", "unknown_word", "first_band", "weights_sum", "anchors"]


def test_loading_a_faulty_framework_raises_all_its_faults(tmp_path: Path) -> None:
    content = tables()
    spoil(content, "title.zh", ...)
    spoil(content, "factors.0.weight", 0.5)
    with pytest.raises(FrameworkError) as caught:
        load_framework(write(tmp_path, content))
    assert len(caught.value.faults) == 2
    assert caught.value.describe("zh").count("\n") == 2


def test_a_fault_names_the_file_and_the_line_of_its_element(tmp_path: Path) -> None:
    content = tables()
    items = [*content.pop("items"), item("cutting_3", "cutting", text=text(""))]
    write(tmp_path, content)
    write(tmp_path, {"format": 1, "items": items}, "items.toml")
    (fault,) = check_framework(tmp_path)
    lines = (tmp_path / "items.toml").read_text(encoding="utf-8").split("\n")
    headers = [n for n, line in enumerate(lines, 1) if line == "[[items]]"]
    assert (fault.place, fault.row, fault.column) == ("items.toml", headers[2], "items[cutting_3].text.en")


def test_an_element_without_id_is_counted_from_one_in_its_own_file(tmp_path: Path) -> None:
    content = tables()
    nameless = item("x", "cutting")
    del nameless["id"]
    write(tmp_path, content)
    write(tmp_path, {"items": [item("cutting_3", "cutting"), nameless]}, "more.toml")
    (fault,) = check_framework(tmp_path)
    assert (fault.place, fault.column) == ("more.toml", "items[2].id")


def test_headers_inside_a_long_text_give_no_line_rather_than_a_wrong_one(tmp_path: Path) -> None:
    written = 'note = """\n[[items]]\n"""\n[[items]]\nid = 3\n'
    (tmp_path / "a.toml").write_text(written, encoding="utf-8")
    assert read_source(tmp_path).fault("frameworks.not_text", ("items", 0, "id")).row is None


def test_a_key_given_in_two_files_is_a_fault_but_the_format_may_be_repeated(tmp_path: Path) -> None:
    write(tmp_path, tables())
    write(tmp_path, {"format": 1, "version": "1.0.0"}, "other.toml")
    (fault,) = check_framework(tmp_path)
    assert (fault.code, fault.place, fault.fields["first"]) == (
        "frameworks.given_twice",
        "other.toml",
        "framework.toml",
    )


def test_files_that_are_no_toml_or_no_utf8_are_reported_with_their_line_and_nothing_else(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.toml").write_text('id = "craft"\nversion = \n', encoding="utf-8")
    (tmp_path / "b.toml").write_bytes('title = "手艺"'.encode("gb18030"))
    (tmp_path / "c.toml").write_text("x = " + "9" * 5000, encoding="utf-8")
    (tmp_path / "d.toml").write_text("x = " + "[" * 5000, encoding="utf-8")
    faults = check_framework(tmp_path)
    assert [(fault.code.split(".")[1], fault.place, fault.row) for fault in faults] == [
        ("not_toml", "a.toml", 2),
        ("not_utf8", "b.toml", None),
        ("not_toml", "c.toml", None),
        ("not_toml", "d.toml", None),
    ]
    with pytest.raises(FrameworkError):
        load_framework(tmp_path)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    write(tmp_path, tables())
    file = tmp_path / "framework.toml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert check_framework(tmp_path) == ()


def test_a_number_too_large_for_a_measure_is_a_fault(tmp_path: Path) -> None:
    content = tables()
    spoil(content, "factors.0.weight", 10**400)
    assert found(tmp_path, content)[0][:2] == ("not_finite", "factors[skill].weight")


def test_a_scale_without_end_is_a_fault_and_costs_nothing(tmp_path: Path) -> None:
    content = tables()
    spoil(content, "scale.max", 10**15)
    assert ("scale_levels", "scale.levels") in [fault[:2] for fault in found(tmp_path, content)]


@pytest.mark.parametrize("kind", ["missing", "empty"])
def test_a_folder_without_a_framework_is_refused(tmp_path: Path, kind: str) -> None:
    folder = tmp_path if kind == "empty" else tmp_path / "nowhere"
    with pytest.raises(SourceError, match=r"no folder|no \.toml"):
        check_framework(folder)
