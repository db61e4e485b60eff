"""A detector of another package, whose faults are named as its own."""

from __future__ import annotations

from collections.abc import Callable

from gait.analysis.signal.resample import GridBlock
from gait.analysis.strides.detector import Alignment, Detector
from gait.analysis.strides.stride_batch import StrideBatch
from gait.frames import Side
from gait.plugins import Plugin, blamed

__all__ = ["ForeignDetector"]


class ForeignDetector(Detector):
    """Strides that a plugin's detector finds.

    Parameters
    ----------
    plugin
        The part, for messages.
    make
        Makes its detector for a side.

    Raises
    ------
    PluginError
        From every method, where the plugin raises anything but a `GaitError`.
    """

    def __init__(self, plugin: Plugin, make: Callable[[Side], Detector], side: Side) -> None:
        super().__init__()
        self._plugin = plugin
        with blamed(plugin):
            self._inner = make(side)
            self.knows_doubt = self._inner.knows_doubt

    @property
    def alignment(self) -> Alignment:
        """Mounting as known to the plugin so far."""
        with blamed(self._plugin):
            return self._inner.alignment

    @property
    def samples_held(self) -> int:
        """Number of samples that the plugin holds."""
        with blamed(self._plugin):
            return self._inner.samples_held

    def feed(self, block: GridBlock) -> list[StrideBatch]:
        """Return the strides that `block` completes."""
        with blamed(self._plugin):
            return self._inner.feed(block)

    def end_segment(self) -> list[StrideBatch]:
        """Return the strides left when the recording ends or a gap begins."""
        with blamed(self._plugin):
            return self._inner.end_segment()

    def _find(self, *, final: bool) -> list[StrideBatch]:
        return self.end_segment() if final else []

    def _new_segment(self) -> None:
        """Do nothing: the plugin keeps its own."""

    def _oldest_needed(self) -> int:
        return self._buffer.first
