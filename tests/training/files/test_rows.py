"""Rows in a CSV file: what is written is read back, and what is no such file is told in one line."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.errors import DataError, RequestError
from training.files.rows import read_rows, write_rows


@dataclass(frozen=True)
class Row:
    name: str
    seed: int
    loss: float
    fine: bool
    metrics: dict[str, float] = field(default_factory=dict)


numbers = st.floats(allow_nan=False, width=16)
rows = st.builds(
    Row,
    st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1),
    st.integers(),
    numbers,
    st.booleans(),
    st.dictionaries(st.sampled_from(["pck@5", "aepe_px", "closer"]), numbers),
)


@given(st.lists(rows))
def test_rows_survive_their_file(tmp_path_factory, kept):
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    write_rows(path, kept, Row)
    back = read_rows(path, Row)
    for old, new in zip(kept, back, strict=True):
        assert (new.name, new.seed, new.fine) == (old.name, old.seed, old.fine)
        assert new.loss == pytest.approx(old.loss, rel=1e-5)
        assert new.metrics == pytest.approx(old.metrics, rel=1e-5)


def test_the_file_reads_like_a_table(tmp_path):
    path = tmp_path / "rows.csv"
    write_rows(path, [Row("a", 0, 1 / 3, True), Row("b, c", 1, float("nan"), False, {"pck@5": 0.25})], Row)
    assert path.read_text().splitlines() == [
        "name,seed,loss,fine,pck@5",
        "a,0,0.333333,yes,",
        '"b, c",1,nan,no,0.25',
    ]
    assert [row.metrics for row in read_rows(path, Row)] == [{}, {"pck@5": 0.25}]
    write_rows(path, [], Row)
    assert read_rows(path, Row) == []


def test_what_cannot_be_read_or_written_is_one_line(tmp_path):
    path = tmp_path / "rows.csv"
    assert read_rows(path, Row) == []
    for text in ("name,seed\na,x\n", "name,seed,loss,fine\na,1,2,maybe\n", "name,seed,loss,fine\na,1\n"):
        path.write_text(text)
        with pytest.raises(DataError, match=r"rows.csv: is not a table of runs .*mend it, or move it away"):
            read_rows(path, Row)
    with pytest.raises(RequestError, match="cannot be written"):
        write_rows(tmp_path / "no" / "rows.csv", [], Row)
