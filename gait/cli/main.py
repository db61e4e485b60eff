"""The ``gait`` command: a table of commands loaded when called, and where errors become exit codes.

A command is a module of this package with a typer-annotated function ``command`` (or, for a group, a
``typer.Typer`` called ``app``). It parses, calls the library and prints; it raises `GaitError` and never
exits by itself. Results go to stdout, everything else to stderr.
"""

from __future__ import annotations

import errno
import gc
import importlib
import inspect
import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from gait import __version__
from gait.errors import GaitError, UsageError
from gait.text import printable

__all__ = ["COMMANDS", "main", "one_line"]

DONE, BUG, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130  # exit codes: the contract's, and 128 + SIGINT
LONGEST_LINE = 1000
"""Characters of a message (chosen: more than any of ours, less than a name can have)."""

COMMANDS: dict[str, tuple[str, str]] = {
    "report": ("gait.cli.commands.report", "Analyse a recording and write its report."),
    "analyze": ("gait.cli.commands.analyze", "Strides and metrics only, as CSV and JSON."),
    "doctor": ("gait.cli.commands.doctor", "What is wrong with a file, and the corrected one."),
    "replay": ("gait.cli.commands.replay", "Play a recording through the live engine."),
    "convert": ("gait.cli.commands.convert", "Any program's table as a recording."),
    "compare": ("gait.cli.commands.compare", "Two sessions side by side: what changed for sure."),
    "checkin": ("gait.cli.commands.checkin", "How the days went; moves the plan on."),
    "batch": ("gait.cli.commands.batch", "Many sessions into tables, on many processes."),
    "export": ("gait.cli.commands.export", "A session as a BIDS data set with motion data."),
    "history": ("gait.cli.commands.history", "What is kept of a runner: list, trend, forget."),
    "live": ("gait.cli.commands.live", "Record, and see the run as it happens in the browser."),
    "record": ("gait.cli.commands.record", "Record a session from sensors over Bluetooth."),
    "scan": ("gait.cli.commands.scan", "List the sensors near by."),
    "sensors": ("gait.cli.commands.sensors", "The sensor families, what each can and cannot."),
    "fetch-log": ("gait.cli.commands.fetch_log", "A run that a sensor kept in its own memory."),
    "recover": ("gait.cli.commands.recover", "Recordings from the journal of a broken-off session."),
    "plan": ("gait.cli.commands.plan", "Make an exercise plan from answers, without a recording."),
    "explain": ("gait.cli.commands.explain", "Why each recommendation was made, and others not."),
    "rules": ("gait.cli.commands.rules", "List and check the coaching rules."),
    "simulate": ("gait.cli.commands.simulate", "Make a virtual run whose every event is known."),
    "validate": ("gait.cli.commands.validate", "Errors of the strides against a truth file."),
    "virtual-sensor": ("gait.cli.commands.virtual_sensor", "Play a sensor over a virtual or a real radio."),
}
"""Command -> (module, one line of help), in the order that ``gait --help`` shows them."""

COLLECT_AFTER = 50_000
"""Objects made and kept until Python looks for cycles among them (chosen: with its own 700 it looks some 500
times while modules are imported, 0.08 s of a report)."""

WITHOUT_PLUGINS = ("checkin", "history", "recover", "plan", "rules", "simulate", "virtual-sensor")
"""Commands in which no detector, driver, importer or section is at work."""


class _LazyGroup(TyperGroup):
    """A group that knows its commands' names and helps, and imports one only when it is called."""

    def __init__(self, **attrs: Any) -> None:  # noqa: ANN401 - passed through to typer
        super().__init__(**attrs)
        self.commands = {name: TyperCommand(name=name, help=line) for name, (_, line) in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - typer's types are private
        if args and args[0] in COMMANDS:
            self.commands[args[0]] = _load(args[0])
        return super().resolve_command(ctx, args)


def _load(name: str) -> Any:  # noqa: ANN401 - typer's type is private
    """Import one command's module and build the command from its function or its app."""
    module_name, line = COMMANDS[name]
    module = importlib.import_module(module_name)
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        app.command(name=name, help=_help(module.command) or line)(module.command)
    app.pretty_exceptions_enable = False
    command = typer.main.get_command(app)
    command.name = name
    if name not in WITHOUT_PLUGINS:
        command.params.append(_plugins_option())
    return command


def _plugins_option() -> Any:  # noqa: ANN401 - typer's type is private
    """Return the option of all commands in which they are at work: which plugins are taken up."""

    def none(
        plugins: Annotated[
            list[str] | None,
            typer.Option(
                "--plugins",
                metavar="NAME",
                help="Take up plugins of this name or package; can be given again.",
                is_eager=True,
            ),
        ] = None,
    ) -> None:
        """Carry the option."""

    app = typer.Typer(add_completion=False)
    app.command()(none)
    option = next(param for param in typer.main.get_command(app).params if param.name == "plugins")
    option.callback, option.expose_value = _take_up, False
    return option


def _take_up(_context: object, _option: object, names: Sequence[str] | None) -> None:
    """Take up the plugins named, and say which are broken."""
    if not names:
        return
    from gait.plugins import use

    for fault in use(name.strip() for text in names for name in text.split(",") if name.strip()):
        _say(f"{fault.plugin}: left out ({fault.fault})")


def _help(function: object) -> str:
    """Return the part of a numpydoc docstring that speaks to users: all before the first section."""
    return (inspect.getdoc(function) or "").split("\nParameters\n---", maxsplit=1)[0].strip()


def _show_version(*, verbose: bool) -> None:
    """Print the version, and on request the plugins installed and whether each can be loaded."""
    typer.echo(f"gait {__version__}")
    if not verbose:
        return
    from gait.plugins import fault_of, installed

    typer.echo(f"Python {sys.version.split()[0]}")
    for plugin in installed():
        fault = fault_of(plugin)
        typer.echo(one_line(f"plugin: {plugin}{f': broken, {fault.fault}' if fault else ''}"))


def _version_asked(value: bool) -> None:
    if value:
        _show_version(verbose=False)
        raise typer.Exit


def _root(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and exit.", callback=_version_asked, is_eager=True),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="With --version: the plugins that are installed too.")
    ] = False,
) -> None:
    """Measure running gait with a sensor on the shoe or the shank: record, analyse, report.

    Start with: gait report PATH
    """
    del version  # its callback has shown it
    if context.invoked_subcommand is None:
        raise UsageError("no command", todo="see: gait --help")
    if verbose:
        raise UsageError("goes with --version", where="--verbose")


def _app() -> typer.Typer:
    app = typer.Typer(cls=_LazyGroup, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.callback(invoke_without_command=True)(_root)
    return app


def one_line(text: str) -> str:
    r"""Return text fit for one terminal line; untrusted names may hold escapes, line breaks, lone surrogates.

    Examples
    --------
    >>> one_line("run\x1b[2J\n.csv")
    'run�[2J .csv'
    """
    joined = " ".join(text.split())
    if len(joined) > LONGEST_LINE:
        joined = f"{joined[: LONGEST_LINE // 2]}...{joined[-LONGEST_LINE // 2 :]}"
    return printable(joined)


def _say(text: str) -> None:
    """Put one line on stderr, whatever state stderr is in."""
    try:
        print(f"gait: {one_line(text)}", file=sys.stderr, flush=True)
    except (OSError, ValueError):
        return


def _os_error_text(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename else reason


def _usage_text(error: Any) -> str:  # noqa: ANN401 - typer's usage errors share no public type across versions
    context = getattr(error, "ctx", None)
    hint = f"; see: {context.command_path} --help" if context is not None else ""
    message = error.format_message().replace("Value error, ", "").rstrip(".")
    return f"{message}{hint}"


def _hush() -> None:
    """Point stdout at nothing, so that the interpreter's last flush does not complain about a closed pipe."""
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)
    except (OSError, ValueError, AttributeError):
        return


def _is_closed_pipe(error: BaseException | None) -> bool:
    return isinstance(error, BrokenPipeError) or (isinstance(error, OSError) and error.errno == errno.EPIPE)


def _run(argv: Sequence[str]) -> int:
    """Carry out a command line; errors come out as exceptions."""
    if set(argv) == {"--version", "--verbose"}:
        _show_version(verbose=True)
        return DONE
    command = typer.main.get_command(_app())
    result = command.main(args=list(argv) or ["--help"], prog_name="gait", standalone_mode=False)
    sys.stdout.flush()
    return result if isinstance(result, int) else DONE


def _report_bug(error: BaseException) -> int:
    traceback.print_exception(error)
    _say("this is a bug, not your input; please report it with the lines above and the command you ran")
    return BUG


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 1 a bug, 2 bad usage or input, 130 after Ctrl-C.

    Parameters
    ----------
    argv
        Arguments without the program's name; those of the process by default.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A console that lacks a sign shows a question mark instead of stopping the program.
        sys.stdout.reconfigure(errors="replace")
    try:
        return _run(sys.argv[1:] if argv is None else argv)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except GaitError as error:
        _say(str(error))
        return BAD_INPUT
    except SystemExit as stop:
        if _is_closed_pipe(stop.__context__):
            _hush()
            return DONE
        return stop.code if isinstance(stop.code, int) else DONE
    except Exception as error:  # noqa: BLE001 - the one place that turns errors into exit codes
        return _unexpected(error)


def _unexpected(error: Exception) -> int:
    """Sort what is neither a `GaitError` nor an exit: usage, a closed pipe, the file system, a bug."""
    if _is_closed_pipe(error):
        _hush()
        return DONE
    if hasattr(error, "format_message"):
        _say(_usage_text(error))
        return BAD_INPUT
    if isinstance(error, OSError):
        _say(_os_error_text(error))
        return BAD_INPUT
    return _report_bug(error)


def script() -> NoReturn:
    """Run the ``gait`` script, and ``python -m gait``."""
    gc.set_threshold(COLLECT_AFTER)
    code = main()
    # Python's end would search all objects for cycles once more, 0.06 s; the process ends with them.
    gc.freeze()
    sys.exit(code)
