"""Directive ``metric``: what the table of metrics says of one, so that the site cannot say anything else."""

from __future__ import annotations

from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from gait.analysis.metrics import METRICS, MetricSpec

__all__ = ["MetricFacts", "facts", "setup"]

PLACES = {("shoe", "shank"): "shoe or shank", ("shoe",): "shoe", ("shank",): "shank"}


def facts(spec: MetricSpec) -> list[tuple[str, str]]:
    """Return label and text of each fact about a metric."""
    unit = f" {spec.unit}" if spec.unit else ""
    out = [
        ("Is", spec.what),
        ("Column", spec.name),
        ("Unit", spec.unit or "none"),
        ("Sensor", PLACES[spec.placements]),
    ]
    if spec.systematic is None:
        out.append(("Method's own error", "follows from the metrics that it is worked out from"))
        return out
    out.append(("Method's own error", f"±{spec.systematic:g}{unit} on one runner (95 %)"))
    if spec.systematic_apart:
        out.append(("Of it between the sides", f"±{spec.systematic_apart:g}{unit}"))
    if spec.per_contact:
        out.append(("Where the sensor has a model of its errors", "the model's interval stands in its place"))
    return out


class MetricFacts(SphinxDirective):
    """A list of the facts about a metric, by its name."""

    required_arguments = 1
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Return a field list."""
        spec = METRICS.get(self.arguments[0])
        if spec is None:
            raise self.error(f"no metric {self.arguments[0]!r} in gait/analysis/metrics.py")
        fields = nodes.field_list()
        for label, text in facts(spec):
            value = nodes.literal(text, text) if label == "Column" else nodes.Text(text)
            body = nodes.field_body("", nodes.paragraph("", "", value))
            fields += nodes.field("", nodes.field_name(label, label), body)
        return [fields]


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the directive known."""
    app.add_directive("metric", MetricFacts)
    return {"parallel_read_safe": True}
