"""Values that are kept within a bound: which go, which stay, and that nothing is made twice without need."""

import pytest

from scenegen.recent import Recent


def test_those_used_longest_ago_go_first_and_the_newest_stays():
    made = []
    kept = Recent(len, limit=6)

    def get(word):
        return kept.get(word, lambda: made.append(word) or word)

    for word in ("aaa", "bbb", "aaa", "ccc", "aaa", "bbb"):
        assert get(word) == word
    assert made == ["aaa", "bbb", "ccc", "bbb"]  # bbb was used longest ago when ccc came
    assert get("large beyond all") == get("large beyond all")
    assert made[4:] == ["large beyond all"]
    get("aaa")
    assert made[5:] == ["aaa"]


def test_what_cannot_be_made_is_not_kept():
    kept = Recent(len, limit=6)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: str(1 // 0))
    assert kept.get("a", lambda: "made") == "made"
