"""Methods paragraph for a paper: sensors, software, strides, uncertainties, and a table of numbers."""

from __future__ import annotations

from pathlib import Path

from gait import __version__
from gait.analysis.metrics import METRICS
from gait.analysis.results import Analysis, SensorQuality
from gait.files import write_text
from gait.report.exports.fingerprint import Fingerprint
from gait.report.numbers import TITLE_SIGNS, clean, duration, number, numbers_of, show_metric, units
from gait.report.words import Words, load_words

__all__ = ["methods_text", "write_methods"]


def write_methods(
    analysis: Analysis,
    path: str | Path,
    *,
    words: Words | None = None,
    fingerprint: Fingerprint | None = None,
) -> Path:
    """Write the methods paragraph as text, all or nothing.

    Raises
    ------
    GaitError
        The file cannot be written.
    """
    return write_text(path, methods_text(analysis, words or load_words(), fingerprint))


def methods_text(analysis: Analysis, words: Words, fingerprint: Fingerprint | None = None) -> str:
    """Return the paragraph, the method's own errors, the hashes, and the numbers as a Markdown table."""
    with numbers_of(words):
        return _methods(analysis, words, fingerprint)


def _methods(analysis: Analysis, words: Words, fingerprint: Fingerprint | None) -> str:
    strides = analysis.strides
    running = strides[strides["activity"] == "running"] if len(strides) else strides
    marked = int((running["marks"].fillna("") != "").sum()) if len(running) else 0
    strike = "strike_angle_deg" in analysis.metrics
    parts = [
        words(
            "methods.sensors",
            sensors=words("list.semicolon").join(_sensor(s, words) for s in analysis.sensors),
        ),
        words("methods.software", version=__version__, length=duration(analysis.duration_s)),
        words("method.text"),
        words("method.strike_classes") if strike else "",
        words("methods.strides", n=number(float(len(running)), 0), marked=number(float(marked), 0)),
        _calibration(analysis, words),
        words("methods.errors", errors=_errors(analysis, words)) if analysis.metrics else "",
        words("method.rounding"),
        _hashes(fingerprint, words) if fingerprint is not None else "",
    ]
    text = " ".join(part for part in parts if part)
    sources = [words("method.strike_source")] if strike else []
    return "\n\n".join([text, *_table(analysis, words), *sources]) + "\n"


def _hashes(fingerprint: Fingerprint, words: Words) -> str:
    return words(
        "methods.hashes",
        whole=fingerprint.combined,
        inputs=fingerprint.inputs,
        settings=fingerprint.settings,
        rules=fingerprint.rules,
    )


def _sensor(sensor: SensorQuality, words: Words) -> str:
    facts = [
        clean(sensor.device, TITLE_SIGNS),
        words("methods.rate", hz=number(sensor.rate_hz, 1)),
        words("methods.range", g=number(sensor.acc_range_g, 0)) if sensor.acc_range_g else "",
        words("methods.gyroscope" if sensor.has_gyr else "methods.no_gyroscope"),
    ]
    name = words(f"sensor.{sensor.side}.{sensor.placement}")
    return f"{name} ({words('list.comma').join(fact for fact in facts if fact)})"


def _calibration(analysis: Analysis, words: Words) -> str:
    """Return a sentence on the calibration of distances; empty where none were measured."""
    if "stride_length_m" not in analysis.metrics:
        return ""
    run = analysis.run
    if run.distance_m:
        return words("methods.distance", m=number(run.distance_m, 0))
    if run.speed_m_s:
        return words("methods.speed", v=number(run.speed_m_s, 2))
    return words("methods.uncalibrated")


def _errors(analysis: Analysis, words: Words) -> str:
    """Return the method's own 95 % half-width of each metric that was measured."""
    return words("list.comma").join(
        words.within(words(f"metric.{name}"))
        + f" {number(spec.systematic, spec.decimals + 1)}{units(spec.unit)}"
        for name, spec in METRICS.items()
        if name in analysis.metrics and spec.systematic is not None
    )


def _table(analysis: Analysis, words: Words) -> list[str]:
    if not analysis.metrics:
        return []
    head = f"| {words('table.metric')} | {words('table.value')} | {words('table.sd')} | {words('table.n')} |"
    rows = [
        f"| {words(f'metric.{name}')} | {show_metric(metric).text} "
        f"| {number(metric.sd, METRICS[name].decimals + 1)} | {metric.n} |"
        for name in METRICS
        if (metric := analysis.metrics.get(name)) is not None
    ]
    return ["\n".join([head, "|---|---|---|---|", *rows])]
