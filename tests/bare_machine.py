"""Run the README's test command on a machine with Python and nothing else: ``python3 tests/bare_machine.py``.

Builds a Debian root with python3 alone (mmdebstrap, in the temporary folder), puts a copy of this checkout's
tracked files in it and runs the command there, in a private mount namespace. The root is made anew each time
and removed at the end: the command installs what it needs, so a root that it ran in is not bare any more.
Needs root and a Debian. ``BARE_SUITE`` names another release. Exit codes: that of the command; 75 where no
such machine can be built here, with the reason.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOT_HERE = 75
"""No code of pytest (0 to 5): ``.ci/run`` then runs the command on the machine itself."""
HOME = "/opt/runner"
"""Where the copy lies in the root."""
PACKAGES = "python3,python3-venv,ca-certificates"
PASSED_ON = re.compile(r"(https?_proxy|no_proxy|ssl_cert_file|requests_ca_bundle|pip_\w+|ci)", re.IGNORECASE)
"""Environment variables that reaching the package indexes may take, and ``CI``."""
COPIED = ("/etc/ssl/certs", "/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/apt/apt.conf.d")
"""What reaching them may take on this machine, and nothing else of it."""
NOT_BARE = ("git", "cc", "gcc", "chromium", "chromium-headless-shell", "fc-list")
"""Commands that a machine with Python alone has not."""


class NotHereError(Exception):
    """No bare machine can be built on this one."""


def say(text: str) -> None:
    """Tell what happens."""
    print(f"\n== {text}", flush=True)


def release() -> str:
    """Return the name of this Debian's release, or that of ``BARE_SUITE``."""
    if os.environ.get("BARE_SUITE"):
        return os.environ["BARE_SUITE"]
    text = Path("/etc/os-release").read_text(encoding="utf-8") if Path("/etc/os-release").exists() else ""
    found = dict(re.findall(r'(?m)^(\w+)="?([^"\n]*)"?$', text))
    if found.get("ID") != "debian" or not found.get("VERSION_CODENAME"):
        raise NotHereError("this machine is no Debian")
    return found["VERSION_CODENAME"]


def mirror() -> str:
    """Return where this machine gets its Debian packages."""
    for path in sorted(Path("/etc/apt").glob("sources.list.d/*.sources")):
        if found := re.search(r"(?m)^URIs:\s*(\S+)", path.read_text(encoding="utf-8")):
            return found[1]
    for path in (Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt").glob("sources.list.d/*.list"))):
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if found := re.search(r"(?m)^deb\s+(?:\[[^\]]*\]\s+)?(http\S+)", text):
            return found[1]
    raise NotHereError("/etc/apt names no mirror")


def quiet(*command: str | Path) -> None:
    """Run a command; NotHereError with its last lines where it fails."""
    done = subprocess.run([str(part) for part in command], check=False, capture_output=True, text=True)
    if done.returncode:
        last = " / ".join(done.stderr.strip().splitlines()[-3:]) or "no message"
        raise NotHereError(f"{shlex.join(map(str, command[:3]))} failed: {last}")


def build_root(root: Path) -> None:
    """Make a Debian root with python3 alone."""
    if os.name != "posix" or os.geteuid() != 0:
        raise NotHereError("not root")
    suite = release()
    source = f"deb {mirror()} {suite} main"
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    if shutil.which("mmdebstrap") is None:
        quiet("apt-get", "-qq", "update")
        quiet("apt-get", "-qq", "-y", "install", "mmdebstrap")
    say(f"building a Debian {suite} with Python alone in {root}")
    # mmdebstrap mounts too, and leaves its mounts where it is killed: they go with the namespace.
    build = ("mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", suite, root, source)
    quiet("unshare", "--mount", *build)


def refuse_tools(root: Path) -> None:
    """Raise NotHereError where the root has what the command has to bring."""
    found = [name for name in NOT_BARE for _ in root.glob(f"usr/bin/{name}")]
    if found:
        raise NotHereError(f"the root is not bare: it has {', '.join(found)}")


def furnish(root: Path) -> Path:
    """Put what reaching the indexes takes, and a copy of this checkout, into the root; return the copy."""
    for name in COPIED:
        path, target = Path(name), root / name.lstrip("/")
        if path.is_dir():
            # Not shutil.copytree: it stops at links that are there already, as certificates are.
            target.mkdir(parents=True, exist_ok=True)
            quiet("cp", "-r", "--remove-destination", f"{path}/.", target)
        elif path.exists():
            shutil.copy(path, target)
    copy = root / HOME.lstrip("/") / "project"
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=False, capture_output=True, text=True
    ).stdout.split("\0")
    if len(listed) < 2:
        raise NotHereError("git does not list the checkout's files")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    return copy


def run_inside(root: Path, command: str) -> int:
    """Run a command in the copy on the bare machine and return its exit code."""
    kept = [f"{name}={value}" for name, value in os.environ.items() if PASSED_ON.fullmatch(name)]
    clean = [f"HOME={HOME}", "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG=C.UTF-8", *kept]
    inner = shlex.join(
        ["env", "-i", *clean, "chroot", str(root), "bash", "-c", f"cd {HOME}/project && {command}"]
    )
    mounts = " && ".join(
        f"mount --{how} /{name} {shlex.quote(str(root / name))}"
        for name, how in (("proc", "bind"), ("sys", "bind"), ("dev", "rbind"))
    )
    # A private mount namespace: nothing stays mounted, however this ends.
    probe = ["unshare", "--mount", "bash", "-c", f"{mounts} && chroot {shlex.quote(str(root))} true"]
    quiet(*probe)
    return subprocess.run(
        ["unshare", "--mount", "bash", "-c", f"{mounts} && exec {inner}"], check=False
    ).returncode


def main() -> int:
    """Build, furnish, run."""
    command = next(
        line
        for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("python3 tests/run.py")
    )
    with tempfile.TemporaryDirectory(prefix="gait-bare-", ignore_cleanup_errors=True) as folder:
        root = Path(folder) / "root"
        try:
            Path(folder).chmod(0o755)
            build_root(root)
            refuse_tools(root)
            furnish(root)
            say(f"on a bare Debian {release()}: {command}")
            return run_inside(root, command)
        except (NotHereError, FileNotFoundError) as error:
            say(f"NO BARE MACHINE HERE: {error}")
            return NOT_HERE


if __name__ == "__main__":
    sys.exit(main())
