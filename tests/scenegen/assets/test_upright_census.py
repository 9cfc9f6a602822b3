"""The census counts what it says: wrong by angle, sure by confidence, each verdict in one bin."""

import pytest
from upright_census import Verdict, by_confidence, by_kind, sure_and_wrong

SEEN = [
    Verdict("house", "a", 1.0, 0.9),
    Verdict("house", "b", 90.0, 0.6),
    Verdict("bare", "c", 180.0, 0.0),
    Verdict("bare", "d", 19.9, 1.0),
]


def test_wrong_and_sure():
    assert [v.wrong for v in SEEN] == [False, True, True, False]
    assert sure_and_wrong(SEEN) == (3, 1)
    assert by_kind(SEEN) == [("house", 2, 1, 2, 1), ("bare", 2, 1, 1, 0)]


def test_every_verdict_is_in_one_bin():
    rows = by_confidence(SEEN)
    assert sum(count for *_, count, _ in rows) == len(SEEN)
    assert [wrong for *_, wrong in rows] == pytest.approx([1, 0, 0, 1, 0, 0])
