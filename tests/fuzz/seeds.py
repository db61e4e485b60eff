"""Small nasty inputs, by target; what a fuzz run found lies beside them in ``tests/corpus``."""

import gzip
import struct
from functools import cache
from pathlib import Path

import numpy as np

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
HEAD = b"time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n"


def _rows(count=60, end=b"\n"):
    rows = []
    for row in range(count):
        swing = np.sin(row / 3.0)
        rows.append(
            f"{row / 100:.2f},{15 * swing:.2f},0.5,{9.81 + 9 * swing:.2f},{300 * swing:.1f},1,2".encode()
        )
    return end.join(rows) + end


GOOD = HEAD + _rows()
PREAMBLE = (
    b'# gait-recording = 1\n# placement = "shoe"\n# side = "left"\n# rate_hz = 100.0\n# acc_range_g = 16\n'
)
CSV = [
    GOOD,
    PREAMBLE + GOOD,
    PREAMBLE.replace(b"100.0", b"1e-5") + GOOD,
    PREAMBLE.replace(b"= 16", b"= 1" + b"0" * 400) + GOOD,
    PREAMBLE + GOOD.replace(b"0.4", b"80000.4"),
    b"\xef\xbb\xbf" + GOOD,
    b"\xef\xbb\xbf" * 2 + GOOD,
    GOOD.decode().encode("utf-16"),
    GOOD.replace(b"\n", b"\r\n"),
    GOOD.replace(b"\n", b"\r"),
    GOOD.replace(b"\n", b"\r\n", 5),
    GOOD.replace(b"0.5", b'"0.5"'),
    GOOD.replace(b"0.5", b'"0.5', 1),
    GOOD.replace(b",", b";").replace(b".", b","),
    GOOD.replace(b"0.5", b"0\x005", 1),
    GOOD.replace(b"0.5", b"1e308"),
    GOOD.replace(b"0.5", b"-1e400", 1),
    GOOD.replace(b"0.5", b"9" * 5000, 1),
    GOOD.replace(b"0.5", b"nan"),
    GOOD.replace(b"\n0.07,", b"\nnan,"),
    GOOD.replace(b"\n0.07,", b"\n1e308,"),
    GOOD.replace(b"\n0.07,", b"\n-1,"),
    GOOD.replace(b"\n0.07,", b"\n0.06,"),
    GOOD.replace(b"0.5", b"\xed\xa0\x80", 1),
    GOOD.replace(b"acc_x", b"\xff\xfe"),
    GOOD.replace(b"acc_x", b"acc_x,acc_x"),
    GOOD + b"," * 60_000,
    b"," * 100_000,
    b'"' * 10_000,
    b"#" * 70_000,
    b"# gait-recording = 1\n" * 3000,
    b"# gait-recording = 1\n# x = " + b"[" * 3000 + b"\n" + GOOD,
    gzip.compress(GOOD),
    gzip.compress(GOOD)[:-9],
    gzip.compress(HEAD + b"\n" * (1 << 22)),
    gzip.compress(HEAD + b",,,,,,\n" * (1 << 16)),
    b"\x1f\x8b",
    b"",
    b"\n",
    HEAD,
    b"PK\x03\x04" + GOOD,
]
TOML = [
    b'[runner]\nmass_kg = 70\nheight_m = 1.8\n[run]\nsurface = "road"\n[answers]\npain = ["hip"]\nage = 40\n',
    b"[answers" + b".a" * 3000 + b"]\n",
    b"x = " + b"[" * 5000,
    b"x = " + b"{a=" * 500,
    b"age = " + b"9" * 5000,
    b"age = 0x" + b"f" * 5000,
    b"cadence_spm = nan",
    b"cadence_spm = 1e400",
    b'own = ["\\uD800"]',
    b'own = ["\\u0000"]',
    b"own = 1979-05-27T07:32:00Z",
    b"own = " + b"[" * 150 + b"]" * 150,
    b"[a" + b".a" * 3000 + b"]\n",
    b"[[answers]]\n",
    b"age = 5\nage = 5\n",
    b"\xff\xfea\x00",
    b"\xef\xbb\xbfage = 30\n",
    b'experience = "new"\npain = ["hip"]\npain_strength = 3\nrun_days = ["mon"]\nhard_run_days = ["tue"]\n',
]
JSON = [
    b'{"age": 30, "pain": ["hip"], "own": ["a_b"]}',
    b'{"answers": {"age": 30}}',
    b'{"age": ' + b"9" * 5000 + b"}",
    b"[" * 100_000,
    b'{"a":' * 900,
    b'{"cadence_spm": NaN, "age": -Infinity}',
    b'{"age": 1, "age": 2}',
    b'{"own": ["\\ud800"]}',
    b'{"\\ud800": 1}',
    b'"age"',
    b"null",
    b"\xef\xbb\xbf{}",
]
_PACK = b"""
sources:
  - {id: mine, citation: A book., kind: article}
advice:
  - {id: own_advice, text: Rest well., why: It helps., always: true, grade: expert, sources: [mine]}
"""
YAML = [
    _PACK,
    b"sources:\n  - {id: x, citation: 'a', kind: review, url: 'https://example.org'}\nremove: [x]\n",
    b"a: &a [x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n",
    b"a: " + b"9" * 5000,
    b"a: 0x_",
    b"a: 0b_",
    b"a: 0x" + b"f" * 5000,
    b"a: !!int x",
    b"a: !!int ''",
    b"a: !!bool x",
    b"a: !!python/object/apply:os.system [ls]",
    b'a: "\\U99999999"',
    b'a: "\\ud800"',
    b"a: " + b":".join([b"1"] * 3000),
    b"[" * 50_000,
    b"{" * 50_000,
    b"- " * 50_000,
    b"? " * 20_000,
    b"a: |\n" + b" x\n" * 9999,
    b"<<: {a: 1}",
    b"%YAML 9.9\n---\na: 1",
    b"a: .nan",
    b"findings: [{id: 1}]",
    b"numbers: {}\ntexts: []\n",
    b"remove: [" + b"a," * 9000 + b"a]",
]
TRUTH = [
    b"side,ic_s,tc_s,fsa_deg\nleft,0.1,0.3,5\nleft,0.8,1.0,4\n",
    b"ic_s,tc_s\n1,2,3,4\n",
    b"ic_s,tc_s\n" + b"9" * 400 + b",2\n1,2\n",
    b"ic_s,tc_s,fsa_deg\ninf,2,1\n1e308,1e308,1e308\n-1e308,1,-1e308\n0.1,0.2,1e308\n0.5,0.6,-1e308\n",
    b"ic_s,ic_s,tc_s\n1,2,3\n",
    b'ic_s,tc_s\n"1,2\n3,4\n',
    b"ic_s,tc_s\nTrue,(1+2j)\n",
    b"ic_s,tc_s\n\xff,1\n",
    b"ic_s,tc_s\n1,2\x00\n",
    gzip.compress(b"ic_s,tc_s\n" + b"1,2\n" * 1000)[:-10],
    b"PK\x03\x04",
    b"ic_s,tc_s\n",
    b"\xef\xbb\xbfic_s,tc_s\r\n1,2\r\n2,3\r\n",
]
DATA = struct.pack("<BBHIIBBH", 0x11, 0, 7, 100, 5_000_000, 2, 1, 19231) + bytes(range(24))
STATUS = struct.pack(
    "<BBBBHHHBBIIIIIII16s8s", 0x21, 1, 1, 1, 208, 16, 2000, 1, 90, 5, 6, 7, 8, 9, 10, 0, b"VS1", b"1.0"
)
PACKETS = {
    "data": [DATA, DATA[:-1], DATA + b"\0", DATA[:16], b"\xff" * 244, b"\0" * 244],
    "status": [STATUS, STATUS + b"more", STATUS[:-1], b"\x21" + b"\xff" * 63],
    "command": [bytes([op, *body]) for op in range(9) for body in (b"", b"\0" * 4, b"\xff" * 9, b"name")],
    "answer": [
        bytes([0x80 | op, r, *body]) for op in range(8) for r in (0, 1, 200) for body in (b"", b"\1" * 8)
    ],
}
BUILT_IN = {
    "csv": CSV,
    "analysis": CSV[:22],
    "preamble": [
        PREAMBLE,
        b"# [device\n",
        b"# x = " + b"[" * 3000,
        b"# rate_hz = 1e400",
        b"# side = \x00",
        *TOML,
    ],
    "session.toml": TOML,
    "rules.yaml": YAML,
    "answers.toml": TOML,
    "answers.json": JSON,
    "truth.csv": TRUTH,
    "journal": [b"", b"GAITJRN1", b"\0" * 64, b"\xff" * 300],
    **PACKETS,
}


def _run():
    """Twelve seconds of a simulated run, so that there are strides to find."""
    with gzip.open(CORPUS.parents[1] / "recordings" / "easy-rearfoot" / "left_shoe.csv.gz") as stream:
        return b"".join(stream.readlines()[:2500])


@cache
def seeds_of(target):
    """Inputs that a target begins from: those above, and the files of its folder in ``tests/corpus``."""
    folder = CORPUS / target
    files = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    own = [_run()] * 8 if target == "analysis" else []
    return [*BUILT_IN[target], *own, *(path.read_bytes() for path in files)]
