"""Counts in words: one thing is no several."""

from scenegen.counting import counted, often


def test_one_is_singular():
    assert [counted(n, "pair") for n in (0, 1, 2, 1000)] == ["0 pairs", "1 pair", "2 pairs", "1,000 pairs"]
    assert [counted(n, "match", "matches") for n in (1, 3)] == ["1 match", "3 matches"]
    assert [often(n) for n in (1, 2, 1200)] == ["once", "2 times", "1,200 times"]
