"""Fit how far a stance's features lie from those of the real motion that a contact model was fitted on."""

from __future__ import annotations

import numpy as np

from gait.analysis.strides.accelerometer_contacts import refine_steps
from gait.analysis.strides.contact_model import ContactModel

EVENTS = ("ic", "tc")
"""Events whose features count. Those about the coarse toe-off, in place of theirs, say less: of virtual runners
left out 89 % of strides are held, and 93 % with these."""
DECIMALS = 3
"""Of the projection: the distance moves by less than 1 % (chosen, for a small file)."""


def distance_section(
    model: ContactModel, signals: np.ndarray, contact_s: float, usual_s: float, rank: int
) -> dict[str, object]:
    """Return the file's part on the distance, from the events that the model itself finds in the stances.

    Parameters
    ----------
    signals
        (c, n, L) from ``model.signals``.
    contact_s, usual_s
        As in `read_contacts`.
    rank
        Number of principal components.
    """
    landing, _, leaving = refine_steps(model, signals, contact_s, usual_s)
    times = {"ic": landing.time_s, "tc": leaving.time_s}
    features = model.features_about(EVENTS, signals, times)
    axes = np.round(principal_axes(features, rank), DECIMALS)
    centre = np.round(axes @ features.mean(axis=0), DECIMALS)
    return {"events": list(EVENTS), "axes": axes.tolist(), "centre": centre.tolist()}


def principal_axes(features: np.ndarray, rank: int) -> np.ndarray:
    """Return (rank, m) axes that project (n, m) features to scores without correlation and of variance 1.

    They are the first principal components of the standardised features. The largest element of each axis is
    positive, so that the file does not depend on the solver's choice of sign.
    """
    sd = features.std(axis=0) + 1e-9
    scaled = (features - features.mean(axis=0)) / sd
    variance, components = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    variance, components = variance[::-1][:rank], components[:, ::-1][:, :rank].T
    largest = np.abs(components).argmax(axis=1)
    sign = np.sign(components[np.arange(rank), largest])
    return sign[:, None] * components / (np.sqrt(variance)[:, None] * sd[None, :])
