"""A pack file is data from outside: whatever it holds ends in values or in one clear error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gait.coaching.rules.load import builtin_folder
from gait.coaching.rules.marked_yaml import MAX_BYTES, MAX_DEPTH, read_marked, read_text
from gait.errors import KnowledgeError

LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (LAUGHS, 1, "alias"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "tag"),
        ("a: 1\nb: !mine 3\n", 2, "tag"),
        ("a: 1\nb: 2\na: 3\n", 3, "twice"),
        ("a:\n  - 1\n  - {x: 1, x: 2}\n", 3, "twice"),
        ("? [1, 2]\n: 3\n", 1, "key"),
        ("1: 2\n", 1, ""),
        ("a: [1, 2\nb: 3\n", 2, "YAML"),
        ("a: 1\n\tb: 2\n", 2, "YAML"),
        ("a: 1\n---\nb: 2\n", 2, "YAML"),
        ("[" * (MAX_DEPTH + 1), 1, "nested"),
        ("a: \x07\n", 1, "YAML"),
        ("a: !!binary aGVsbG8=\n", 1, "tag"),
        ("a: !!set {x, y}\n", 1, "tag"),
    ],
)
def test_what_is_no_plain_data_is_refused_with_its_line(text: str, line: int, word: str) -> None:
    """Aliases, tags, doubles, broken syntax and deep nests are named with file and line."""
    if text == "1: 2\n":
        assert read_marked(text, "p.yaml").data == {"1": 2}  # a number as key is read as its text
        return
    with pytest.raises(KnowledgeError) as caught:
        read_marked(text, "p.yaml")
    assert word in str(caught.value)
    assert caught.value.where in {f"p.yaml:{line}", "p.yaml"}
    if "\x07" not in text:
        assert caught.value.where == f"p.yaml:{line}"


def test_too_many_values_are_refused_before_they_are_built() -> None:
    """A file within the size limit that holds far too many values is refused."""
    with pytest.raises(KnowledgeError, match="more than"):
        read_marked("[" + "1," * 30_000 + "1]", "p.yaml")


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(codec="ascii"), max_size=20)
)
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcxyz", min_size=1, max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(trees)
def test_json_reads_back_as_itself(tree: object) -> None:
    """Whatever JSON can hold comes out of the YAML reader unchanged."""
    assert read_marked(json.dumps(tree), "x.json").data == tree


@given(raw=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No file, whatever it holds, leads to anything but data or a `KnowledgeError`."""
    path = tmp_path_factory.mktemp("any") / "p.yaml"
    path.write_bytes(raw)
    try:
        read_marked(read_text(path), "p.yaml")
    except KnowledgeError:
        return


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    """A file beyond the limit is refused, whatever its content."""
    path = tmp_path / "p.yaml"
    path.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(KnowledgeError, match="larger than"):
        read_text(path)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    """A path that is not there is named, with what is wrong with it."""
    with pytest.raises(KnowledgeError, match="nowhere"):
        read_text(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize("path", sorted(builtin_folder().glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_files_read_the_same_the_quick_way(path: Path) -> None:
    """Values and lines of the package's own rules do not depend on which loader reads them."""
    text = read_text(path)
    assert read_marked(text, "x", shipped=True) == read_marked(text, "x")
