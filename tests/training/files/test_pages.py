"""Pages share one style, and leave nothing unfilled."""

import re

import pytest

from training.files.pages import filled


@pytest.mark.parametrize(
    ("package", "names"),
    [
        ("training.comparison", ("title", "lede", "facts", "figures", "tables")),
        ("training.evaluation.photos", ("sheets", "notes")),
    ],
)
def test_a_page_is_filled(package, names):
    text = filled(package, {name: f"<p>{name} {{{{stays}}}}</p>" for name in names})
    assert all(f"<p>{name} {{{{stays}}}}</p>" in text for name in names)  # values are no templates
    assert "--paper" in text
    assert re.findall(r"\{\{(?!stays)", text) == []


def test_a_value_that_is_missing_is_an_error():
    with pytest.raises(KeyError):
        filled("training.comparison", {})
