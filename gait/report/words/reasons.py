"""Why something was not measured, in the reader's language: the analysis gives its reasons in English."""

from __future__ import annotations

from gait.analysis.analyze import UNFOUND_RUN
from gait.analysis.session.not_measured import LOOKS_LIKE, NEEDS, NEEDS_FIRST, NEEDS_NEXT, REASONS
from gait.analysis.session.plausibility import PEDALS, POCKET, SHAKEN, WALK
from gait.report.words import Words

__all__ = ["LOOKS", "looks_text", "reason_text"]

KINDS: dict[str, str] = {text: kind for kind, text in REASONS.items()}
LACKING: dict[str, str] = {text: kind for kind, text in NEEDS.items()}
LOOKS: dict[str, str] = {
    POCKET: "pocket",
    PEDALS: "pedals",
    SHAKEN: "shaken",
    WALK: "walk",
    UNFOUND_RUN: "unfound_run",
}
"""What a movement that is no running looks like -> its kind."""


def reason_text(why: str, words: Words) -> str:
    """Return a reason of the analysis in the catalogue's words.

    Parameters
    ----------
    why
        A value of `Analysis.not_measured`. One that is no text of `REASONS`, such as what a fault of the
        recording says, is returned as it is.
    """
    if why.startswith(LOOKS_LIKE):
        what = looks_text(why.removeprefix(LOOKS_LIKE), words)
        return words("reason.no_running_like", what=what)
    lacking = why.removeprefix(NEEDS_FIRST).split(NEEDS_NEXT)
    if why.startswith(NEEDS_FIRST) and set(lacking) <= set(LACKING):
        named = [words(f"needs.{LACKING[one]}") for one in lacking]
        return words("needs.line", what=words("list.comma").join(named))
    kind = KINDS.get(why)
    return why if kind is None else words(f"reason.{kind}")


def looks_text(what: str, words: Words) -> str:
    """Return what a movement looks like in the catalogue's words; an unknown one is returned as it is."""
    kind = LOOKS.get(what)
    return what if kind is None else words(f"looks.{kind}")
