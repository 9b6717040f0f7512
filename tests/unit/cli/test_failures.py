"""How a call ends when something is wrong, whatever it was."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from tests.unit.cli.calling import call

from leadline.cli import leadline
from leadline.errors import EvidenceError, Fault, LeadlineError, ReportError, SourceError, UsageError

FIELDS = {"name": "model", "value": "x", "allowed": "a, b"}


@pytest.fixture
def describing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Make ``leadline describe`` fail in a given way."""

    def arrange(error: BaseException) -> None:
        def fail(**_: object) -> None:
            raise error

        monkeypatch.setattr(leadline.commands["describe"], "callback", fail)

    return arrange


def faulty(n: int, alike: int = 1) -> EvidenceError:
    faults = [
        Fault(
            "errors.no_such_option",
            f"table{at // alike}.csv",
            at + 2,
            "item",
            "x",
            fields={"name": "item", "allowed": "a"},
        )
        for at in range(n)
    ]
    return EvidenceError("workflows.faulty_anchors", place="acme", faults=faults)


@pytest.mark.parametrize("kind", [LeadlineError, SourceError, UsageError])
def test_bad_input_ends_with_2_and_says_what_to_do(
    describing: Callable[[BaseException], None], kind: type[LeadlineError]
) -> None:
    describing(kind("errors.no_such_option", **FIELDS))
    assert call("describe", "x") == (2, "", "Error: model: 'x' is not an option. Choose one of: a, b.\n")


def test_a_document_that_cannot_be_written_ends_with_1(describing: Callable[[BaseException], None]) -> None:
    describing(ReportError("errors.no_such_option", **FIELDS))
    assert call("describe", "x").status == 1


def test_all_faults_are_listed_each_on_its_line(describing: Callable[[BaseException], None]) -> None:
    describing(faulty(50))
    ended = call("describe", "x")
    assert ended.status == 2
    assert len(ended.err.splitlines()) == 51
    assert "  table49.csv, row 51, column item: item: 'x' is not an option." in ended.err


def test_beyond_fifty_faults_the_rest_is_counted(describing: Callable[[BaseException], None]) -> None:
    describing(faulty(73))
    lines = call("describe", "x").err.splitlines()
    assert len(lines) == 52
    assert lines[-1] == "  and 23 more; --json shows them all."
    assert (
        call("describe", "x", "--language", "zh").err.splitlines()[-1]
        == "  另有 23 处；用 --json 可查看全部。"
    )


def test_faults_of_one_kind_do_not_hide_those_of_another(describing: Callable[[BaseException], None]) -> None:
    describing(faulty(106, alike=100))
    lines = call("describe", "x").err.splitlines()
    assert [line.split(",")[0].strip() for line in lines[1:]].count("table0.csv") == 6
    assert lines[-2:] == [
        "  table0.csv, column item: 95 more like these; --json shows all.",
        "  table1.csv, column item: one more like these; --json shows all.",
    ]


def test_with_json_every_fault_is_in_the_document(describing: Callable[[BaseException], None]) -> None:
    describing(faulty(73))
    ended = call("describe", "x", "--json")
    document = json.loads(ended.out)
    assert (ended.status, ended.err, document["status"]) == (2, "", 2)
    assert len(document["error"]["faults"]) == 73
    assert document["error"]["faults"][0]["row"] == 2
    assert document["error"]["code"] == "workflows.faulty_anchors"


def test_an_error_is_told_in_chinese(describing: Callable[[BaseException], None]) -> None:
    describing(LeadlineError("errors.no_such_option", **FIELDS))
    assert call("describe", "x", "--language", "zh").err == "错误：model：“x”不是可用的选项。可选值：a, b。\n"


def test_what_the_system_refuses_ends_with_1_and_names_the_place(
    describing: Callable[[BaseException], None],
) -> None:
    describing(PermissionError(13, "Permission denied", "/out"))
    assert call("describe", "x") == (1, "", "Error: /out: Permission denied.\n")


def test_an_interruption_ends_with_130(describing: Callable[[BaseException], None]) -> None:
    describing(KeyboardInterrupt())
    ended = call("describe", "x")
    assert (ended.status, ended.out) == (130, "")
    assert ended.err.strip() == "Stopped. No half-written output is left behind."


PROGRAM = """
import sys
from leadline.cli import leadline, main

def fail(**_):
    raise RuntimeError("the moon fell down")

leadline.commands["describe"].callback = fail
sys.argv = ["leadline", "describe", "x", *sys.argv[1:]]
main()
"""


def unexpected(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=False
    )


def test_a_fault_of_the_program_ends_with_1_and_says_how_to_report_it() -> None:
    done = unexpected("--language", "en")
    assert (done.returncode, done.stdout) == (1, "")
    assert "RuntimeError: the moon fell down" in done.stderr
    assert "--debug" in done.stderr
    assert "Traceback" not in done.stderr


def test_with_debug_a_fault_of_the_program_shows_where_it_happened() -> None:
    done = unexpected("--debug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_with_json_a_fault_of_the_program_is_one_document() -> None:
    done = unexpected("--json")
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["error"]["code"] == "cli.unexpected"


def test_with_debug_an_error_of_the_input_shows_where_it_happened(
    describing: Callable[[BaseException], None],
) -> None:
    describing(UsageError("errors.no_such_option", **FIELDS))
    ended = call("describe", "x", "--debug")
    assert ended.status == 2
    assert "Traceback" in ended.err
