"""What an objective is made of has a table of its own: means over seeds, without what all have alike."""

from dataclasses import replace

from comparison_world import REFERENCES, rows_of

from training.comparison.summary import summarise
from training.comparison.table import sheets


def test_the_parts_are_means_over_seeds():
    rows = rows_of("cover", 0.5, 0.25)
    rows = [
        replace(row, terms=terms)
        for row, terms in zip(rows, ("vector=2 epe_px=3 pck5=0.5", "vector=4 epe_px=4"), strict=True)
    ]
    summary = summarise(rows, 1.0)
    assert summary[0].parts == {"vector": 3.0, "epe_px": 3.5, "pck5": 0.5}
    (sheet,) = (sheet for sheet in sheets([summary], REFERENCES) if sheet.title.startswith("Parts"))
    assert sheet.rows == (("cover", "vector 3, epe_px 3.5"),)
