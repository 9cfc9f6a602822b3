"""The gallery as one HTML page: the template with its style, script and data put in, closed to the network."""

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files

from scenegen.inspect.gallery import summary
from scenegen.inspect.gallery.assets import assets_section
from scenegen.inspect.gallery.card import SampleCard, card_html, data_html
from scenegen.inspect.gallery.run import RunFolder
from scenegen.inspect.gallery.survey import ShardSurvey
from scenegen.inspect.palette import STATUS_COLORS, STATUS_LABELS

SCRIPTS = (
    *("theme.js", "sample.js", "cameras.js", "rays.js", "pixels.js"),
    *("marks.js", "grid.js", "figure.js", "viewer.js", "main.js"),
)
"""Parts of the page's script, in the order in which they are joined."""


def page(
    run: RunFolder, surveys: Sequence[ShardSurvey], skipped: Mapping[str, str], cards: Sequence[SampleCard]
) -> str:
    """The page of a run: the summary of `surveys`, notices about `skipped` files, and `cards` of some samples."""
    script, style = script_text(), resource("style.css") + status_rules()
    return fill_template(
        resource("gallery.html"),
        {
            "policy": policy(script, style),
            "style": style,
            "script": script,
            "title": escape(run.name),
            "lede": escape(summary.lede(surveys)),
            "notices": summary.notices(run, skipped),
            "facts": summary.facts(run, surveys),
            "statuses": summary.statuses(surveys),
            "legend": summary.legend(),
            "status_labels": json.dumps(STATUS_LABELS),
            "histograms": summary.histograms(surveys),
            "assets": assets_section(run.remarks),
            "shown": _shown(len(cards), sum(map(len, surveys))),
            "rooms": _options(card.room for card in cards),
            "splits": _options(card.split for card in cards),
            "categories": _options(name for card in cards for name in card.categories),
            "cards": "\n".join(card_html(card, k) for k, card in enumerate(cards)),
            "data": "\n".join(data_html(card, k) for k, card in enumerate(cards)),
        },
    )


def resource(name: str) -> str:
    """The text of a file beside this module, in `page/`."""
    return files("scenegen.inspect.gallery").joinpath("template", name).read_text(encoding="utf-8")


def fill_template(template: str, values: Mapping[str, str]) -> str:
    """The template with each `{{name}}` replaced; what is put in is not looked at again."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], template)


def script_text() -> str:
    """The page's script: its parts in one closed scope."""
    return '(() => {\n"use strict";\n' + "\n".join(map(resource, SCRIPTS)) + "})();\n"


def status_rules() -> str:
    """Style rules that give each status its colour: `.s-visible` and the others."""
    return "".join(f".s-{name}, #mark-{name} {{ --status: {color}; }}\n" for name, color in STATUS_COLORS.items())


def policy(script: str, style: str) -> str:
    """A content security policy: no network, no script and no style but those of the page itself."""

    def digest(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return f"default-src 'none'; img-src data:; script-src {digest(script)}; style-src {digest(style)}"


def _options(names: Iterable[str]) -> str:
    """Options of a select with how many cards each has, in order."""
    counts = sorted(Counter(names).items())
    return "".join(f'<option value="{escape(name)}">{escape(name)} ({count:,})</option>' for name, count in counts)


def _shown(cards: int, samples: int) -> str:
    """What the grid holds, in words."""
    if cards == samples:
        return f"All {samples:,} samples."
    return f"{cards:,} of {samples:,} samples, evenly over the rooms."
