"""Errors that this package raises on purpose, with one common class.

An error holds its facts as attributes and builds one line from them: the fault, its place, and the remedy.
The command line prints that line and exits with 2; no code parses it.
"""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "GaitError",
    "KnowledgeError",
    "LinkLostError",
    "MissingExtraError",
    "PacketError",
    "PluginError",
    "RecordingError",
    "SensorError",
    "SensorNotFoundError",
    "SignalError",
    "UsageError",
    "check_kind",
]


class GaitError(Exception):
    """Root of all errors that a user or a caller can do something about.

    Parameters
    ----------
    what
        The fault, in a few words.
    where
        File, line, column, sensor or option; left out of the message when empty.
    todo
        The remedy; left out when empty.

    Examples
    --------
    >>> str(GaitError("no strides", where="run.csv", todo="check the placement"))
    'run.csv: no strides; check the placement'
    """

    def __init__(self, what: str, *, where: str | Path = "", todo: str = "") -> None:
        self.what = what
        self.where = str(where)
        self.todo = todo
        head = f"{self.where}: {what}" if self.where else what
        line = f"{head}; {todo}" if todo else head
        super().__init__(" ".join(line.split()))


class UsageError(GaitError):
    """A command line that cannot be carried out: options that exclude each other, a value out of range."""


def check_kind(value: object, kinds: type | tuple[type, ...], where: str, todo: str) -> None:
    """Refuse an argument of another kind, for those who call without a type checker.

    Parameters
    ----------
    where
        Function and argument, for the message.
    todo
        How to make an argument of the right kind.

    Raises
    ------
    UsageError
        The value is of none of the kinds.

    Examples
    --------
    >>> check_kind(5, str, "gait.read", "give a path")
    Traceback (most recent call last):
    gait.errors.UsageError: gait.read: got int; give a path
    """
    if not isinstance(value, kinds):
        raise UsageError(f"got {type(value).__name__}", where=where, todo=todo)


class RecordingError(GaitError):
    """A file or folder that cannot be read as a recording."""


class SignalError(GaitError):
    """Samples that cannot be processed at all, such as no finite sample. Poor data is a flag, not this."""


class KnowledgeError(GaitError):
    """A rule pack or a set of answers that breaks its schema."""


class PacketError(GaitError):
    """Bytes that are not a packet of the protocol."""


class SensorError(GaitError):
    """A sensor or the radio did not do what was asked."""


class SensorNotFoundError(SensorError):
    """No sensor that matches was seen."""


class LinkLostError(SensorError):
    """The connection to a sensor went away."""


class MissingExtraError(GaitError):
    """A feature whose optional dependency is not installed.

    Parameters
    ----------
    feature
        Feature, such as ``"--parquet"``.
    extra
        Name of the extra that brings it, such as ``"parquet"``.
    """

    def __init__(self, feature: str, extra: str) -> None:
        self.feature = feature
        self.extra = extra
        super().__init__(
            f"{feature} needs the extra '{extra}'",
            todo=f'install it with: pip install "running-gait[{extra}]"',
        )


class PluginError(GaitError):
    """A part of another package that cannot be used.

    Parameters
    ----------
    plugin
        Kind, name and package of the part.
    fault
        Its failure, or the attribute that it lacks.
    """

    def __init__(self, plugin: str, fault: str) -> None:
        self.plugin = plugin
        self.fault = fault
        super().__init__(f"plugin broken ({fault})", where=plugin, todo="mend it, or run without it")
