"""Commands whose help is looked up in the word list and whose work loads when it is called for.

The help of a command is ``help.<key>.text`` and ``help.<key>.short``; that of a parameter is
``help.<key>.<name>``, or ``help.option.<name>`` where several commands share it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any

import click

from leadline.cli.speech import can_say, say, width_of, wrapped
from leadline.errors import UsageError

# Packages that only some commands need, and the extra that installs them.
_EXTRA_OF = {"altair": "reports", "jinja2": "reports", "vl_convert": "reports"}


class Formatter(click.HelpFormatter):
    """Help pages whose lines are as wide as they look, in Chinese too."""

    def write_heading(self, heading: str) -> None:
        """Heading of a section, with the colon of the language."""
        self.write(f"{'':>{self.current_indent}}{say('click.heading', heading=heading)}\n")

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The usage line."""
        super().write_usage(prog, args, say("click.usage") if prefix is None else prefix)

    def write_text(self, text: str) -> None:
        """Paragraphs; one that is indented is an example and keeps its lines."""
        indent = " " * self.current_indent
        paragraphs = []
        for paragraph in text.strip("\n").split("\n\n"):
            example = paragraph.startswith("  ")
            lines = paragraph.splitlines() if example else wrapped(paragraph, self.width - len(indent))
            paragraphs.append("\n".join(indent + line for line in lines))
        self.write("\n\n".join(paragraphs) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Terms and what they mean, in two columns."""
        pairs = list(rows)
        first = min(max(width_of(term) for term, _ in pairs), col_max) + col_spacing
        indent = " " * self.current_indent
        for term, meaning in pairs:
            lines = wrapped(meaning, max(self.width - first - len(indent), 20))
            if width_of(term) + col_spacing <= first:
                gap = " " * (first - width_of(term))
                self.write(f"{indent}{term}{gap}{lines.pop(0)}".rstrip() + "\n")
            else:
                self.write(f"{indent}{term}\n")
            self.write("".join(f"{indent}{'':{first}}{line}\n" for line in lines))


class Context(click.Context):
    """A call, with help formatted as above."""

    formatter_class = Formatter


class Option(click.Option):
    """An option; a ``variadic`` one takes every word up to the next option."""

    def __init__(self, *declarations: str, variadic: bool = False, **attributes: Any) -> None:
        super().__init__(declarations, multiple=variadic or attributes.pop("multiple", False), **attributes)
        self.variadic = variadic

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Spelling and explanation."""
        record = super().get_help_record(ctx)
        if record is None:
            return None
        spelling, extra = record
        return spelling + (" ..." if self.variadic else ""), f"{_explained(ctx, self)} {extra}".rstrip()


class Argument(click.Argument):
    """A positional argument."""

    def __init__(self, declaration: str, **attributes: Any) -> None:
        super().__init__([declaration], **attributes)


def _explained(ctx: click.Context, parameter: click.Parameter) -> str:
    command = ctx.command
    own = f"help.{command.key}.{parameter.name}" if isinstance(command, (Command, Group)) else ""
    return say(own if own and can_say(own) else f"help.option.{parameter.name}")


class _Spoken(click.Command):
    """What a command and a group have in common: their words."""

    context_class = Context
    key: str

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; a fault knows which command it belongs to."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def get_short_help_str(self, limit: int = 45) -> str:
        """One line on what the command does."""
        return say(f"help.{self.key}.short")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command does, with examples."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(say(f"help.{self.key}.text"))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Arguments, then options."""
        arguments = [p for p in self.get_params(ctx) if isinstance(p, Argument)]
        if arguments:
            with formatter.section(say("click.arguments")):
                formatter.write_dl([(p.make_metavar(ctx), _explained(ctx, p)) for p in arguments])
        records = [p.get_help_record(ctx) for p in self.get_params(ctx) if not isinstance(p, Argument)]
        with formatter.section(say("click.options")):
            formatter.write_dl([record for record in records if record is not None])

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Nothing: they stand above the options, whichever version of click is installed."""


class Command(_Spoken):
    """A command whose work is the function ``run`` of a module, loaded when the command runs.

    ``run`` takes the parameters by name and returns the exit status, or nothing for 0.
    """

    def __init__(self, name: str, body: str, *params: click.Parameter, key: str | None = None) -> None:
        super().__init__(name, params=[*params, *common_options()], callback=self.run, add_help_option=False)
        self.key = key or name
        self.body = body

    def run(self, **parameters: Any) -> int:
        """Do the work."""
        module, _, function = self.body.partition(":")
        try:
            body = import_module(module)
        except ModuleNotFoundError as error:
            if error.name not in _EXTRA_OF:
                raise
            extra = _EXTRA_OF[error.name]
            fields = {"feature": f"leadline {self.name}", "package": error.name, "extra": extra}
            raise UsageError("errors.missing_extra", **fields) from error
        return getattr(body, function or "run")(**parameters) or 0

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, each word after a variadic option being a value of it."""
        return super().parse_args(ctx, self._spread(args))

    def _spread(self, args: Sequence[str]) -> list[str]:
        variadic = {o for p in self.params if isinstance(p, Option) and p.variadic for o in p.opts}
        spread: list[str] = []
        option = ""
        for word in args:
            if word.startswith("-"):
                option = word if word in variadic else ""
                spread.append(word)
            elif option and spread[-1] != option:
                spread += [option, word]
            else:
                spread.append(word)
        return spread


class Group(_Spoken, click.Group):
    """Commands under one name, listed in the order given."""

    command_class = Command

    def __init__(
        self,
        name: str,
        *commands: click.Command,
        params: Sequence[click.Parameter] = (),
        callback: Callable[..., Any] | None = None,
    ) -> None:
        super().__init__(
            name,
            callback=callback,
            commands=list(commands),
            params=[*params, *common_options()],
            add_help_option=False,
            no_args_is_help=True,
        )
        self.key = name

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, in the order of use."""
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Commands, then options."""
        with formatter.section(say("click.commands")):
            formatter.write_dl([(name, c.get_short_help_str()) for name, c in self.commands.items()])
        super(click.Group, self).format_options(ctx, formatter)


def _show_help(ctx: click.Context, _: click.Parameter, asked: object) -> None:
    if asked and not ctx.resilient_parsing:
        click.echo(ctx.get_help(), color=ctx.color)
        ctx.exit()


def common_options() -> list[click.Parameter]:
    """Options of every command.

    Their values are read from the arguments before parsing (:func:`leadline.cli.speech.manner_of`), so that
    a fault of usage is told in the right language and form; here they are only allowed.
    """
    return [
        Option("--language", type=click.Choice(["en", "zh"]), expose_value=False, metavar="en|zh"),
        Option("--json", "as_json", is_flag=True, expose_value=False),
        Option("--debug", is_flag=True, expose_value=False),
        Option("--help", is_flag=True, expose_value=False, is_eager=True, callback=_show_help),
    ]
