"""YAML (and so JSON) read safely, with the line of every value kept for error messages.

Stricter than YAML: no anchors or aliases (a few hundred bytes of them can expand to gigabytes), no tags of
the file's own, no duplicate keys, a bound on size, depth and number of values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gait.errors import KnowledgeError

__all__ = ["MAX_BYTES", "MarkedDocument", "read_marked", "read_text"]

MAX_BYTES = 256 * 1024
"""Largest file read, bytes (chosen: several times the largest of our own, which is below 40 KiB)."""
MAX_VALUES = 20_000
"""Most values in a file (chosen: it bounds time and memory, many times our own)."""
MAX_WHOLE = 2**63
"""Largest whole number (chosen: 64 bits; Python writes out no arbitrarily long ones)."""
MAX_DEPTH = 24
"""Deepest nesting (chosen: three times what our own rules need, 8)."""

_SHIPPED_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class MarkedDocument:
    """Plain data of one file, with the line that each value stands on.

    Attributes
    ----------
    source
        File's name, as errors show it.
    data
        Dicts, lists and scalars.
    lines
        Path of keys and indices -> line, from 1.
    """

    source: str
    data: Any
    lines: Mapping[Path_, int]

    def line_of(self, path: Sequence[str | int]) -> int:
        r"""Return the line of the value at a path, or of the nearest above it; skips parts that are no key.

        Examples
        --------
        >>> doc = read_marked("a: 1\nb:\n  c: 2\n", "x.yaml")
        >>> doc.line_of(("b", "c")), doc.line_of(("b", "tag", "c")), doc.line_of(("b", "missing"))
        (3, 3, 2)
        """
        here: Path_ = ()
        for part in path:
            if (*here, part) in self.lines:
                here = (*here, part)
        return self.lines.get(here, 1)

    def where(self, path: Sequence[str | int]) -> str:
        """Return ``file:line`` of a path."""
        return f"{self.source}:{self.line_of(path)}"


def read_text(path: Path) -> str:
    """Return the text of a file of at most `MAX_BYTES`, UTF-8 with or without BOM.

    Raises
    ------
    KnowledgeError
        Missing, not a regular file (a pipe would be waited for), unreadable, too large or not UTF-8.
    """
    try:
        if path.exists() and not path.is_file():
            raise KnowledgeError("not a regular file", where=path, todo="give a text file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise KnowledgeError(f"cannot be read ({reason})", where=path, todo="check the path") from error
    if len(raw) > MAX_BYTES:
        raise KnowledgeError(f"larger than {MAX_BYTES // 1024} KiB", where=path, todo="split it")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KnowledgeError("is not UTF-8 text", where=path, todo="save it as UTF-8") from error


def read_marked(text: str, source: str, *, shipped: bool = False) -> MarkedDocument:
    """Parse YAML or JSON text.

    Parameters
    ----------
    text
        The file's text.
    source
        Its name for errors.
    shipped
        True for a file of this package, which is read by libyaml where PyYAML has it and not searched for
        what only strangers' files hold: a tenth of the time.

    Returns
    -------
    `MarkedDocument`; ``data`` is None for an empty file.

    Raises
    ------
    KnowledgeError
        With file and line: broken syntax, an alias, a tag, a duplicate key, too deep or too much.
    """
    lines: dict[Path_, int] = {}
    try:
        loader = _SHIPPED_LOADER(text) if shipped else _BoundedLoader(text, source)
        try:
            node = loader.get_single_node()
            data = None if node is None else _plain(loader, node, (), lines, source)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{source}:{mark.line + 1}" if mark is not None else source
        raise KnowledgeError(f"not valid YAML ({error.problem or 'syntax'})", where=where) from error
    except yaml.YAMLError as error:
        raise KnowledgeError(f"not valid YAML ({error})", where=source) from error
    except (OverflowError, ValueError) as error:
        # PyYAML lets an escape such as "\U99999999" through to chr(), whose error Python 3.13 changed.
        raise KnowledgeError("not valid YAML (an escape that is no character)", where=source) from error
    return MarkedDocument(source, data, lines)


class _BoundedLoader(yaml.SafeLoader):
    """A safe loader that refuses aliases, deep nesting and too many values as it comes upon them."""

    def __init__(self, text: str, source: str) -> None:
        super().__init__(text)
        self._source = source
        self._depth = 0
        self._count = 0

    def get_event(self) -> yaml.Event:
        """Return the next event, before anything is built from it.

        Raises
        ------
        KnowledgeError
            The event is what no file may hold.
        """
        event: yaml.Event = super().get_event()  # type: ignore[no-untyped-call] # the stubs have no types here
        assert event.start_mark is not None
        where = f"{self._source}:{event.start_mark.line + 1}"
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise KnowledgeError(
                "anchors and aliases are not allowed", where=where, todo="write the value out"
            )
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._depth += 1
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._depth -= 1
        if self._depth > MAX_DEPTH:
            raise KnowledgeError(f"nested deeper than {MAX_DEPTH} levels", where=where)
        if self._count > MAX_VALUES:
            raise KnowledgeError(f"more than {MAX_VALUES} values", where=where, todo="split the file")
        self._count += 1
        return event


_SCALARS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null"))


def _plain(
    loader: yaml.SafeLoader, node: yaml.Node, path: Path_, lines: dict[Path_, int], source: str
) -> Any:  # noqa: ANN401 - whatever the file holds
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    where = f"{source}:{line}"
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, path, lines, source)
    if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
        return [_plain(loader, item, (*path, i), lines, source) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:timestamp":
        return str(node.value)
    if isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS:
        return _scalar(loader, node, where)
    raise KnowledgeError(f"the tag {node.tag!r} is not allowed", where=where, todo="use plain values")


def _scalar(loader: yaml.SafeLoader, node: yaml.ScalarNode, where: str) -> Any:  # noqa: ANN401 - as above
    try:
        value = loader.construct_object(node)
    except (ValueError, KeyError, IndexError) as error:
        # PyYAML takes "0x_" and any number of digits for a number, and believes a tag such as !!int.
        kind = node.tag.rpartition(":")[2]
        raise KnowledgeError(f"not a value of the kind {kind}", where=where, todo="quote it") from error
    if isinstance(value, int) and abs(value) > MAX_WHOLE:
        raise KnowledgeError("too large a number", where=where, todo="quote it")
    return value


def _mapping(
    loader: yaml.SafeLoader, node: yaml.MappingNode, path: Path_, lines: dict[Path_, int], source: str
) -> dict[str, Any]:
    if node.tag != "tag:yaml.org,2002:map":
        where = f"{source}:{node.start_mark.line + 1}"
        raise KnowledgeError(f"the tag {node.tag!r} is not allowed", where=where, todo="use plain values")
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = key_node.value
        if not isinstance(key_node, yaml.ScalarNode) or not isinstance(key, str):
            raise KnowledgeError("a key must be plain text", where=f"{source}:{line}")
        if key in data:
            raise KnowledgeError(f"{key!r} stands twice", where=f"{source}:{line}", todo="keep one")
        lines[(*path, key)] = line
        data[key] = _plain(loader, value_node, (*path, key), lines, source)
    return data
