"""The interface as a user meets it: help, usage, language, form and speed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from inspect import getsource

import click
import pytest
from click.testing import CliRunner

from leadline import __version__
from leadline.cli import leadline
from leadline.cli.commands import Command, Group
from leadline.cli.speech import CLICK_SAYS, width_of
from leadline.errors import has_words


def paths(group: Group, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [above]
    for name, command in group.commands.items():
        here = (*above, name)
        found += paths(command, here) if isinstance(command, Group) else [here]
    return found


PATHS = paths(leadline)
IDS = [" ".join(("leadline", *path)) for path in PATHS]


def command_at(path: tuple[str, ...]) -> Command | Group:
    command: click.Command = leadline
    for name in path:
        assert isinstance(command, Group)
        command = command.commands[name]
    assert isinstance(command, (Command, Group))
    return command


def run(*arguments: str, env: dict[str, str] | None = None) -> tuple[int, str, str]:
    result = CliRunner(env={"LEADLINE_LANG": None, "LC_ALL": "C.UTF-8", **(env or {})}).invoke(
        leadline, arguments
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", PATHS, ids=IDS)
def test_every_command_and_parameter_is_explained_in_both_languages(
    path: tuple[str, ...], language: str
) -> None:
    status, text, _ = run(*path, "--help", "--language", language)
    assert status == 0
    command = command_at(path)
    for kind in ("short", "text"):
        assert has_words(f"cli.help.{command.key}.{kind}", language)  # type: ignore[arg-type]  # en or zh
    for parameter in command.params:
        assert parameter.make_metavar(click.Context(command)) in text or parameter.opts[0] in text
    assert ("用法：" in text) == (language == "zh")


@pytest.mark.parametrize("path", PATHS, ids=IDS)
def test_chinese_help_has_no_english_sentence_in_it(path: tuple[str, ...]) -> None:
    _, text, _ = run(*path, "--help", "--language", "zh")
    prose = [line for line in text.splitlines() if not line.startswith(("    leadline", "用法"))]
    assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{3,}", "\n".join(prose))


@pytest.mark.parametrize("path", PATHS, ids=IDS)
def test_no_help_line_but_an_example_is_wider_than_a_terminal(path: tuple[str, ...]) -> None:
    for language in ("en", "zh"):
        _, text, _ = run(*path, "--help", "--language", language)
        assert all(width_of(line) <= 80 for line in text.splitlines() if not line.startswith("    leadline"))


USAGE = [
    (("nothing",), "没有命令", "No such command"),
    (("assess",), "缺少参数 DIR。", "Missing argument DIR."),
    (("assess", "x"), "缺少选项 --out。", "Missing option --out."),
    (("assess", "x", "--out", "y", "--odd"), "没有选项", "No such option"),
    (("assess", "x", "--out"), "需要一个值", "needs a value"),
    (("assess", "x", "--out", "y", "--seed", "x"), "不是数字", "not a number"),
    (("assess", "x", "--out", "y", "--seed", "-1"), "不在 x>=0 范围内", "not in the range"),
    (("assess", "x", "--out", "y", "--pdf=1"), "不带值", "takes no value"),
    (("assess", "x", "y", "z", "--out", "y"), "参数过多（y z）", "too many arguments (y z)"),
    (("assess", "x", "--out", "y", "--method", "magic"), "不是 'marginal'", "is not 'marginal'"),
    (("fit", "x", "--out", "y", "--method", "magic"), "不在可选值 'marginal', 'joint' 之中", "is not one of"),
    (("fit", "x", "--out", "y", "--model", "magic"), "可选值", "is not one of"),
    (("framework", "odd"), "没有命令", "No such command"),
]


@pytest.mark.parametrize(("arguments", "chinese", "english"), USAGE, ids=[" ".join(a) for a, _, _ in USAGE])
def test_faults_of_usage_are_told_in_the_language_of_the_call(
    arguments: tuple[str, ...], chinese: str, english: str
) -> None:
    for language, words in (("zh", chinese), ("en", english)):
        status, out, err = run(*arguments, env={"LEADLINE_LANG": language})
        assert (status, out) == (2, "")
        assert words in err
        assert "--help" in err


@pytest.mark.parametrize(("arguments", "chinese", "english"), USAGE, ids=[" ".join(a) for a, _, _ in USAGE])
def test_with_json_faults_of_usage_are_one_document(
    arguments: tuple[str, ...], chinese: str, english: str
) -> None:
    status, out, err = run("--json", *arguments, env={"LEADLINE_LANG": "en"})
    document = json.loads(out)
    assert (status, err) == (2, "")
    assert document["status"] == 2
    assert english in document["error"]["message"]


def test_the_language_may_be_asked_for_before_or_after_the_command() -> None:
    for arguments in (
        ("--language", "zh", "assess"),
        ("assess", "--language=zh"),
        ("assess", "--language", "zh"),
    ):
        assert "缺少参数" in run(*arguments)[2]


def test_an_unknown_language_is_refused() -> None:
    status, _, err = run("--language", "fr", "assess")
    assert status == 2
    assert "'fr' is not one of 'en', 'zh'" in err


def test_the_language_comes_from_the_environment_and_the_option_wins() -> None:
    assert "缺少参数" in run("assess", env={"LC_ALL": "zh_CN.UTF-8"})[2]
    assert "Missing argument" in run("assess", "--language", "en", env={"LEADLINE_LANG": "zh"})[2]


def test_a_bare_call_shows_what_there_is() -> None:
    status, _, err = run()
    assert status == 2
    assert "assess" in err


def test_the_version_is_printed_plain_and_as_json() -> None:
    assert run("--version") == (0, f"leadline {__version__}\n", "")
    assert json.loads(run("--json", "--version")[1]) == {"version": __version__}


def test_several_words_follow_a_variadic_option() -> None:
    command = command_at(("compare",))
    assert isinstance(command, Command)
    with command.make_context("compare", ["out", "--people", "ada", "lin", "--top", "3"]) as ctx:
        assert ctx.params == {"out": "out", "people": ("ada", "lin"), "top": 3}


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\nfrom leadline.cli import leadline\n"
        "try:\n    leadline(['assess', '--help'])\nexcept SystemExit:\n"
        "    print(sorted({'numpy', 'polars', 'rich', 'scipy', 'numba', 'altair'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_click_still_says_what_the_word_list_translates() -> None:
    modules = (click.core, click.exceptions, click.formatting, click.parser, click.types)
    source = "".join(getsource(module) for module in modules)
    for message in CLICK_SAYS:
        assert f'"{message}"' in source, message


def test_shell_completion_knows_the_commands() -> None:
    environment = {"_LEADLINE_COMPLETE": "bash_complete", "COMP_WORDS": "leadline fra", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "leadline"], capture_output=True, text=True, env=environment, check=False
    )
    assert "framework" in done.stdout
