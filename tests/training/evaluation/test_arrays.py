"""Dataclasses of arrays: joined, chosen from, kept."""

from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np
import pytest

from training.evaluation.arrays import joined, read_group, select, write_group


@dataclass(frozen=True)
class Inner:
    x: Any
    name: Any


@dataclass(frozen=True)
class Outer:
    text: str
    number: int
    inner: Inner


def rows(*numbers):
    return Inner(np.array(numbers, np.float32), np.array([f"ä{number}" for number in numbers], str))


def test_joined_and_chosen():
    both = joined(Inner, [rows(1, 2), rows(3)])
    assert both.x.tolist() == [1, 2, 3]
    assert select(both, both.x > 1).name.tolist() == ["ä2", "ä3"]
    assert select(both, [2, 0]).x.tolist() == [3, 1]


def test_a_file_gives_back_values_types_and_texts(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        write_group(file, Outer("ü", 7, rows(1, 2)))
        back = read_group(file, Outer)
        assert (back.text, back.number, back.inner.name.tolist()) == ("ü", 7, ["ä1", "ä2"])
        assert back.inner.x.dtype == np.float32
        del file["inner/x"]
        with pytest.raises(KeyError):
            read_group(file, Outer)
