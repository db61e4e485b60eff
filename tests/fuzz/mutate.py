"""Seeds changed a little, drawn by hypothesis, so that what it finds shrinks to its smallest form."""

from hypothesis import strategies as st

from .seeds import seeds_of

SPICE = [
    *(
        b"\0",
        b"\r",
        b"\n",
        b"\r\n",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b'"',
        b"'",
        b"#",
        b",",
        b";",
        b"\t",
    ),
    *(
        b"nan",
        b"inf",
        b"-1e308",
        b"1e400",
        b"-0",
        b"0x_",
        b"9" * 30,
        b"9" * 5000,
        b"[",
        b"]",
        b"{",
        b"}",
        b"=",
    ),
    *(
        b": ",
        b"- ",
        b"&a ",
        b"*a",
        b"!!int ",
        b"\\ud800",
        b"\\U99999999",
        b"<script>",
        b"\x1b[2J",
        b"1_0",
        b"\xc2\xb2",
    ),
]


@st.composite
def mutated(draw, target):
    """Bytes near one of a target's seeds, or two of them together."""
    seeds = seeds_of(target)
    data = draw(st.sampled_from(seeds))
    if draw(st.integers(0, 4)) == 0:
        other = draw(st.sampled_from(seeds))
        data = data[: draw(st.integers(0, len(data)))] + other[draw(st.integers(0, len(other))) :]
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(data)))
        upto = min(at + draw(st.sampled_from([0, 0, 1, 1, 2, 8, 64])), len(data))
        fresh = draw(st.one_of(st.sampled_from(SPICE), st.binary(max_size=4), st.just(data[at : at + 40])))
        data = data[:at] + fresh + data[upto:]
    return data
