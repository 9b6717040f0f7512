"""The whole interface: every command, argument and option of ``leadline``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any, NoReturn

import click

from leadline import __version__
from leadline.cli.commands import Argument, Command, Group, Option
from leadline.cli.failures import report_unexpected, settled
from leadline.cli.output import write_document
from leadline.cli.speech import manner, manner_of, speaking

FORMULAS = ("geometric", "product", "arithmetic", "ces")
MODELS = ("rating-scale", "partial-credit", "generalized-partial-credit", "graded", "1pl", "2pl", "3pl")
METHODS = ("marginal",)
FIT_METHODS = ("marginal", "joint")
STOPPING = ("converged", "facets")


class Leadline(Group):
    """The root of the interface: chooses how to speak, and settles how the call ends."""

    # click declares one signature for each value of standalone_mode, which is fixed here.
    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run, then exit with the status of :func:`leadline.cli.failures.settled`."""
        arguments = sys.argv[1:] if args is None else list(args)
        extra["standalone_mode"] = False
        with speaking(manner_of(arguments)):
            status = settled(lambda: super(Leadline, self).main(args, prog_name or "leadline", **extra))
        sys.exit(status)


def _show_version(ctx: click.Context, _: click.Parameter, asked: object) -> None:
    if asked and not ctx.resilient_parsing:
        if manner().as_json:
            write_document({"version": __version__})
        else:
            click.echo(f"leadline {__version__}")
        ctx.exit()


@click.pass_context
def _share_seed(ctx: click.Context, seed: int | None) -> None:
    if seed is not None:
        ctx.default_map = {name: {"seed": seed} for name in leadline.commands}


def _seed() -> Option:
    return Option("--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="N")


def _out(**attributes: Any) -> Option:
    return Option("--out", metavar="DIR", **attributes)


def _framework() -> list[click.Parameter]:
    return [
        Option("--framework", metavar="ID", default="technical-leadership", show_default=True),
        Option("--profile", "profiles", metavar="ID", variadic=True),
    ]


class FormulaChoice(click.Choice[str]):
    """One of the formulas; also ``source``, as ``product`` was called before 0.2."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Its name of today."""
        return super().convert("product" if value == "source" else value, param, ctx)


def _formula() -> list[click.Parameter]:
    return [
        Option("--formula", type=FormulaChoice(FORMULAS), metavar="NAME"),
        Option("--rho", type=click.FLOAT, metavar="R"),
    ]


DEMO = Command(
    "demo",
    "leadline.cli.demo",
    Option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, metavar="N"),
    Option("--no-browser", is_flag=True),
    Option("--data", metavar="DIR", default="leadline-demo-data", show_default=True),
    Option("--fresh", is_flag=True),
    Option("--report", is_flag=True),
    _out(default="leadline-demo", show_default=True),
    _seed(),
)

SERVE = Command(
    "serve",
    "leadline.cli.serve",
    Option("--database", metavar="URL"),
    Option("--data", metavar="DIR"),
    Option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS"),
    Option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, metavar="N"),
)

AUDIT = Group(
    "audit",
    Command(
        "verify",
        "leadline.cli.audit:run_verify",
        Option("--data", metavar="DIR"),
        Option("--database", metavar="URL"),
        Option("--heads", metavar="DIR"),
        key="audit_verify",
    ),
)

ASSESS = Command(
    "assess",
    "leadline.cli.assess",
    Argument("source", metavar="DIR"),
    _out(required=True),
    *_framework(),
    *_formula(),
    Option("--cycle", metavar="NAME"),
    Option("--top", type=click.IntRange(min=1), metavar="K"),
    Option("--method", type=click.Choice(METHODS), default="marginal", show_default=True, metavar="NAME"),
    Option("--keep-good", is_flag=True),
    Option("--last-wins", is_flag=True),
    Option("--pdf", is_flag=True),
    Option("--rater-key", metavar="FILE"),
    _seed(),
)

COMPARE = Command(
    "compare",
    "leadline.cli.compare",
    Argument("out", metavar="OUT"),
    Option("--people", variadic=True, metavar="ID"),
    Option("--top", type=click.IntRange(min=2), metavar="K"),
)

SCORE = Command(
    "score",
    "leadline.cli.score",
    Argument("file", metavar="[FILE]", required=False),
    *(Option(f"--{short}", type=click.FLOAT, metavar="0-100") for short in ("te", "la", "bi", "pg")),
    *_formula(),
    Option("--weights", metavar="te=W,la=W,..."),
    *_framework(),
    _seed(),
)

FIT = Command(
    "fit",
    "leadline.cli.fit",
    Argument("file", metavar="FILE"),
    _out(required=True),
    Option("--model", type=click.Choice(MODELS), default="rating-scale", show_default=True, metavar="NAME"),
    Option("--method", type=click.Choice(FIT_METHODS), default="marginal", show_default=True, metavar="NAME"),
    *(
        Option(f"--{column}", metavar="COL", default=column, show_default=True)
        for column in ("ratee", "rater", "item", "rating")
    ),
    *(Option(f"--no-{column}", is_flag=True) for column in ("ratee", "rater", "item")),
    Option("--relationship", metavar="COL"),
    Option("--facet", "facets", metavar="COL", variadic=True),
    Option("--dimension", metavar="COL"),
    Option("--weight", metavar="COL"),
    Option("--anchor", metavar="FILE"),
    Option("--noncentered", metavar="FACET"),
    Option("--dif", metavar="COL"),
    Option("--stopping", type=click.Choice(STOPPING), default="converged", show_default=True, metavar="NAME"),
    Option("--threads", type=click.IntRange(min=1), metavar="N"),
    Option("--query", metavar="SQL"),
)

DESCRIBE = Command(
    "describe",
    "leadline.cli.describe",
    Argument("source", metavar="SOURCE"),
    Option("--query", metavar="SQL"),
)

FRAMEWORK = Group(
    "framework",
    Command("list", "leadline.cli.framework:run_list", key="framework_list"),
    Command(
        "show",
        "leadline.cli.framework:run_show",
        Argument("framework", metavar="ID"),
        Option("--profile", "profiles", metavar="ID", variadic=True),
        key="framework_show",
    ),
    Command(
        "check", "leadline.cli.framework:run_check", Argument("path", metavar="DIR"), key="framework_check"
    ),
    Command(
        "diff",
        "leadline.cli.framework:run_diff",
        Argument("before", metavar="A"),
        Argument("after", metavar="B"),
        key="framework_diff",
    ),
)

leadline = Leadline(
    "leadline",
    DEMO,
    SERVE,
    AUDIT,
    ASSESS,
    COMPARE,
    SCORE,
    FIT,
    DESCRIBE,
    FRAMEWORK,
    callback=_share_seed,
    params=[
        Option("--seed", type=click.IntRange(min=0), metavar="N"),
        Option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_show_version),
    ],
)


def main() -> None:
    """Run ``leadline`` as a program."""
    sys.excepthook = report_unexpected
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A name in Chinese on a terminal that cannot show it must not end the run.
            stream.reconfigure(errors="backslashreplace")
    leadline()
