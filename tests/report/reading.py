"""Reads a page back: its elements with their text, for comparing what it says with the results."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr"}
NUMBER = re.compile(r"[+−-]?\d[\d\u202f]*(?:\.\d+)?")


@dataclass
class Element:
    """One element with what is inside it."""

    tag: str
    attrs: dict[str, str]
    parts: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All the words inside, in order."""
        words = [part if isinstance(part, str) else part.text for part in self.parts]
        return " ".join(" ".join(words).split())

    def all(self, tag: str = "", **attrs: str) -> list[Element]:
        """Elements inside with this tag, these attributes and (``cls``) this class."""
        found = []
        for part in self.parts:
            if isinstance(part, str):
                continue
            cls = attrs.get("cls")
            rest = {k: v for k, v in attrs.items() if k != "cls"}
            same = all(part.attrs.get(k.replace("_", "-")) == v for k, v in rest.items())
            if (
                (not tag or part.tag == tag)
                and same
                and (not cls or cls in part.attrs.get("class", "").split())
            ):
                found.append(part)
            found += part.all(tag, **attrs)
        return found

    def one(self, tag: str = "", **attrs: str) -> Element:
        """The only such element."""
        (found,) = self.all(tag, **attrs)
        return found


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.stack = [Element("root", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {key: value or "" for key, value in attrs})
        self.stack[-1].parts.append(made)
        if tag not in VOID:
            self.stack.append(made)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack[-1].tag == tag, f"</{tag}> closes <{self.stack[-1].tag}>"
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        if self.stack[-1].tag not in {"script", "style"}:
            self.stack[-1].parts.append(data)


def read_page(html: str) -> Element:
    """Return the page's root; an element that is not closed where it was opened fails."""
    parser = _Parser()
    parser.feed(html)
    assert len(parser.stack) == 1
    return parser.stack[0]


def numbers(text: str, decimal: str = ".") -> list[tuple[float, float]]:
    """Return each number of a text with half a step of its last digit; `decimal` is the language's sign."""
    found = []
    for match in NUMBER.finditer(text.replace(decimal, ".")):
        plain = match[0].replace("\u202f", "").replace("−", "-")
        decimals = len(plain.partition(".")[2])
        found.append((float(plain), 0.5 * 10.0**-decimals))
    return found
