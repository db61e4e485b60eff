"""Contact models: what the file says is what is done, and what ships keeps its promises."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest

from gait.analysis.signal.resample import GRID_HZ
from gait.analysis.strides import CONTACT_MODELS
from gait.analysis.strides.contact_model import (
    Channel,
    FeatureDistance,
    Spread,
    from_dict,
    load,
    snippets,
)

SHIPPED = sorted({*CONTACT_MODELS.values()})


def planted(weights: list[list[float]], intercept: float) -> dict[str, object]:
    """A file's content with one channel, three features and equal regressions for both events."""
    one = {"channels": ["pitch_rate"], "intercept_s": intercept, "weights_s": weights}
    event = {"window_s": [-0.01, 0.01], "most_s": 0.02, "regressions": [one, one]}
    spread = {"constant_s": 0.003, "terms": {"split": 0.5}}
    return {
        "smooth_s": 0.008,
        "step_s": 0.01,
        "channels": [{"name": "pitch_rate", "scale": 2.0, "compress": 0.0}],
        "events": {"ic": event, "tc": event},
        "uncertainty": {
            **dict.fromkeys(("ic", "tc", "contact"), spread),
            "shares": {"runner": 0.4, "foot": 0.2, "session": 0.1, "stride": 0.3},
        },
    }


def test_an_event_is_found_from_the_slope_about_its_anchor() -> None:
    """A signal that is the distance to the event: a weight of minus one brings every anchor there."""
    model = from_dict("planted", planted([[0.0], [-1.0], [0.0]], 0.0))
    at = np.arange(200) / GRID_HZ
    events = np.array([0.40, 0.52])
    signal = 2.0 * (at[None, :] - events[:, None])
    features = model.signals({"pitch_rate": signal})
    for off in (-0.015, 0.0, 0.015):
        refined = model.refine("ic", features, events + off)
        assert np.abs(refined.time_s - events).max() < 1e-6
        assert np.abs(refined.shift_s + off).max() < 1e-6
        assert np.abs(refined.split_s).max() == 0.0


def test_an_event_is_never_moved_further_than_the_file_allows() -> None:
    """An intercept of 50 ms with a limit of 20: moved by 20."""
    model = from_dict("planted", planted([[0.0], [0.0], [0.0]], 0.05))
    refined = model.refine("tc", model.signals({"pitch_rate": np.zeros((1, 100))}), np.array([0.2]))
    assert refined.time_s[0] == pytest.approx(0.22)


def test_snippets_are_linear_interpolations_held_at_the_ends() -> None:
    """Two channels: offset by offset, all channels of each; behind the end its last value."""
    signals = np.stack([np.arange(20.0)[None, :], 100.0 - np.arange(20.0)[None, :]])
    got = snippets(signals, (0, 1), np.array([5.5 / GRID_HZ]), np.array([0.0, 1.0 / GRID_HZ, 1.0]))
    assert got[0] == pytest.approx([5.5, 94.5, 6.5, 93.5, 19.0, 81.0], abs=2e-3)


def test_large_values_are_compressed_and_small_ones_kept() -> None:
    """A tenth of the knee passes within 6 %; a hundred times it comes out below five."""
    channel = Channel("up_acc", 9.80665, 3.0)
    assert channel.apply(np.array([0.3 * 9.80665]))[0] == pytest.approx(0.3, rel=0.06)
    assert channel.apply(np.array([-300.0 * 9.80665]))[0] == pytest.approx(-3.0 * np.log1p(100.0))


def test_doubts_add_as_variances() -> None:
    """Three and four make five."""
    spread = Spread(0.003, {"split": 0.5, "missing": 0.0})
    assert spread.of({"split": np.array([0.008]), "missing": np.array([9.0])})[0] == pytest.approx(0.005)


def test_a_distance_counts_standard_deviations() -> None:
    """Of two uncorrelated features, SD 2 and 0.5: three and four SD off make the root of 12.5."""
    axes = np.array([[0.5, 0.0], [0.0, 2.0]])
    distance = FeatureDistance(("ic",), axes, axes @ np.array([10.0, -1.0]))
    got = distance.of(np.array([[10.0, -1.0], [16.0, 1.0]]))
    assert got == pytest.approx([0.0, np.sqrt((9.0 + 16.0) / 2.0)])


def test_a_model_measures_the_distance_of_the_features_at_its_events() -> None:
    """All channels about both events, in order; a model whose file has no distance measures none."""
    data = planted([[0.0], [0.0], [0.0]], 0.0)
    signals = np.arange(200.0)[None, None, :] / 100.0
    times = {"ic": np.array([0.25]), "tc": np.array([0.5])}
    assert from_dict("planted", data).distance(signals, times) is None
    # Features 0.48, 0.50, 0.52 and 0.98, 1.00, 1.02: the scores are 0.5 and 0.2 off their centres.
    axes = np.zeros((2, 6))
    axes[0, 1], axes[1, 5] = 1.0, 10.0
    section = {"events": ["ic", "tc"], "axes": axes.tolist(), "centre": [0.0, 10.0]}
    got = from_dict("planted", {**data, "feature_distance": section}).distance(signals, times)
    assert got == pytest.approx([np.sqrt((0.5**2 + 0.2**2) / 2.0)])


@pytest.mark.parametrize("name", SHIPPED)
def test_a_model_with_a_distance_doubts_by_it(name: str) -> None:
    """All three uncertainties of a file grow with the distance where it has a basis, else none."""
    model = load(name)
    there = [model.spread[event].terms.get("distance", 0.0) > 0.0 for event in ("ic", "tc", "contact")]
    assert set(there) == {model.feature_distance is not None}
    if model.feature_distance is not None:
        wide = sum(len(model.events[event].offsets_s) for event in model.feature_distance.events)
        rank = len(model.feature_distance.centre)
        assert model.feature_distance.axes.shape == (rank, wide * len(model.channels))


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_names_its_source_and_has_a_whole_fit(name: str) -> None:
    """The data's paper and 13 runners; a weight a feature; shares of the error add up to one."""
    text = (files("gait.analysis.strides") / "models" / f"{name}.json").read_text(encoding="utf-8")
    data = json.loads(text)
    assert "10.7717/peerj.3298" in data["source"]["doi"]
    assert len(data["source"]["runners"]) == 13
    model = load(name)
    for event in model.events.values():
        for one in event.regressions:
            assert one.weights_s.shape == (len(event.offsets_s), len(one.columns))
            assert np.abs(one.weights_s).max() > 0.0
    shares = model.shares
    assert shares.runner + shares.foot + shares.session + shares.stride == pytest.approx(1.0, abs=0.01)


def test_the_shoe_s_figures_on_runners_left_out() -> None:
    """As the file states them: 4 ms a recording, 18 the worst, 95 % intervals that hold 94 to 98 %."""
    text = (files("gait.analysis.strides") / "models" / "shoe_gyroscope.json").read_text(encoding="utf-8")
    stated = json.loads(text)["validation"]
    assert stated["three places, faultless"]["mae_ms"] <= 4.0
    assert stated["drawn at random"]["mae_ms"] <= 4.2
    assert stated["drawn at random"]["worst_ms"] <= 20.0
    assert stated["interval of contact time"]["recordings"] >= 1000
    assert 94.0 <= stated["interval of contact time"]["session_pct"] <= 98.0
    assert stated["interval of contact time"]["median_half_width_ms"] <= 12.0
