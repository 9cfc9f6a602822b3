"""The tool that writes the table of descriptors on photographs."""

import re

import photo_table
import photo_world
import pytest


@pytest.mark.slow
def test_the_table_has_a_row_for_each_descriptor_and_names_what_is_not_there(tmp_path, capsys, monkeypatch):
    for name in ("EDGEPOINT2_DIR", "ALIKE_DIR", "R2D2_DIR"):
        monkeypatch.delenv(name, raising=False)
    for number in range(2):
        photo_world.planar(tmp_path / "data" / f"wall{number}", seed=number)
    words = ["--data", str(tmp_path / "data"), "--out", str(tmp_path / "out"), "--write", str(tmp_path / "photos.md")]
    assert photo_table.main(words) == 0
    text = (tmp_path / "photos.md").read_text()
    said = capsys.readouterr().out
    assert said.count("passed over: ") >= 3
    assert "| PCK@1/3/5/10 px | planar (2 pairs) | annotated (2 pairs) |" in text
    assert re.search(r"\| RGB 7x7 - mean \| (\d+/){3}\d+ \(\d+–\d+\) \| (\d+/){3}\d+ \(\d+–\d+\) \|", text)
    assert "| MMA@3 px | planar (2 pairs) |" in text
    assert "sparse SIFT" not in text.partition("MMA@3")[0]
    assert "pose AUC" not in text
    assert "PoseLib LO-RANSAC" in text
    assert photo_table.main([*words[:-1], str(tmp_path)]) == 2
    shown = capsys.readouterr()
    assert text in shown.out
    assert shown.err == f"{tmp_path}: cannot be written (Is a directory); change --out or free space\n"


def test_a_folder_without_photographs_is_a_line(tmp_path, capsys):
    assert photo_table.main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
