"""The part of the gallery about assets: which have defects, and which could not be used."""

from html import escape
from itertools import islice

from scenegen.shards.remarks import Remarks, rooms_first

MOST_ROWS = 200
"""Assets that the page names; the manifest has all."""


def assets_section(remarks: Remarks) -> str:
    """A table of assets with what there is to say of each; empty where there is nothing to say."""
    rows = [(asset, skip.reason, f"not used: {skip.why}") for asset, skip in remarks.skipped.items()]
    rows += [
        (asset, code, ", ".join(details))
        for asset in sorted(remarks.defects, key=rooms_first)
        for code, details in remarks.defects[asset].items()
    ]
    if not rows:
        return ""
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in islice(rows, MOST_ROWS))
    rest = f'<p class="muted">and {len(rows) - MOST_ROWS:,} more in manifest.json</p>' if len(rows) > MOST_ROWS else ""
    return (
        '<section aria-labelledby="assets-title"><h2 id="assets-title">Assets</h2>'
        f'<details class="assets"><summary>{escape(_counted(remarks))}</summary>'
        '<table><thead><tr><th scope="col">asset</th><th scope="col">code</th><th scope="col">detail</th></tr></thead>'
        f"<tbody>{body}</tbody></table>{rest}</details></section>"
    )


def _counted(remarks: Remarks) -> str:
    """What is in the table, by code."""
    kinds = {"With defects": remarks.by_code(), "Not used": remarks.by_reason()}
    lines = [
        f"{what}: " + ", ".join(f"{code} {n:,}" for code, n in count.most_common())
        for what, count in kinds.items()
        if count
    ]
    return ". ".join(lines)
