"""The report in its three forms: Markdown, JSON, and curves."""

import json
import platform
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from benching.section import Section
from scenegen.tracing.embree import library
from scenegen.version import __version__


def machine() -> dict[str, object]:
    """What the figures depend on."""
    cpu = Path("/proc/cpuinfo")
    names = [line.split(":")[1].strip() for line in cpu.read_text().splitlines() if line.startswith("model name")]
    return {
        "scenegen": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": names[0] if cpu.exists() and names else platform.processor(),
        "cores": len(names) or 1,
        "rays a packet": library().lanes,
    }


def markdown(sections: Sequence[Section]) -> str:
    """All tables, the machine first."""
    said = ", ".join(f"{name} {value}" for name, value in machine().items())
    return "\n".join([f"Measured with {said}.", "", *(section.markdown() for section in sections)])


def write(sections: Sequence[Section], folder: Path) -> list[Path]:
    """bench_pairs.md, .json, and .png where there are curves; the files."""
    folder.mkdir(parents=True, exist_ok=True)
    text, data, picture = (folder / f"bench_pairs.{end}" for end in ("md", "json", "png"))
    text.write_text(markdown(sections), encoding="utf-8")
    content = {"machine": machine(), "sections": [{"title": s.title, "note": s.note, "rows": s.rows} for s in sections]}
    data.write_text(json.dumps(content, indent=1), encoding="utf-8")
    curves = [section for section in sections if section.curve]
    if curves:
        _draw(curves, picture)
    return [text, data, *([picture] if curves else [])]


def _draw(sections: Sequence[Section], path: Path) -> None:
    """One panel a sweep, logarithmic both ways, with a dotted line of cost that grows as x does."""
    with mpl.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(3 * len(sections), 3), layout="constrained")
        panels = figure.subplots(1, len(sections), squeeze=False, sharey=True)[0]
        for axes, section in zip(panels, sections, strict=True):
            assert section.curve is not None, section.title
            x, y = ([float(row[column]) for row in section.rows] for column in section.curve)
            axes.loglog(x, y, "o-", color="#2b6cb0", lw=1.6, ms=4)
            axes.axline((x[0], y[0]), (x[-1], y[0] * x[-1] / x[0]), color="#999999", lw=1, ls=":")
            axes.set_xticks(x, [_short(value) for value in x])
            axes.set_xticks([], minor=True)
            axes.set_xlabel(section.curve[0])
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
            axes.yaxis.set_minor_formatter(NullFormatter())
            axes.grid(alpha=0.25, lw=0.5)
        panels[0].set_ylabel("milliseconds a pair, one core")
        figure.savefig(path, dpi=140)


def _short(value: float) -> str:
    """1,436,000 as 1.4M; as many digits as there is room for."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.2g}{letter}"
    return f"{value:g}"
