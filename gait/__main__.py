"""``python -m gait``."""

from __future__ import annotations

from gait.cli.main import script

if __name__ == "__main__":
    script()
