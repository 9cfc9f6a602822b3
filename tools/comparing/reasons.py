"""Why two readings differ or one is missing, where that can be told from what is known of the file."""

import re

from comparing.facts import Facts
from comparing.product import Reading
from comparing.verdict import Verdict

ALWAYS = ("polygons that are not plane", "more than four joints")
"""Notes of the page that explain any difference: there is no one right triangulation; three.js takes four joints."""
LOOKS = ("several pictures", "colours of faces", "STL colours")
"""Notes that explain a difference of the pictures: what the page does not show."""
SAID = ("missing_texture", "unreadable_texture", "ignored_extension", "cut_out", "translucent", "glow_uv", "no_uv")
"""Defects of scenegen that explain one."""


def reason_of(verdict: Verdict, reader: Facts, reading: Reading) -> str:
    """A short reason, equal for equal causes; empty where there is nothing to explain."""
    if verdict.outcome == "agree":
        return verdict.detail.partition(": ")[0].replace("; ", ", not with ")
    if verdict.outcome == "differs":
        return " ".join(verdict.differs) + _known(verdict, reader, reading)
    return _general(verdict.detail)


def _known(verdict: Verdict, reader: Facts, reading: Reading) -> str:
    """What explains a difference, in brackets."""
    notes = [n for n in reader.notes if n in ALWAYS]
    if set(verdict.differs) <= {"picture"}:
        notes += [f"said by {code}" for code in SAID if any(d.startswith(code) for d in reading.defects)]
        notes += ["a picture is missing" for n in reader.notes if n.startswith("missing")]
        notes += [n for n in reader.notes if n in LOOKS or n.startswith("alpha")]
    return f" ({notes[0]})" if notes else ""


def _general(detail: str) -> str:
    """A refusal without the names and numbers of one file."""
    words = re.sub(r"^[^|:]*\.\w+: ", "", detail)
    words = re.sub(r"'[^']*'|\"[^\"]*\"|http\S+", "'…'", words)
    return re.sub(r"\d+", "N", words)[:160]
