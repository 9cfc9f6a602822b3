"""What is printed is what was said."""

import pytest

from scenegen.terminal import terminal


@pytest.mark.parametrize("errors", [False, True])
def test_names_are_printed_as_they_are(capsys, errors):
    terminal(errors).print("a:smile:b 12", markup=False)
    said = capsys.readouterr()
    assert (said.err if errors else said.out) == "a:smile:b 12\n"
    assert (said.out if errors else said.err) == ""
