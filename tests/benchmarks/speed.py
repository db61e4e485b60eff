"""How long reading, analysing and the whole command take, and how that grows with the recording."""

import gait

from . import measure
from .data import pandas_read, repeated, simulated


def main(cache):
    """One hour of two shoes at 208 Hz, beside what pandas needs to read its files."""
    hour = simulated(cache, 60)
    session = gait.read(hour)
    samples = sum(len(one.time_s) for one in session.recordings)
    print(f"{samples / 1e6:.2f} million samples; s, median (fastest to slowest) of {measure.RUNS}\n")
    page = cache / "report.html"
    spans = measure.together(
        {
            "pandas reads the two files": lambda: pandas_read(hour),
            "`gait.read`": lambda: gait.read(hour),
            "`gait.analyze` of what was read": lambda: gait.analyze(session),
            "the same with `processes=2`": lambda: gait.analyze(session, processes=2),
            "`gait.analyze(path)`": lambda: gait.analyze(hour),
            "`gait report`, whole process": lambda: measure.gait("report", hour, "-o", page),
            "`gait --help`, whole process": lambda: measure.gait("--help"),
        }
    )
    base = next(iter(spans.values()))[0]
    rows = [(name, measure.shown(span), f"{span[0] / base:.1f}") for name, span in spans.items()]
    measure.table(("what", "s", "times pandas"), rows)


def length(cache):
    """Ten minutes, an hour, ten hours: seconds for each hour of recording."""
    rows = []
    for name, folder, hours, runs in (
        ("10 min", simulated(cache, 10), 1 / 6, 5),
        ("1 h", simulated(cache, 60), 1, 3),
        ("10 h", repeated(cache, 10), 10, 1),
    ):
        (pandas_s, *_), _ = measure.timed(lambda folder=folder: pandas_read(folder), runs)
        (ours_s, *_), found = measure.timed(lambda folder=folder: gait.analyze(folder), runs)
        rows.append(
            (
                name,
                len(found.strides),
                f"{ours_s:.2f}",
                f"{ours_s / hours:.2f}",
                f"{pandas_s / hours:.2f}",
            )
        )
    measure.table(("recording", "strides", "`gait.analyze(path)`, s", "s an hour", "pandas, s an hour"), rows)
