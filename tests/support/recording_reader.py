"""What a recording says, read without the library that wrote it."""

import pytest

chunk = pytest.importorskip("rerun.chunk", reason="recordings need rerun-sdk")


def read(path):
    found = {}
    for piece in chunk.RrdReader(str(path)).stream():
        assert piece.is_static
        batch = piece.to_record_batch()
        columns = {name: batch.column(name) for name in batch.schema.names if ":" in name}
        found.setdefault(piece.entity_path, {}).update({name: column[0].values for name, column in columns.items()})
    return found
