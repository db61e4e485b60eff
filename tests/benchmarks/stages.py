"""Where a report's time goes: each stage of it, one behind the other, in a fresh process a recording."""

import json
import subprocess
import sys

from . import measure
from .data import repeated, simulated

_STAGES = """
import json, sys, time
spans, last = {}, time.perf_counter()
def done(stage):
    global last
    spans[stage], last = time.perf_counter() - last, time.perf_counter()
import gait.cli.commands.report as command
done("import of the command line")
from gait.cli.measured import import_pandas_alone
import_pandas_alone()
done("import of pandas and numpy")
from gait.recording.long import open_session
done("import of reading")
session = open_session(sys.argv[1])
done("reading (a day: its heads)")
from gait.analysis.analyze import analyze
done("import of the analysis")
analysis = analyze(session, processes=2)
done("analysis, both sensors at once (a day: with its reading)")
pack = command._pack(None, "en", unsafe=False)
done("import and reading of the rules")
from gait.coaching.questionnaire.answers import Answers
made = command._coaching(analysis, Answers(), (), pack)
done("coaching")
from gait.report.page.write import render_sections
from gait.report.sections import sections_of
from gait.report.story import Story
from gait.report.words import load_words
story = Story(analysis, made.findings, made.plan, load_words("en"), None, "", "full", pack.say)
done("import of the page")
sections = sections_of(story)
done("sections")
render_sections(sections, story.words, "full")
done("page")
print(json.dumps(spans))
"""


def main(cache):
    """Ten minutes, an hour and a day; the command imports rules and page beside reading and analysis."""
    lengths = {"10 min": simulated(cache, 10), "1 h": simulated(cache, 60), "24 h": repeated(cache, 24)}
    found = {name: _stages(folder) for name, folder in lengths.items()}
    rows = [
        (stage, *(f"{found[name][stage]:.2f}" for name in lengths)) for stage in next(iter(found.values()))
    ]
    totals = [f"{sum(found[name].values()):.2f}" for name in lengths]
    measure.table(("stage of a report, s", *lengths), [*rows, ("all, one behind the other", *totals)])


def _stages(folder):
    """Seconds of each stage; the second of two runs, when the files are in the system's cache."""
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", _STAGES, folder],
            cwd=measure.ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    return json.loads(done.stdout)
