"""Contact times refined by a regression that was fitted on real motion.

Cues anchor an event to within some 10 ms; the rest depends on the runner's landing and push-off, and shows in
the signals about the anchor. A linear regression reads it from there: the event is the anchor plus an
intercept plus a weighted sum of the signals at fixed offsets from the anchor. Two regressions on different
signals are averaged; their difference shows how certain the result is.

The coefficients are a file in ``models``, with their source and how they did on runners left out of the fit;
``notebooks/contact_model`` makes them.

References
----------
Fukuchi et al. 2017, 10.7717/peerj.3298: motion capture and force plate of the 13 runners it was fitted on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from gait.analysis.signal.filters import gaussian
from gait.analysis.signal.resample import GRID_HZ
from gait.arrays import FloatArray

__all__ = [
    "Channel",
    "ContactModel",
    "Event",
    "FeatureDistance",
    "Refined",
    "Regression",
    "Shares",
    "Spread",
    "load",
    "read_file",
]

ROUNDS = 2
"""Times that an event is refined (chosen: the second looks about the first's result, as where the
coefficients were fitted)."""


@dataclass(frozen=True)
class Channel:
    """How a signal becomes a feature: divided by `scale`, compressed beyond `compress` unless that is 0."""

    name: str
    scale: float
    compress: float

    def apply(self, values: FloatArray) -> FloatArray:
        """Return the feature: ``sign(v) k ln(1 + |v| / k)`` of v = values / scale."""
        out: FloatArray = values / self.scale
        if self.compress:
            out = np.sign(out) * self.compress * np.log1p(np.abs(out) / self.compress)
        return out


@dataclass(frozen=True)
class Regression:
    """One ridge regression: `columns` of the channels, (k, c) weights in s, intercept in s."""

    columns: tuple[int, ...]
    intercept_s: float
    weights_s: FloatArray


@dataclass(frozen=True)
class Event:
    """Refinement of one event: (k,) offsets of the features from the anchor, the regressions, a limit.

    Attributes
    ----------
    most_s
        An event is moved from its anchor by this at most.
    """

    offsets_s: FloatArray
    most_s: float
    regressions: tuple[Regression, ...]


@dataclass(frozen=True)
class Refined:
    """Refined times of n events, s from each row's start.

    Attributes
    ----------
    time_s
        (n,) mean over the regressions.
    split_s
        (n,) first regression minus last.
    shift_s
        (n,) time minus anchor.
    """

    time_s: FloatArray
    split_s: FloatArray
    shift_s: FloatArray


@dataclass(frozen=True)
class FeatureDistance:
    """Distance of a stance's features from those of the fit, in standard deviations.

    The features of several refined events, side by side, are projected onto the first principal components of
    the standardised features of the fit (Mahalanobis distance of reduced rank). Its root mean square over the
    components is about 1 for a stance of the fit and has no unit.

    Attributes
    ----------
    events
        Names of the events whose features are taken, in order.
    axes
        (r, m) components, each divided by the standard deviations of the features and of its own score.
    centre
        (r,) scores of the mean features of the fit.
    """

    events: tuple[str, ...]
    axes: FloatArray
    centre: FloatArray

    def of(self, features: FloatArray) -> FloatArray:
        """Return (n,) distances of (n, m) features."""
        scores = features @ self.axes.T - self.centre
        distance: FloatArray = np.sqrt(np.mean(scores**2, axis=1))
        return distance


@dataclass(frozen=True)
class Spread:
    """Standard uncertainty as a sum of variances: a constant and one term for each reason to doubt.

    Attributes
    ----------
    constant_s
        Standard uncertainty without any doubt, s.
    terms
        Name of a doubt -> factor on its value: without unit for values in s, in s for ``distance``.
    """

    constant_s: float
    terms: Mapping[str, float]

    def of(self, values: Mapping[str, FloatArray]) -> FloatArray:
        """Return (n,) s for (n,) values of every term; NaN where one is NaN."""
        variance = self.constant_s**2 + sum(
            (factor * np.asarray(values[name], dtype=float)) ** 2 for name, factor in self.terms.items()
        )
        return np.sqrt(variance)


@dataclass(frozen=True)
class Shares:
    """Parts of a contact time's error variance; they add up to 1.

    Attributes
    ----------
    runner
        Shared by both feet of a runner, in every session.
    foot
        One foot's own, in every session.
    session
        One foot's own in one session: how the sensor was put on, pace.
    stride
        Independent from stride to stride.
    """

    runner: float
    foot: float
    session: float
    stride: float


@dataclass(frozen=True)
class ContactModel:
    """Coefficients of one kind of sensor, as `load` gives them.

    Attributes
    ----------
    feature_distance
        How a stance's distance from the fit is measured; None where no uncertainty depends on it.
    """

    name: str
    channels: tuple[Channel, ...]
    smooth_s: float
    events: Mapping[str, Event]
    spread: Mapping[str, Spread]
    shares: Shares
    feature_distance: FeatureDistance | None = None

    def signals(self, raw: Mapping[str, FloatArray]) -> FloatArray:
        """Return (c, n, L) features of (n, L) signals by channel name, in the units of the file."""
        return np.stack(
            [gaussian(channel.apply(raw[channel.name]), self.smooth_s, axis=1) for channel in self.channels]
        )

    def refine(self, event: str, signals: FloatArray, anchor_s: FloatArray) -> Refined:
        """Return the refined times of an event.

        Parameters
        ----------
        signals
            (c, n, L) from `signals`.
        anchor_s
            (n,) s from each row's start.
        """
        model = self.events[event]
        times = np.stack([_refined(model, regression, signals, anchor_s) for regression in model.regressions])
        time = times.mean(axis=0)
        return Refined(time, times[0] - times[-1], time - anchor_s)

    def features_about(
        self, events: tuple[str, ...], signals: FloatArray, time_s: Mapping[str, FloatArray]
    ) -> FloatArray:
        """Return (n, m) features of all channels about the times of some events, side by side.

        Parameters
        ----------
        signals
            (c, n, L) from `signals`.
        time_s
            Event -> (n,) s from each row's start.
        """
        columns = tuple(range(len(self.channels)))
        return np.concatenate(
            [snippets(signals, columns, time_s[event], self.events[event].offsets_s) for event in events],
            axis=1,
        )

    def distance(self, signals: FloatArray, time_s: Mapping[str, FloatArray]) -> FloatArray | None:
        """Return (n,) distances from the fit, without unit, or None where the model measures none.

        Parameters
        ----------
        signals, time_s
            As in `features_about`.
        """
        if self.feature_distance is None:
            return None
        return self.feature_distance.of(self.features_about(self.feature_distance.events, signals, time_s))


def _refined(model: Event, regression: Regression, signals: FloatArray, anchor_s: FloatArray) -> FloatArray:
    """Return (n,) event times, s, moved from (n,) anchors by a regression on (channels, n, L) signals."""
    time = anchor_s
    for _ in range(ROUNDS):
        move = snippets(signals, regression.columns, time, model.offsets_s) @ regression.weights_s.ravel()
        time = time + move + regression.intercept_s
        time = np.clip(time, anchor_s - model.most_s, anchor_s + model.most_s)
    return time


def snippets(
    signals: FloatArray, columns: tuple[int, ...], time_s: FloatArray, offsets_s: FloatArray
) -> FloatArray:
    """Return (n, k c) features: of each offset in turn all channels of `columns`.

    Parameters
    ----------
    signals
        (channels, n, L).
    time_s, offsets_s
        (n,) s from each row's start and (k,) s; ends of rows are held.
    """
    at = np.clip((time_s[:, None] + offsets_s[None, :]) * GRID_HZ, 0.0, signals.shape[2] - 1.001)
    low = at.astype(np.intp)
    share, rows = at - low, np.arange(len(at))[:, None]
    out = np.empty((*at.shape, len(columns)))
    for place, column in enumerate(columns):
        signal = signals[column]
        out[..., place] = signal[rows, low] * (1.0 - share) + signal[rows, low + 1] * share
    return out.reshape(len(time_s), -1)


@cache
def load(name: str) -> ContactModel:
    """Return the model that ships under ``models/NAME.json``."""
    return from_dict(name, read_file(name))


def read_file(name: str) -> dict[str, Any]:
    """Return the content of ``models/NAME.json``."""
    text = (files("gait.analysis.strides") / "models" / f"{name}.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def from_dict(name: str, data: Mapping[str, Any]) -> ContactModel:
    """Return the model that a file's content describes."""
    channels = tuple(
        Channel(channel["name"], channel["scale"], channel["compress"]) for channel in data["channels"]
    )
    order = [channel.name for channel in channels]
    uncertainty = data["uncertainty"]
    return ContactModel(
        name,
        channels,
        data["smooth_s"],
        {key: _event(event, order, data["step_s"]) for key, event in data["events"].items()},
        {
            key: Spread(uncertainty[key]["constant_s"], uncertainty[key]["terms"])
            for key in ("ic", "tc", "contact")
        },
        Shares(**uncertainty["shares"]),
        _feature_distance(data.get("feature_distance")),
    )


def _feature_distance(data: Mapping[str, Any] | None) -> FeatureDistance | None:
    if data is None:
        return None
    return FeatureDistance(tuple(data["events"]), np.array(data["axes"]), np.array(data["centre"]))


def _event(data: Mapping[str, Any], order: list[str], step_s: float) -> Event:
    start, stop = data["window_s"]
    offsets = start + step_s * np.arange(round((stop - start) / step_s) + 1)
    regressions = tuple(
        Regression(
            tuple(order.index(name) for name in model["channels"]),
            model["intercept_s"],
            np.array(model["weights_s"], dtype=float),
        )
        for model in data["regressions"]
    )
    return Event(offsets, data["most_s"], regressions)
