"""Bytes as people say them."""

import pytest

from scenegen.sizes import size_text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (2_340_000, "2.3 MB"), (3.2e9, "3.2 GB"), (5 * 10**15, "5000.0 TB")],
)
def test_sizes_for_people(count, text):
    assert size_text(count) == text
