"""The live page: one file with its style and script inside, its words from the report's catalogue."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib import resources

from gait.report.words import Words

__all__ = ["content_policy", "page_html"]

PLACE = re.compile(r"\{\{([a-z0-9_.]+)\}\}")
"""Place of a text in the page's file: a key of the catalogue, `LANGUAGE` or `SCRIPT`."""
LANGUAGE, SCRIPT = "lang", "words"
SPOKEN = "live.script."
"""Keys of the texts that the script puts together."""


def page_html(words: Words) -> str:
    """Return the page in a language."""

    def text(place: re.Match[str]) -> str:
        if place[1] == LANGUAGE:
            return html.escape(words.lang)
        return _script_words(words) if place[1] == SCRIPT else html.escape(words(place[1]))

    return PLACE.sub(text, resources.files("gait.live").joinpath("page.html").read_text(encoding="utf-8"))


def _script_words(words: Words) -> str:
    """Return the script's texts as JSON that ends no script."""
    texts = {key.removeprefix(SPOKEN): words(key) for key in words if key.startswith(SPOKEN)}
    texts |= {side: words(f"side.{side}") for side in ("left", "right")}
    texts |= {"lang": words.lang, "decimal": words.decimal}
    return json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c")


def content_policy(page: str) -> str:
    """Return a policy that lets in the page's own style and script, by hash, and its socket."""

    def hashes(tag: str) -> str:
        scripts = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
        return " ".join(f"'sha256-{digest}'" for digest in digests)

    return (
        f"default-src 'none'; script-src {hashes('script')}; style-src {hashes('style')}; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
