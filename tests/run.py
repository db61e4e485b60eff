"""Pass the tests on a machine that has nothing but Python: ``python3 tests/run.py``.

Makes ``.venv``, installs the package with what the tests need (pinned by ``constraints.txt``), writes a
report from a recording in ``recordings/`` and runs pytest. Where it may (root on Debian or a relative) it
installs a C compiler and Chromium, which some tests use; elsewhere it says which tests will be skipped.
Arguments are passed on to pytest; ``--no-system`` leaves the system's packages alone, ``--long`` draws ten
thousand cases of every property instead of some, ``--environment`` stops once the environment is made.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
RECORDING = ROOT / "recordings" / "easy-rearfoot"
EXTRAS = "virtual,fit,parquet,batch,live,lsl,c3d,notebooks"
OLDEST, NEWEST = (3, 11), (3, 13)
WORKERS = "4"
OWN_OPTIONS = ("--no-system", "--long", "--environment")
SYSTEM_TOOLS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "C compiler": (("cc", "gcc", "clang"), ("gcc libc6-dev",)),
    "Chromium": (
        ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome"),
        ("chromium-headless-shell fonts-dejavu-core", "chromium fonts-dejavu-core"),
    ),
}
"""Tool -> commands that are it, Debian packages that bring it, and others where there are none such."""


def say(text: str) -> None:
    """Tell what happens, between the output of other programs."""
    print(f"\n== {text}", flush=True)


def run(*command: str | Path) -> int:
    """Run a command in the repository and return its exit code."""
    return subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode


def must(*command: str | Path) -> None:
    """Run a command that the rest depends on."""
    code = run(*command)
    if code:
        sys.exit(f"failed with {code}: {' '.join(str(part) for part in command)}")


def make_venv() -> None:
    """Make the environment, or use the one that is there."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(f"Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]} is needed")
    if not PYTHON.exists():
        say(f"virtual environment in {VENV}")
        if run(sys.executable, "-m", "venv", VENV):
            sys.exit("no virtual environment; on Debian and Ubuntu: apt-get install python3-venv")
    say("package and test tools")
    must(PYTHON, "-m", "pip", "install", "-qq", "--upgrade", "pip>=25.1")
    must(
        PYTHON, "-m", "pip", "install", "-qq", "--constraint", "constraints.txt",
        "--editable", f".[{EXTRAS}]", "--group", "dev",
    )  # fmt: skip


def get_system_tools() -> list[str]:
    """Install what Python packages cannot bring, where this machine lets us; return what is still missing."""
    missing = {
        name: choices
        for name, (commands, choices) in SYSTEM_TOOLS.items()
        if not any(map(shutil.which, commands))
    }
    if not missing:
        return []
    may_install = os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get") is not None
    if may_install and "--no-system" not in sys.argv:
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        say(f"installing {' and '.join(missing)} with apt-get")
        run("apt-get", "update", "--quiet", "--quiet")
        install = ("apt-get", "install", "--quiet", "--quiet", "--yes", "--no-install-recommends")
        for choices in missing.values():
            any(run(*install, *packages.split()) == 0 for packages in choices)
    still = [name for name in missing if not any(map(shutil.which, SYSTEM_TOOLS[name][0]))]
    for name in still:
        say(f"WARNING: no {name} on this machine and no way to install it")
    return still


def write_report() -> None:
    """Do what a user does first."""
    say("a report from a recording")
    target = ROOT / "out" / "report.html"
    target.parent.mkdir(exist_ok=True)
    must(PYTHON, "-m", "gait", "report", RECORDING, "-o", target)


def run_tests() -> int:
    """Run the tests, doctests and notebooks."""
    say("tests")
    # Of four workers on two cores some wait for a radio; threads of linear algebra would only be in the way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if "--long" in sys.argv:
        os.environ["GAIT_LONG"] = "1"
    arguments = [argument for argument in sys.argv[1:] if argument not in OWN_OPTIONS]
    notebooks = (
        ["--nbmake", "--nbmake-timeout=600", "notebooks"] if any(ROOT.glob("notebooks/*.ipynb")) else []
    )
    what = arguments or ["tests", "gait", *notebooks]
    return run(PYTHON, "-m", "pytest", "-n", WORKERS, *what)


def main() -> int:
    """Set up, report, test; return pytest's exit code."""
    make_venv()
    if "--environment" in sys.argv:
        return 0
    missing = get_system_tools()
    write_report()
    code = run_tests()
    for name in missing:
        say(f"WARNING: no {name} on this machine: TESTS THAT NEED IT WERE SKIPPED")
    return code


if __name__ == "__main__":
    sys.exit(main())
