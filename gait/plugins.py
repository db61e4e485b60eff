"""Find parts of other packages by their entry points, and take them up where somebody names them.

The project's own parts stand in explicit tables (`DETECTORS`, `DRIVERS`, `SECTIONS`, the importers). A user's
part is an entry point, in the user's own package, of one of the `GROUPS`. It is listed without being loaded,
is loaded by `use` alone, and then goes before the tables. State: what has been taken up in this process.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import EntryPoint, distributions
from typing import Any, Literal, get_args

from gait import __version__
from gait.errors import GaitError, PluginError, UsageError

__all__ = [
    "GROUPS",
    "Kind",
    "Plugin",
    "blamed",
    "dismiss",
    "fault_of",
    "installed",
    "software",
    "taken",
    "taken_names",
    "use",
    "use_plugins",
]

Kind = Literal["detector", "driver", "importer", "section"]

GROUPS: dict[Kind, str] = {kind: f"gait.{kind}s" for kind in get_args(Kind)}
"""Kind of a part -> group of its entry points."""

NEEDS: dict[Kind, tuple[str, ...]] = {
    "detector": ("suits", "feed", "end_segment"),
    "driver": ("ability", "service_uuids", "needs", "notifies", "matches", "battery_pct", "dialogue"),
    "importer": ("reads", "csv"),
    "section": ("build",),
}
"""Kind -> attributes without which an object is no such part."""


@dataclass(frozen=True)
class Plugin:
    """One part of another package.

    Attributes
    ----------
    name
        Of the entry point.
    package, version
        Of the distribution that it came with.
    entry
        The entry point, not loaded.
    """

    kind: Kind
    name: str
    package: str
    version: str
    entry: EntryPoint

    def __str__(self) -> str:
        return f"{self.kind} {self.name} ({self.package} {self.version})"


_taken: dict[Plugin, Any] = {}


def installed() -> tuple[Plugin, ...]:
    """Return the parts that the installed packages offer, sorted by kind and name; none is loaded."""
    kinds = {group: kind for kind, group in GROUPS.items()}
    plugins = {
        Plugin(kinds[entry.group], entry.name, distribution.name, distribution.version, entry)
        for distribution in distributions()
        for entry in distribution.entry_points
        if entry.group in kinds
    }
    return tuple(sorted(plugins, key=lambda plugin: (plugin.kind, plugin.name, plugin.package)))


def use(names: Iterable[str]) -> tuple[PluginError, ...]:
    """Take up the parts of these names for the rest of the process; return why some were left out.

    Parameters
    ----------
    names
        Names of entry points, or of packages for all their parts.

    Returns
    -------
    One error a part that is broken: it cannot be loaded, or lacks what its kind needs. Empty for none.

    Raises
    ------
    UsageError
        Nothing installed has such a name; no part is taken up then.
    """
    there = installed()
    wanted: dict[Plugin, None] = {}
    for name in names:
        fits = [plugin for plugin in there if name in (plugin.name, plugin.package)]
        if not fits:
            others = ", ".join(dict.fromkeys(plugin.name for plugin in there)) or "none"
            raise UsageError(f"no plugin {name!r}", todo=f"install its package; installed plugins: {others}")
        wanted |= dict.fromkeys(fits)
    faults = []
    for plugin in wanted:
        try:
            _taken[plugin] = _taken[plugin] if plugin in _taken else _load(plugin)
        except PluginError as fault:
            faults.append(fault)
    return tuple(faults)


def use_plugins(*names: str) -> None:
    """Take up plugins for the rest of the process; a broken one is named in a warning and left out.

    Parameters
    ----------
    names
        Names of entry points, or of packages for all their parts.

    Raises
    ------
    UsageError
        Nothing installed has such a name.

    Warns
    -----
    RuntimeWarning
        For each part that is broken.
    """
    for fault in use(names):
        warnings.warn(f"{fault.plugin}: left out ({fault.fault})", RuntimeWarning, stacklevel=2)


def fault_of(plugin: Plugin) -> PluginError | None:
    """Load a part without taking it up, and return what is wrong with it; None where nothing is."""
    try:
        _load(plugin)
    except PluginError as fault:
        return fault
    return None


def dismiss() -> None:
    """Forget all that was taken up."""
    _taken.clear()


def taken(kind: Kind) -> tuple[tuple[Plugin, Any], ...]:
    """Return the parts of a kind that were taken up, with their objects, in the order they were named."""
    return tuple((plugin, part) for plugin, part in _taken.items() if plugin.kind == kind)


def taken_names() -> tuple[str, ...]:
    """Return the names of all that was taken up, each once."""
    return tuple(dict.fromkeys(plugin.name for plugin in _taken))


def software() -> str:
    """Return this package's version, with the plugins taken up: what results depend on.

    Examples
    --------
    >>> software() == __version__   # nothing is taken up unless it is named
    True
    """
    return " + ".join([__version__, *(str(plugin) for plugin in _taken)])


@contextmanager
def blamed(plugin: Plugin) -> Iterator[None]:
    """Turn whatever a part raises into a `PluginError` that names it; a `GaitError` passes.

    Raises
    ------
    PluginError
        The code in the block raised something else than a `GaitError`.
    """
    try:
        yield
    except GaitError:
        raise
    except Exception as error:
        raise PluginError(str(plugin), f"{type(error).__name__}: {error}") from error


def _load(plugin: Plugin) -> Any:  # noqa: ANN401 - of the kind that it says
    """Return the object of an entry point.

    Raises
    ------
    PluginError
        The part cannot be loaded, or lacks an attribute of its kind.
    """
    with blamed(plugin):
        try:
            part = plugin.entry.load()
        except SystemExit as stop:
            raise PluginError(str(plugin), "ends the program when it is imported") from stop
    lacking = [name for name in NEEDS[plugin.kind] if not hasattr(part, name)]
    if lacking:
        raise PluginError(str(plugin), f"{plugin.entry.value} has no {', '.join(lacking)}")
    return part
