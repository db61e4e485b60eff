"""Makes the table of ``docs/doctor.md`` anew: ``python -m tests.doctor``."""

from __future__ import annotations

from pathlib import Path

from .table import as_text, measure, sound_recordings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "doctor.md"
MARK = "<!-- table -->"


def main() -> None:
    """Measure, print, and put the table into the page."""
    recordings = sound_recordings()
    rows, ill = measure(recordings)
    text = as_text(rows, ill, len(recordings))
    print(text)
    for name, row in rows.items():
        for line in row.wrong:
            print(f"{name}: {line}")
    for line in ill:
        print(f"sound: {line}")
    if PAGE.exists():
        page = PAGE.read_text(encoding="utf-8")
        head, _, rest = page.partition(MARK)
        _, _, tail = rest.partition(MARK)
        PAGE.write_text(f"{head}{MARK}\n\n{text}\n\n{MARK}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
