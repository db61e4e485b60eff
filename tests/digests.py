"""Digests of the English texts that the German ones were written from: ``python -m tests.digests KEY ...``.

Beside each file of translations stands one with a line a text: eight figures of the SHA-256 of the English
text, and its key. A changed English text makes the test fail until somebody has looked at the German again
and notes that by naming its key here. ``--new`` notes keys that have no digest yet, and drops those that are
gone.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path

from gait.coaching.language import load_language
from gait.coaching.rules.load import load_knowledge
from gait.coaching.rules.translate import pack_texts
from gait.report.words import load_words

ROOT = Path(__file__).resolve().parents[1] / "gait"
PAGE = ROOT / "report" / "words" / "de.digests"
RULES = ROOT / "coaching" / "knowledge" / "de" / "digests"
FIGURES = 8


def page_texts() -> dict[str, str]:
    """Return the English text of each key of the report's catalogue."""
    words = load_words()
    return {key: words(key) for key in words}


def rules_texts() -> dict[str, str]:
    """Return the English text at each place of the rules that there is German for."""
    english = pack_texts(load_knowledge())
    return {place: english[place] for place in load_language("de").texts}


FILES = {PAGE: page_texts, RULES: rules_texts}
"""File of digests -> the English texts that it is of."""


def digest(text: str) -> str:
    """Return the figures that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:FIGURES]


def noted(file: Path) -> dict[str, str]:
    """Return key -> digest of the English that its German was last looked at against."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return {key: figures for figures, key in (line.split(maxsplit=1) for line in lines)}


def changed(file: Path) -> list[str]:
    """Return the keys whose English is another than that which was noted, is new, or is gone."""
    now = {key: digest(text) for key, text in FILES[file]().items()}
    before = noted(file)
    return sorted(key for key in now | before if now.get(key) != before.get(key))


def note(file: Path, keys: Mapping[str, str]) -> None:
    """Write the digests in the order of the texts."""
    text = "".join(f"{figures}  {key}\n" for key, figures in keys.items())
    file.write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Note the named keys, or the new ones; say what is left."""
    left: list[str] = []
    for file, texts in FILES.items():
        before, now = noted(file), {key: digest(text) for key, text in texts().items()}
        new = {key for key in now if key not in before} if "--new" in arguments else set()
        seen = {key: now[key] if key in arguments or key in new else before.get(key, "") for key in now}
        note(file, {key: figures for key, figures in seen.items() if figures})
        left += changed(file)
    print("\n".join(left) or "every German text was looked at against today's English")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
