"""Directive ``metric``: what the table of metrics says of one, so that the site cannot say anything else."""

from __future__ import annotations

from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from gait.analysis.metrics import METRICS, MetricSpec
from gait.history.speed_laws import SPEED_LAWS, SpeedLaw

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
    law = SPEED_LAWS[spec.name]
    out.append(("Smallest change told", f"{law.matters:g}{unit}: {law.matters_source}"))
    if law.kind != "covariate":
        out.append(("What a change of speed does", _by_speed(law, unit)))
        mean, sd = law.uphill
        share = law.kind == "power"
        size = f"{100.0 * mean:+.2g} ± {100.0 * sd:.2g} %" if share else f"{mean:+g} ± {sd:g}{unit}"
        out.append(("What a per cent of slope does", f"{size} at one speed (standard deviation)"))
    if law.by_cadence is not None:
        mean, sd = law.by_cadence
        out.append(("What more steps at one speed do", f"follows cadence to the power of {mean:g} ± {sd:g}"))
    if spec.systematic is None:
        out.append(("Method's own error", "follows from the metrics that it is worked out from"))
        return out
    out.append(("Method's own error", f"±{spec.systematic:g}{unit} on one runner (95 %)"))
    if spec.systematic_apart:
        out.append(("Of it between the sides", f"±{spec.systematic_apart:g}{unit}"))
    if spec.per_contact:
        out.append(("Where the sensor has a model of its errors", "the model's interval stands in its place"))
    return out


def _by_speed(law: SpeedLaw, unit: str) -> str:
    """Return the relation with speed that comparisons take out, with its spread between runners."""
    if law.kind == "power":
        said = f"follows speed to the power of {law.slope:g} ± {law.slope_sd:g}"
    else:
        said = f"{law.slope:+g} ± {law.slope_sd:g}{unit} for each m/s"
    return f"{said} (standard deviation between runners; {law.source})"


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
