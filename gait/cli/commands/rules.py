"""``gait rules``: list the coaching rules, and check a pack of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gait.coaching.rules.load import Knowledge
    from gait.report.terminal.lines import Line

__all__ = ["app"]

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="List and check the coaching rules.",
)

Folder = Annotated[
    Path | None,
    typer.Argument(help="Folder of your own rules, on top of the built-in ones.", metavar="[DIR]"),
]


Unsafe = Annotated[
    bool, typer.Option("--unsafe", help="Let own rules weaken safety; every page then carries a mark.")
]


@app.command("copy")
def copy(
    folder: Annotated[Path, typer.Argument(help="New folder to write them into.", metavar="DIR")],
) -> None:
    """Copy the built-in rules into a folder, to read and to change."""
    from gait.coaching.rules.load import builtin_folder
    from gait.errors import UsageError
    from gait.files import write_text

    if folder.exists() and any(folder.iterdir()):
        raise UsageError("is not empty", where=folder, todo="name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(builtin_folder().glob("*.yaml")):
        write_text(folder / path.name, path.read_text(encoding="utf-8"))
    print(f"rules: {folder}; change them, then: gait rules check {folder}")


@app.command("check")
def check(folder: Folder = None, unsafe: Unsafe = False) -> None:
    """Check a rule pack: every problem with file and line; exit code 2 if there is one."""
    from gait.coaching.rules.load import check_pack, load_knowledge
    from gait.errors import KnowledgeError

    problems = check_pack(folder, unsafe=unsafe)
    if problems:
        for problem in problems:
            print(problem)
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        raise KnowledgeError(f"the rule pack has {count}", where=folder or "", todo="see the lines above")
    pack = load_knowledge(folder, unsafe=unsafe)
    print(f"sound: {_counts(pack)}")
    if pack.mark:
        print(pack.mark)


def _counts(pack: Knowledge) -> str:
    parts = (
        (pack.findings, "findings"),
        (pack.exercises, "exercises"),
        (pack.safety, "safety rules"),
        (pack.advice, "pieces of advice"),
        (pack.programme, "programme rules"),
        (pack.sources, "sources"),
    )
    return ", ".join(f"{len(entries)} {name}" for entries, name in parts)


@app.command("list")
def list_rules(
    folder: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole pack as JSON.")] = False,
) -> None:
    """List every rule with its grade of evidence and its sources."""
    from gait.cli.text_page import show
    from gait.coaching.rules.load import load_knowledge

    pack = load_knowledge(folder)
    if as_json:
        print(json.dumps(_as_json(pack), indent=2, ensure_ascii=False))
        return
    show(_listing(pack))


def _as_json(pack: Knowledge) -> dict[str, object]:
    sections = ("findings", "exercises", "warm_up", "cool_down", "safety", "advice", "programme", "sources")
    body: dict[str, object] = {
        name: [entry.model_dump(mode="json", exclude_none=True) for entry in getattr(pack, name).values()]
        for name in sections
    }
    return {
        **body,
        "numbers": pack.numbers.model_dump(mode="json"),
        "texts": pack.texts.model_dump(mode="json"),
    }


def _effect(entry: object) -> str:
    """Return a graded rule's effect, with whom it was seen and how it was read; empty where none is known."""
    from gait.coaching.rules.schema import Graded

    if not isinstance(entry, Graded) or not entry.effect:
        return ""
    return f" Effect: {entry.effect} ({entry.population}; {entry.grade}; read as: {entry.read})"


def _listing(pack: Knowledge) -> list[Line]:
    from gait.report.terminal.lines import Line, blank, heading, indented

    lines = [heading("Findings")]
    for finding in pack.findings.values():
        lines.append(
            Line(
                f"{finding.id}: {finding.title} "
                f"[{finding.kind}; {finding.grade}; {', '.join(finding.sources)}]",
                2,
            )
        )
        if finding.exercises:
            lines.append(
                indented(f"trains {', '.join(finding.muscles)}: {', '.join(finding.exercises)}", 4, "dim")
            )
    lines += [blank(), heading("Exercises")]
    for exercise in pack.exercises.values():
        (low, high), (few, many) = exercise.reps, exercise.sets
        count = str(low) if low == high else f"{low}-{high}"
        sets = str(few) if few == many else f"{few}-{many}"
        names = f"{exercise.name}{' = ' + ', '.join(exercise.aliases) if exercise.aliases else ''}"
        lines.append(
            Line(
                f"{exercise.id}: {names}, {sets} × {count} {exercise.unit} "
                f"[{exercise.level}; {', '.join(exercise.sources)}]",
                2,
            )
        )
    for title, entries in (("Safety", pack.safety), ("Programme", pack.programme), ("Advice", pack.advice)):
        lines += [blank(), heading(title)]
        lines += [
            Line(f"{entry.id}: {entry.text}{_effect(entry)} [{', '.join(entry.sources)}]", 2)
            for entry in entries.values()
        ]
    lines += [blank(), heading("Sources")]
    lines += [
        Line(f"{source.key}: {source.citation} {source.url} [{source.kind}]", 2)
        for source in pack.cite(pack.sources)
    ]
    return lines
