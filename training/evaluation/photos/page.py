"""The page of `eval-photos`: the tables, and the pictures with failures first; needs the pictures beside it."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from training.evaluation.photos.pictures import Drawn
from training.evaluation.photos.results import PhotoTable, Sheet
from training.evaluation.photos.table import Block, blocks, cells, footnotes, note
from training.files.pages import filled

Gallery = Mapping[tuple[str, str], Sequence[Drawn]]
"""The pictures of each benchmark and contender."""


def photos_page(table: PhotoTable, gallery: Gallery, folder: Path) -> str:
    """The page as it lies in `folder`."""
    values = {
        "sheets": "\n".join(_sheet(sheet, gallery, folder) for sheet in table.sheets),
        "notes": "".join(f"<li>{escape(line)}</li>" for line in footnotes(table)),
    }
    return filled("training.evaluation.photos", values)


def _sheet(sheet: Sheet, gallery: Gallery, folder: Path) -> str:
    tables = "".join(map(_table, blocks(sheet)))
    pictures = "".join(
        _pictures(each.contender, gallery.get((sheet.benchmark, each.contender), ()), folder) for each in sheet.results
    )
    head = f"<h2>{escape(sheet.benchmark)}</h2><p class=muted>{escape(note(sheet))}</p>"
    return f"<section>{head}{tables}{pictures}</section>"


def _table(block: Block) -> str:
    heads = "".join(f"<th>{_lines(column.header)}</th>" for column in block.columns)
    rows = "".join(
        f"<tr><th>{escape(each.contender)}</th>{''.join(map(_value, cells(each, block.columns)))}</tr>"
        for each in block.rows
    )
    return (
        f"<h3>{escape(block.title)}</h3><div class=wide><table><thead><tr><th>descriptor</th>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _value(cell: str) -> str:
    value, _, interval = cell.partition("\n")
    return f"<td>{escape(value)}<small>{escape(interval)}</small></td>"


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _pictures(contender: str, drawn: Sequence[Drawn], folder: Path) -> str:
    if not drawn:
        return ""
    shown = "".join(
        f'<figure><img loading=lazy alt="" src="{escape(each.path.relative_to(folder).as_posix())}">'
        f"<figcaption>{escape(each.pair)}{_share(each.right)}</figcaption></figure>"
        for each in drawn
    )
    head = f"<summary>{escape(contender)}: pictures, failures first</summary>"
    return f"<details>{head}<div class=grid>{shown}</div></details>"


def _share(right: float) -> str:
    return "" if math.isnan(right) else f": {right:.0%} right"
