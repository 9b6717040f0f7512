"""``leadline assess`` and ``leadline compare`` on a small organisation."""

from __future__ import annotations

import csv
import json
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.unit.cli.calling import call

from leadline.errors import ReportError
from leadline.frameworks import load_framework

LEADERS = ("ada", "bo", "cy", "di", "eve", "fay")
RATERS = ("mia", "ned", "ola", "pia", "quin", "rex")
SCORES = "ratee,construct,score,lower,upper,level,se,measure,n_raters,n_items,reliability,partial"
RANKING = "ratee,score,lower,upper,rank,rank_lower,rank_upper,p_best,p_top_k"


def write_evidence(folder: Path, *more: str) -> Path:
    """Six leaders rated by six colleagues on every item; better leaders come later in the alphabet."""
    rng = np.random.default_rng(0)
    framework = load_framework("technical-leadership")
    lines = ["ratee,rater,relationship,item,rating,cycle"]
    for p, ratee in enumerate(LEADERS):
        for r, rater in enumerate(RATERS):
            for item in framework.items:
                rating = np.clip(round(2.2 + 0.35 * p + 0.1 * r + rng.normal(0, 0.7)), 1, 5)
                lines.append(f"{ratee},{rater},{'manager' if r == 0 else 'peer'},{item.id},{rating},2026")
    folder.mkdir(parents=True)
    (folder / "ratings.csv").write_text("\n".join([*lines, *more, ""]))
    return folder


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_evidence(tmp_path_factory.mktemp("small") / "evidence")


@pytest.fixture(scope="module")
def out(evidence: Path) -> Path:
    folder = evidence.parent / "out"
    assert call("assess", evidence, "--out", folder).status == 0
    return folder


def test_the_promised_tables_have_the_promised_columns(out: Path) -> None:
    assert (out / "scores.csv").read_text().startswith(SCORES)
    assert (out / "ranking.csv").read_text().startswith(RANKING)
    assert {row["facet"].partition(":")[0] for row in read(out / "measures.csv")} == {
        "ratee",
        "rater",
        "item",
        "relationship",
    }


def test_the_ranking_is_printed_best_first_with_the_place_of_the_report(evidence: Path, out: Path) -> None:
    ended = call("assess", evidence, "--out", out)
    order = [line.split()[1] for line in ended.out.splitlines() if line[:6].strip().isdigit()]
    assert order == list(reversed(LEADERS))
    assert str(out / "report.html") in ended.out


def test_json_is_one_document_with_ranking_and_files(evidence: Path, tmp_path: Path) -> None:
    ended = call("assess", evidence, "--out", tmp_path / "out", "--json", "--top", "2")
    document = json.loads(ended.out)
    assert [row["ratee"] for row in document["ranking"]] == list(reversed(LEADERS))
    assert document["ranking"][0]["k"] == 2
    assert {"report.html", "manifest.json", "people/ada.html"} <= set(document["files"])
    assert all(notice["message"] for notice in document["notices"])


def test_reports_speak_the_language_of_the_call(evidence: Path, tmp_path: Path) -> None:
    call("assess", evidence, "--out", tmp_path / "out", "--language", "zh")
    for name in ("report.html", "people/ada.html"):
        assert '<html lang="zh' in (tmp_path / "out" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "fact"),
    [
        (("--formula", "arithmetic"), ("formula", {"name": "arithmetic", "rho": "0"})),
        (("--formula", "ces", "--rho", "-2"), ("formula", {"name": "ces", "rho": "-2"})),
        (("--seed", "7"), ("seed", 7)),
        (("--cycle", "2026"), ("cycle", "2026")),
    ],
)
def test_what_was_asked_for_is_in_the_manifest(
    evidence: Path, tmp_path: Path, options: tuple[str, ...], fact: tuple[str, object]
) -> None:
    assert call("assess", evidence, "--out", tmp_path / "out", *options).status == 0
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest[fact[0]] == fact[1]


def test_profiles_are_applied(evidence: Path, tmp_path: Path) -> None:
    ended = call("assess", evidence, "--out", tmp_path / "out", "--profile", "tech_lead", "fintech")
    assert ended.status == 0
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["framework"]["applied"] == ["tech_lead", "fintech"]


def test_a_rerun_gives_the_same_bytes_and_leaves_nothing_beside_it(evidence: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "leadline", "assess", str(evidence), "--out"]
    for name in ("one", "two", "two"):
        subprocess.run([*command, str(tmp_path / name)], check=True, capture_output=True)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file())
    assert len(files) > 10
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_keep_good_leaves_faulty_rows_out_and_lists_them_beside_the_output(tmp_path: Path) -> None:
    folder = write_evidence(
        tmp_path / "evidence", "ada,sam,peer,delivery_1,9,2026", "ada,sam,peer,nothing,3,2026"
    )
    refused = call("assess", folder, "--out", tmp_path / "out")
    assert refused.status == 2
    assert "ratings.csv, row 1586, column rating" in refused.err
    assert not (tmp_path / "out").exists()
    kept = call("assess", folder, "--out", tmp_path / "out", "--keep-good")
    assert kept.status == 0
    assert str(tmp_path / "rejected.csv") in kept.out
    rejected = read(tmp_path / "rejected.csv")
    assert [(row["table"], row["row"], row["column"]) for row in rejected] == [
        ("ratings", "1586", "rating"),
        ("ratings", "1587", "item"),
    ]
    assert all(row["reason"] for row in rejected)


def test_duplicates_are_a_fault_unless_the_last_wins(tmp_path: Path) -> None:
    folder = write_evidence(tmp_path / "evidence", "ada,mia,manager,delivery_1,5,2026")
    assert call("assess", folder, "--out", tmp_path / "out").status == 2
    assert call("assess", folder, "--out", tmp_path / "out", "--last-wins").status == 0


def test_raters_are_named_in_the_key_alone(evidence: Path, tmp_path: Path) -> None:
    key = tmp_path / "private.csv"
    ended = call("assess", evidence, "--out", tmp_path / "out", "--rater-key", key)
    assert ended.status == 0
    assert str(key) in ended.out
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert {row["rater"] for row in read(key)} == set(RATERS)
    # The ratings rise from mia to rex, so mia is the harshest.
    assert next(row["rater"] for row in read(key) if row["pseudonym"] == "R01") == "mia"
    elements = {row["element"] for row in read(tmp_path / "out" / "measures.csv") if "rater:" in row["facet"]}
    assert elements == {row["pseudonym"] for row in read(key)}


def test_a_key_inside_the_output_is_refused(evidence: Path, tmp_path: Path) -> None:
    ended = call("assess", evidence, "--out", tmp_path / "out", "--rater-key", tmp_path / "out" / "key.csv")
    assert ended.status == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--cycle", "2027"), "2027"),
        (("--framework", "technical-leadershp"), "technical-leadership"),
        (("--profile", "tech_led"), "tech_lead"),
        (("--formula", "arithmetic", "--rho", "1"), "rho"),
    ],
)
def test_options_that_do_not_fit_are_refused_and_leave_nothing(
    evidence: Path, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    ended = call("assess", evidence, "--out", tmp_path / "out", *options)
    assert (ended.status, ended.out) == (2, "")
    assert words in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_things_in_it_is_left_alone(evidence: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    ended = call("assess", evidence, "--out", tmp_path)
    assert ended.status == 2
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_two_people_are_compared_in_words_and_numbers(out: Path) -> None:
    ended = call("compare", out, "--people", "ada", "fay")
    assert ended.status == 0
    assert "fay is ahead of ada" in ended.out
    assert "Leadership ability" in ended.out
    assert "fay 领先 ada" in call("compare", out, "--people", "ada", "fay", "--language", "zh").out


def test_the_highest_are_compared_pair_by_pair(out: Path) -> None:
    document = json.loads(call("compare", out, "--top", "3", "--json").out)
    assert [one["ratee"] for one in document["people"]] == ["fay", "eve", "di"]
    text = call("compare", out, "--top", "3").out
    assert "Verdict" in text
    assert sum(line.count("ahead") + line.count("cannot be told apart") for line in text.splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Name two or more people"),
        (("--people", "ada", "bo", "--top", "2"), "Name two or more people"),
        (("--people", "ada"), ""),
        (("--people", "ada", "zoe"), "zoe"),
    ],
)
def test_comparisons_that_cannot_be_made_are_refused(
    out: Path, arguments: tuple[str, ...], words: str
) -> None:
    ended = call("compare", out, *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert words in ended.err


def test_only_an_assessment_can_be_compared(tmp_path: Path) -> None:
    ended = call("compare", tmp_path, "--top", "2")
    assert ended.status == 2
    assert "does not hold an assessment" in ended.err


def test_without_a_browser_a_pdf_fails_and_leaves_nothing(
    evidence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadline.reports.write.find_browser", _no_browser)
    ended = call("assess", evidence, "--out", tmp_path / "out", "--pdf")
    assert (ended.status, ended.out) == (1, "")
    assert list(tmp_path.iterdir()) == []


def _no_browser() -> str:
    raise ReportError("reports.no_browser")
