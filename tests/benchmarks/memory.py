"""Peak memory of whole processes, from an hour to a day."""

from . import measure
from .data import repeated, simulated


def main(cache):
    """An hour, ten hours and a day through `gait analyze`, and an hour through `gait report`."""
    hour = simulated(cache, 60)
    page = cache / "report.html"
    rows = []
    for name, command in (
        ("`gait --help`", ("--help",)),
        ("`gait report`, 1 h", ("report", hour, "-o", page)),
        ("`gait analyze`, 1 h", ("analyze", hour)),
        ("`gait analyze`, 10 h", ("analyze", repeated(cache, 10))),
        ("`gait analyze`, 24 h", ("analyze", repeated(cache, 24))),
        ("`gait report`, 24 h", ("report", repeated(cache, 24), "-o", page)),
    ):
        seconds, peak = measure.gait(*command)
        rows.append((name, f"{peak:.0f}", f"{seconds:.1f}"))
    measure.table(("whole process", "peak memory, MB", "s"), rows)
