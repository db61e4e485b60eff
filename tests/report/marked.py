"""A language with every text between marks: what is seen outside of them came from no catalogue."""

from __future__ import annotations

import json
import re
import string
import tomllib
from collections.abc import Iterable, Iterator

from gait.analysis.metrics import METRICS
from gait.coaching.language import Language, load_language
from gait.coaching.rules.load import Knowledge
from gait.coaching.rules.translate import in_language, pack_texts
from gait.report.words import FOLDER, SENTENCES, Words, load_words
from tests.report.reading import Element

OPEN, CLOSE = "⟦", "⟧"
SEEN = ("alt", "title", "aria-label", "placeholder", "label")
"""Attributes that people read or hear."""
WORD = re.compile(r"[^\W\d_]{2,}")
UNITS = {*("min", "km", "Hz", "deg", "spm", "ms", "cm", "kN", "dps"), *(m.unit for m in METRICS.values())}
"""Signs of units, which are the same in every language."""
REFERENCE = re.compile(r"https?://\S+|doi \S+|\b10\.\d{4,}/\S+")


def marked_words() -> Words:
    """Return the report's catalogue with marks round every text, and sentences that there is German for."""
    english = load_words()
    texts = {key: marked(english(key)) for key in english}
    spoken = FOLDER.joinpath(SENTENCES).joinpath("de.toml").read_text(encoding="utf-8")
    return Words("xx", texts | {"number.decimal": "."}, _marks(tomllib.loads(spoken)))


def marked_pack(pack: Knowledge) -> Knowledge:
    """Return the rules with marks round every text that there is German for; so are coaching's sentences."""
    german, english = load_language("de"), pack_texts(pack)
    texts = {place: marked(english[place]) for place in german.texts}
    return in_language(pack, Language("xx", _marks(german.sentences), texts))


def _marks(sentences: Iterable[str]) -> dict[str, str]:
    return {one: marked(one) for one in sentences if one != "."}


def marked(text: str) -> str:
    """Return a text with marks between its places: what fills a place must be marked itself.

    Examples
    --------
    >>> marked("{n} rows of {total:.1f}")
    '{n}⟦ rows of ⟧{total:.1f}'
    """
    out = []
    for literal, name, spec, conversion in string.Formatter().parse(text):
        # A sentence is a mark of its own: some texts are cut after their first.
        whole = literal.replace(". ", f"{CLOSE}. {OPEN}")
        out.append(f"{OPEN}{whole}{CLOSE}" if literal else "")
        if name is not None:
            turned = f"!{conversion}" if conversion else ""
            out.append("{" + name + turned + (f":{spec}" if spec else "") + "}")
    return "".join(out)


def outside(text: str) -> str:
    """Return what stands outside of all marks; a mark that is not closed fails."""
    kept, depth = [], 0
    for sign in text:
        depth += (sign == OPEN) - (sign == CLOSE)
        assert depth >= 0, text
        kept.append(sign if depth == 0 and sign != CLOSE else " ")
    assert depth == 0, text
    return "".join(kept)


def stray(texts: Iterable[str], known: Iterable[str] = ()) -> dict[str, str]:
    """Return each word outside of marks with the text it stands in.

    Parameters
    ----------
    known
        What the runner, the recording or a citation says: names, files, notes; the longest first.
    """
    found: dict[str, str] = {}
    data = sorted(set(known), key=len, reverse=True)
    for text in texts:
        left = " ".join(REFERENCE.sub(" ", outside(text)).split())
        for one in data:
            left = left.replace(" ".join(one.split()), " ")
        found |= {word: text for word in WORD.findall(left) if word not in UNITS and set(word) != {"x"}}
    return found


def seen(page: Element) -> Iterator[str]:
    """Yield every text of a page that people read or hear: nodes and labels."""
    for name in SEEN:
        if name in page.attrs:
            yield page.attrs[name]
    for part in page.parts:
        if isinstance(part, Element):
            yield from seen(part)
        else:
            yield part


def script_texts(html: str) -> list[str]:
    """Return the words that the page's data hand to the script of the charts."""
    found = re.search(r'<script type="application/json" id="touch">(.*?)</script>', html, re.DOTALL)
    if found is None:
        return []
    data = json.loads(found[1])
    charts = [chart[key] for chart in data["charts"] for key in ("title", "below")]
    return [*data["words"].values(), *charts]
