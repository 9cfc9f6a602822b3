"""Several numbers in one word of the command line."""

import pytest

from training.cli.values import floats, require
from training.errors import RequestError


@pytest.mark.parametrize(
    ("text", "numbers"), [("1,0.5,0", (1, 0.5, 0)), ("3, 3 ,1", (3, 1)), ("2", (2,)), ("1,x", ()), ("1,", ()), ("", ())]
)
def test_different_numbers_in_their_order(text, numbers):
    assert floats(text) == numbers


def test_what_is_not_good_is_refused():
    require(True, "never said")
    with pytest.raises(RequestError, match=r"^said$"):
        require(False, "said")
