"""Why two readings differ or one is missing, where that can be told from what is known of the file."""

import re

from comparing.facts import Facts
from comparing.product import Reading
from comparing.verdict import Verdict


def reason_of(verdict: Verdict, reader: Facts, reading: Reading) -> str:
    """A short reason, equal for equal causes; empty where there is nothing to explain."""
    if verdict.outcome == "agree":
        return verdict.detail.partition(": ")[0].replace("; ", ", not with ")
    if verdict.outcome == "differs":
        return " ".join(verdict.differs) + _known(verdict, reader)
    return _general(verdict.detail)


def _known(verdict: Verdict, reader: Facts) -> str:
    """What explains a difference, in brackets."""
    only_look = set(verdict.differs) <= {"picture"}
    alpha = sorted(n for n in reader.notes if n.startswith("alpha"))
    if only_look and any(n.startswith("missing") for n in reader.notes):
        return " (a picture is missing)"
    return f" ({alpha[0]})" if only_look and alpha else ""


def _general(detail: str) -> str:
    """A refusal without the names and numbers of one file."""
    words = re.sub(r"^[^|:]*\.\w+: ", "", detail)
    words = re.sub(r"'[^']*'|\"[^\"]*\"|http\S+", "'…'", words)
    return re.sub(r"\d+", "N", words)[:160]
