"""Initial and terminal contact of a shoe with gyroscope: anchors from cues, refined by a regression.

No single rule serves all runners: the minimum of the pitch rate follows contact by some 16 ms on a rearfoot
runner and leads it by 14 ms on a forefoot one. The regression, fitted on real motion, reads from the signals
about the anchors how this stride lands and pushes off.

References
----------
Falbriard et al. 2018, 10.3389/fphys.2018.00610 (pitch-rate features, from which the anchors come); Fukuchi et
al. 2017, 10.7717/peerj.3298 (the motion of 13 runners that the regression was fitted on).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gait.analysis.signal.orientation import Motion, Windows
from gait.analysis.strides.contact_model import ContactModel
from gait.analysis.strides.shoe.anchors import find_anchors
from gait.arrays import BoolArray, FloatArray, IntArray

__all__ = ["SwingContacts", "contact_spreads", "pitch_from_flat", "swing_contacts", "swing_signals"]


LONGEST_S, SHORTEST_S = 0.280, 0.165
"""s: contacts of most of the runners that the regression was fitted on (5th percentile of 4.5 m/s; 163-314
ms in all). What is longer or shorter reads toward them; it is widened in proportion up to `BEYOND_MOST_S`."""

BEYOND_MOST_S = 0.12
"""s (chosen: the regression moves an event by 60 ms at most, so an error has an end too, as in walking)."""

DOUBTS = ("split", "shift", "spread", "missing")
"""Columns of a swing's doubts."""


@dataclass(frozen=True)
class SwingContacts:
    """The two events of each of n swings, s from each row's first sample, and reasons to doubt them, s.

    Attributes
    ----------
    tc_s, ic_s
        (n,) terminal and initial contact.
    split_s, shift_s, spread_s
        (2, n) for terminal and initial contact: difference of the regressions, distance from the anchor,
        disagreement of the cues.
    left, landed
        (n,) whether push-off and landing show at all.
    """

    tc_s: FloatArray
    ic_s: FloatArray
    split_s: FloatArray
    shift_s: FloatArray
    spread_s: FloatArray
    left: BoolArray
    landed: BoolArray


def swing_signals(moved: Motion) -> dict[str, FloatArray]:
    """Return the (n, L) signals that the regression reads: rad/s and m/s2."""
    return {
        "pitch_rate": -moved.rate[..., 1],
        "up_acc": moved.acc[..., 2],
        "forward_acc": moved.acc[..., 0],
    }


def pitch_from_flat(windows: Windows, pitch: FloatArray, cut: str = "") -> FloatArray:
    """Return (n, L) pitch, deg, from foot-flat; what it drifts from one foot-flat to the next is taken out.

    Parameters
    ----------
    pitch
        (n, L) elevation of the long axis, deg.
    cut
        "start" or "end" where that is the recording's and no foot-flat.
    """
    start, end = pitch[:, :1], pitch[np.arange(len(pitch)), windows.length - 1][:, None]
    if cut:
        return pitch - (start if cut == "end" else end)
    share = np.minimum(np.arange(pitch.shape[1])[None, :] / (windows.length - 1)[:, None], 1.0)
    out: FloatArray = pitch - start - share * (end - start)
    return out


def swing_contacts(
    signals: dict[str, FloatArray], pitch_deg: FloatArray, length: IntArray, model: ContactModel
) -> SwingContacts:
    """Return both events of all swings.

    Parameters
    ----------
    signals
        From `swing_signals`.
    pitch_deg
        (n, L) from `pitch_from_flat`.
    length
        (n,) samples from foot-flat to foot-flat.
    """
    anchors = find_anchors(signals["pitch_rate"], signals["up_acc"], pitch_deg, length)
    features = model.signals(signals)
    tc = model.refine("tc", features, anchors.tc_s)
    ic = model.refine("ic", features, anchors.ic_s)
    return SwingContacts(
        tc.time_s,
        ic.time_s,
        np.stack([tc.split_s, ic.split_s]),
        np.stack([tc.shift_s, ic.shift_s]),
        np.stack([anchors.tc_spread_s, anchors.ic_spread_s]),
        anchors.left,
        anchors.landed,
    )


def contact_spreads(
    contact_s: FloatArray, ic_doubt: FloatArray, tc_doubt: FloatArray, model: ContactModel
) -> dict[str, FloatArray]:
    """Return (n,) standard uncertainties, s, of "ic", "tc" and "contact".

    Parameters
    ----------
    contact_s
        (n,) contact times.
    ic_doubt, tc_doubt
        (n, 4) as in `Swings`.
    """
    both = {"ic": ic_doubt, "tc": tc_doubt, "contact": np.hypot(ic_doubt, tc_doubt)}
    both["contact"][:, 0] = np.abs(tc_doubt[:, 0] - ic_doubt[:, 0])
    beyond = np.minimum(np.maximum(contact_s - LONGEST_S, SHORTEST_S - contact_s), BEYOND_MOST_S)
    return {
        name: model.spread[name].of(
            {**dict(zip(DOUBTS, doubt.T, strict=True)), "beyond": np.maximum(beyond, 0.0)}
        )
        for name, doubt in both.items()
    }
