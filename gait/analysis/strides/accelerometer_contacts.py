"""Contacts of stances seen by an accelerometer alone: three regressions, one behind the other.

Contact is read about the shock; toe-off coarsely about a usual time behind contact, and then finely about
that. The size of each step is a measure of its uncertainty; so is, where the model has it, the distance of
the features from those of the fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gait.analysis.signal.buffer import SampleBuffer
from gait.analysis.strides.contact_model import ContactModel, Refined
from gait.arrays import BoolArray, FloatArray

__all__ = ["NEAR_S", "Contacts", "Moves", "fits_turned", "read_contacts", "refine_steps", "with_doubt"]

Moves = Mapping[str, FloatArray]
"""Step -> (n,) s from where it began to what it found. Where the model measures it, ``distance`` -> (n,)
distances of the features from those of the fit, without unit."""

NEAR_S = 0.08
"""s about an event within which bridged samples make it doubtful (chosen: most of its snippet)."""

TURNED_BETTER_S = 0.05
"""s by which the steps to toe-off are shorter, in the median, where an axis points the other way than assumed
(chosen on thirteen runners, Fukuchi 2017: of 700 recordings, in the fit, 98 % come out right; 96 %
without)."""


@dataclass(frozen=True)
class Contacts:
    """Contacts of n stances, s of session time, and one sigma, s; NaN where not found.

    Attributes
    ----------
    both_sd
        (n,) one sigma of contact time.
    """

    ic: FloatArray
    ic_sd: FloatArray
    tc: FloatArray
    tc_sd: FloatArray
    both_sd: FloatArray

    def __len__(self) -> int:
        return len(self.ic)

    def choose(self, other: Contacts, where: BoolArray) -> Contacts:
        """Return `other` at (n,) `where` and this elsewhere."""
        names = self.__dataclass_fields__
        return Contacts(*(np.where(where, getattr(other, name), getattr(self, name)) for name in names))

    def last(self) -> Contacts:
        """Return the last stance alone."""
        return Contacts(*(getattr(self, name)[-1:] for name in self.__dataclass_fields__))

    def but_last(self) -> Contacts:
        """Return all stances but the last."""
        return Contacts(*(getattr(self, name)[:-1] for name in self.__dataclass_fields__))

    def followed_by(self, other: Contacts) -> Contacts:
        """Return the stances of both."""
        names = self.__dataclass_fields__
        return Contacts(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in names))


def read_contacts(
    model: ContactModel, raw: Mapping[str, FloatArray], start_s: FloatArray, contact_s: float, usual_s: float
) -> tuple[Contacts, Moves]:
    """Return the contacts that the model reads, without uncertainty, and how far each step moved.

    Parameters
    ----------
    raw
        Channel -> (n, L) windows about shocks.
    start_s
        (n,) s of session time of their first columns.
    contact_s, usual_s
        Where contact is looked for, s from the first column; and toe-off, s from contact.
    """
    signals = model.signals(raw)
    landing, coarse, leaving = refine_steps(model, signals, contact_s, usual_s)
    nothing = np.full(len(start_s), np.nan)
    contacts = Contacts(start_s + landing.time_s, nothing, start_s + leaving.time_s, nothing, nothing)
    moves = {
        "ic_shift": landing.shift_s,
        "coarse_shift": coarse.shift_s,
        "tc_shift": leaving.shift_s,
    }
    distance = model.distance(signals, {"ic": landing.time_s, "tc": leaving.time_s})
    return contacts, moves if distance is None else {**moves, "distance": distance}


def refine_steps(
    model: ContactModel, signals: FloatArray, contact_s: float, usual_s: float
) -> tuple[Refined, Refined, Refined]:
    """Return the contact, the coarse and the fine toe-off of n stances, s from each row's start.

    Parameters
    ----------
    signals
        (c, n, L) from ``model.signals``.
    contact_s, usual_s
        As in `read_contacts`.
    """
    landing = model.refine("ic", signals, np.full(signals.shape[1], contact_s))
    coarse = model.refine("tc_coarse", signals, landing.time_s + usual_s)
    return landing, coarse, model.refine("tc", signals, coarse.time_s)


def fits_turned(
    model: ContactModel,
    raw: Mapping[str, FloatArray],
    start_s: FloatArray,
    contact_s: float,
    usual_s: float,
    odd: tuple[str, ...],
) -> bool:
    """Return whether the model finds its contacts nearer by with the sense of some channels turned round.

    Parameters
    ----------
    raw, start_s, contact_s, usual_s
        As in `read_contacts`.
    odd
        Channels along an axis whose sense is in doubt.
    """
    if len(start_s) == 0:
        return False
    turned = {name: -values if name in odd else values for name, values in raw.items()}
    far = [
        float(np.median(np.abs(moves["coarse_shift"]) + np.abs(moves["tc_shift"])))
        for _, moves in (
            read_contacts(model, signals, start_s, contact_s, usual_s) for signals in (raw, turned)
        )
    ]
    return far[1] < far[0] - TURNED_BETTER_S


def with_doubt(
    model: ContactModel, contacts: Contacts, moves: Moves, buffer: SampleBuffer, usual_s: tuple[float, float]
) -> Contacts:
    """Return the contacts with their uncertainties.

    Parameters
    ----------
    usual_s
        Contact times of most of the runners that the model was fitted on: beyond them it extrapolates.
    """
    contact = contacts.tc - contacts.ic
    beyond = np.maximum(np.maximum(usual_s[0] - contact, contact - usual_s[1]), 0.0)
    missing = [buffer.missing_s(event, NEAR_S) for event in (contacts.ic, contacts.tc)]
    ic_sd = model.spread["ic"].of({**moves, "missing": missing[0]})
    tc_sd = model.spread["tc"].of({**moves, "missing": missing[1]})
    terms = {**moves, "beyond": beyond, "missing": np.hypot(*missing)}
    return replace(contacts, ic_sd=ic_sd, tc_sd=tc_sd, both_sd=model.spread["contact"].of(terms))
