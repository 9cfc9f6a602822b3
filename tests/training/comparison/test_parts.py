"""What an objective is made of has a table of its own: means over seeds, without what all have alike."""

from dataclasses import replace

from comparison_world import REFERENCES, rows_of

from training.comparison.summary import summarise
from training.comparison.table import report_tables
from training.comparison.trial import Trial


def test_the_parts_are_means_over_seeds():
    rows = rows_of("cover", 0.5, 0.25)
    rows = [
        replace(row, terms=terms)
        for row, terms in zip(rows, ("vector=2 epe_px=3 pck5=0.5", "vector=4 epe_px=4"), strict=True)
    ]
    summary = summarise(rows, 1.0)
    assert summary[0].parts == {"vector": 3.0, "epe_px": 3.5, "pck5": 0.5}
    (report,) = (report for report in report_tables([summary], REFERENCES) if report.title.startswith("Parts"))
    assert report.rows == (("cover", "vector 3, epe_px 3.5"),)


def test_long_names_make_short_folders_that_differ():
    plain = Trial(1.0, "stable:p=2,lam=0.5", 0)
    assert plain.folder == "stable_p=2,lam=0.5/lr1/seed0"
    long = [Trial(1.0, "infonce:temperature=0.07" + "0" * count, 0).folder for count in (300, 301)]
    assert long[0] != long[1]
    assert all(len(part.encode()) < 255 for folder in long for part in folder.split("/"))
