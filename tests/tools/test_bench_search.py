"""The search benchmark: its ways agree where they must, and a run is measured by all of them."""

import bench_search
import torch
from training_world import TINY, write_shards

from training.running.fit import fit


def test_signs_alone_find_what_codes_of_half_a_unit_are_told_apart_by():
    draw = torch.Generator().manual_seed(0)
    bank = torch.where(torch.rand(300, 24, generator=draw) < 0.5, -0.25, 0.25)
    queries = bank[::30] + 0.1 * torch.rand(10, 24, generator=draw)
    found = {name: search(queries, bank).tolist() for name, search in bench_search.ways("l2").items()}
    assert all(rows == list(range(0, 300, 30)) for rows in found.values())


def test_a_run_is_measured_by_every_way(tmp_path, capsys):
    shards = write_shards(tmp_path / "shards")
    fit(TINY, shards, tmp_path / "run", "cpu")
    assert bench_search.main(["--run", str(tmp_path / "run"), "--shards", str(shards), "--pairs", "2"]) == 0
    out = capsys.readouterr().out
    assert f"D = {TINY.model.channels}" in out
    assert all(name in out for name in ("own", "signs", "signs + 2", "signs + 4", "PCK@5", "own / this"))


def test_a_folder_without_a_run_is_a_line(tmp_path, capsys):
    shards = write_shards(tmp_path / "shards")
    assert bench_search.main(["--run", str(tmp_path), "--shards", str(shards)]) != 0
    assert len(capsys.readouterr().err.splitlines()) == 1
    fit(TINY, shards, tmp_path / "run", "cpu")
    assert bench_search.main(["--run", str(tmp_path / "run"), "--shards", str(tmp_path / "none")]) != 0
    assert len(capsys.readouterr().err.splitlines()) == 1
