"""Settings of the documentation site: ``python -m sphinx -W docs out/docs``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "running-gait"
author = "the authors of running-gait"
extensions = ["myst_parser", "metric_facts"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["answers"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "running-gait"
html_static_path = ["pictures"]
html_show_sphinx = False
html_show_copyright = False
highlight_language = "none"
nitpicky = True
