"""Another pair takes the place of one that gives no windows, and those passed over are counted."""

import numpy as np
import pytest

from training.data.item import REPLACEMENTS, PairItem, first_of_use
from training.data.windows import ViewRays
from training.errors import DataError

RAYS = ViewRays(np.zeros((0, 2), np.uint16), np.zeros((0, 2), np.float32), np.zeros(0, np.uint8), np.zeros(0, bool))


def item(number):
    return PairItem(np.full(1, number), np.zeros(1), RAYS, 0)


def test_the_first_that_gives_windows_is_taken():
    numbers = iter(range(1, 10))
    found = first_of_use(0, lambda k: item(k) if k >= 3 else None, lambda: next(numbers), str)
    assert (found.image0.tolist(), found.passed_over) == ([3], 3)
    assert first_of_use(5, item, lambda: 0, str).passed_over == 0


def test_none_in_a_row_is_a_fault():
    asked = []
    with pytest.raises(DataError, match="too few"):
        first_of_use(0, asked.append, lambda: 7, lambda: "too few")
    assert asked == [0] + [7] * (REPLACEMENTS - 1)
