"""Numbers and text as people read them."""

import pytest

from scenegen.inspect.words import as_html, percent


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0 %"),
        (1e-5, "<0.1 %"),
        (0.0006, "0.1 %"),
        (0.0994, "9.9 %"),
        (0.0996, "10 %"),
        (0.625, "62 %"),
        (1, "100 %"),
    ],
)
def test_shares_in_words(share, words):
    assert percent(share) == words


def test_text_on_a_page_is_never_markup():
    assert as_html("a<b>&amp;") == "a&lt;b&gt;&amp;amp;"
