"""The recorder on a real BlueZ stack: ``python -m tests.benchmarks.recorder_machine [STEP ...]``.

Boots Debian's own kernel, which has a virtual Bluetooth controller (``hci_vhci``), under qemu. The guest sees
this machine's files read-only with a layer in memory over them, and runs ``recorder_machine_guest``: dbus,
bluetoothd, bleak without any patch, and ``gait virtual-sensor --serve vhci``. Its clock counts instructions,
500 million a second, so that a busy host makes it slow and not late: the kernel and BlueZ give up after
seconds. Needs Debian and root, no KVM, and half an hour on an idle machine. Not part of the tests.

Once: ``apt-get install qemu-system-x86 busybox-static cpio bluez dbus``. The kernel comes by
``apt-get download`` into the work folder, and nothing is installed of it.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUEST = "tests.benchmarks.recorder_machine_guest"
TOOLS = ("qemu-system-x86_64", "busybox", "cpio", "dpkg-deb", "apt-get", "bluetoothctl", "dbus-daemon")
MODULES = (
    *("virtio_ring", "virtio", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci"),
    *("9pnet", "9pnet_virtio", "netfs", "fscache", "9p", "overlay"),
    *("crc16", "ecc", "rfkill", "ecdh_generic", "bluetooth", "hci_vhci"),
)
"""In the order in which they need one another."""
INIT = """#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc p /proc; $b mount -t sysfs s /sys; $b mount -t devtmpfs d /dev
for m in {modules}; do $b insmod /modules/$m.ko || echo "no module $m"; done
$b mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=524288,cache=loose host /host
$b mount -t tmpfs t /layer; $b mkdir /layer/upper /layer/work
$b mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work o /new
for d in proc sys dev; do $b mount --bind /$d /new/$d; done
$b mount -t tmpfs r /new/run
$b ip link set lo up
$b chroot /new /bin/bash -c {command}
$b poweroff -f
"""


def kernel(folder):
    """Return the kernel and its modules' folder, taken out of Debian's package."""
    there = sorted(folder.glob("image/boot/vmlinuz-*"))
    if not there:
        lines = subprocess.run(
            ["apt-cache", "depends", "linux-image-amd64"], capture_output=True, text=True, check=True
        ).stdout
        package = re.search(r"Depends: (linux-image-\S+)", lines)[1]
        subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True)
        archive = next(folder.glob(f"{package}_*.deb"))
        subprocess.run(["dpkg-deb", "-x", archive, folder / "image"], check=True)
        there = sorted(folder.glob("image/boot/vmlinuz-*"))
    return there[0], next(folder.glob("image/lib/modules/*"))


def first_files(folder, modules, command):
    """Return the archive that the kernel begins with: busybox, modules, and the first program."""
    tree = folder / "first"
    shutil.rmtree(tree, ignore_errors=True)
    for name in ("bin", "modules", "proc", "sys", "dev", "host", "layer", "new"):
        (tree / name).mkdir(parents=True)
    shutil.copy(shutil.which("busybox"), tree / "bin/busybox")
    for name in MODULES:
        found = next(modules.rglob(f"{name}.ko"), None)
        if found is not None:  # else it is part of this kernel
            shutil.copy(found, tree / "modules")
    known = " ".join(name for name in MODULES if (tree / f"modules/{name}.ko").exists())
    (tree / "init").write_text(INIT.format(modules=known, command=shlex.quote(command)), encoding="utf-8")
    (tree / "init").chmod(0o755)
    archive = folder / "first.cpio"
    names = "\n".join(str(one.relative_to(tree)) for one in [*tree.rglob("*")])
    with archive.open("wb") as out:
        subprocess.run(
            ["cpio", "-o", "-H", "newc", "--quiet"], cwd=tree, input=names.encode(), stdout=out, check=True
        )
    return archive


def boot(folder, steps, patience_s):
    """Run the guest; its rows."""
    played = folder / "played"
    if not played.exists():
        words = [sys.executable, "-m", "gait", "simulate", "-o", played, "--minutes", "4"]
        subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    image, modules = kernel(folder)
    words = [sys.executable, "-u", "-m", GUEST, "--played", played, *steps]
    command = f"cd {shlex.quote(str(ROOT))}; exec {shlex.join(map(str, words))}"
    archive = first_files(folder, modules, command)
    qemu = [
        *("qemu-system-x86_64", "-accel", "tcg,thread=single", "-icount", "shift=1", "-cpu", "max"),
        *("-m", "2G", "-smp", "1"),
        *(
            "-nographic",
            "-no-reboot",
            "-nodefaults",
            "-serial",
            "stdio",
            "-kernel",
            image,
            "-initrd",
            archive,
        ),
        *("-append", "console=ttyS0 quiet panic=-1"),
        *("-virtfs", "local,path=/,mount_tag=host,security_model=passthrough,readonly=on,multidevs=remap"),
    ]
    rows = []
    with subprocess.Popen(
        ["timeout", str(patience_s), *map(str, qemu)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as machine:
        for line in machine.stdout:
            print(f"  {line.rstrip()}", file=sys.stderr, flush=True)
            if line.startswith("ROW "):
                rows.append(json.loads(line[4:]))
    return rows


def main():
    """Boot, run the steps, print their table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("steps", nargs="*", metavar="STEP", help="of the guest's; all by default")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "gait-bluez-machine")
    parser.add_argument("--patience", type=int, default=5400, metavar="S")
    given = parser.parse_args()
    lacking = [name for name in TOOLS if shutil.which(name) is None]
    if lacking or os.geteuid() != 0:
        sys.exit(
            f"lacking: {', '.join(lacking) or 'root'}; "
            "apt-get install qemu-system-x86 busybox-static cpio bluez dbus"
        )
    given.folder.mkdir(parents=True, exist_ok=True)
    rows = boot(given.folder.resolve(), given.steps, given.patience)
    print("| step | what came of it |\n|---|---|")
    for row in rows:
        print(f"| {row['step']} | {row['found']} |")
    sys.exit(0 if rows and all(row["sound"] for row in rows) else 1)


if __name__ == "__main__":
    main()
