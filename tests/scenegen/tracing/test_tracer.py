"""Which tracer is taken, and what is said where none works."""

import importlib
import subprocess
import sys

import pytest

from scenegen.errors import TracerError, UsageError
from scenegen.rendering import open_renderer
from scenegen.tracing import embree
from scenegen.tracing import tracer as module


@pytest.fixture(autouse=True)
def fresh():
    """Choices are made anew, here and afterwards."""
    for kept in (module.tracer, embree.library):
        kept.cache_clear()
    yield
    for kept in (module.tracer, embree.library):
        kept.cache_clear()


def test_packets_where_they_work():
    assert module.tracer().name == "packets"
    assert type(open_renderer("embree")).__name__ == "CompiledRenderer"


WITHOUT_NUMBA = """
import sys
sys.modules["numba"] = None
from scenegen.rendering import open_renderer
from scenegen.tracing.tracer import tracer
print(tracer().name, type(open_renderer("embree")).__name__)
"""


def test_without_numba_the_twins_are_taken():
    done = subprocess.run([sys.executable, "-c", WITHOUT_NUMBA], capture_output=True, text=True)
    assert done.stdout.split() == ["embreex", "EmbreeRenderer"], done.stderr


@pytest.mark.parametrize("version", [40300, 50000])
def test_another_embree_is_not_touched(monkeypatch, version):
    monkeypatch.setattr(embree, "VERSIONS", range(version, version + 1))
    assert module.tracer().name == "embreex"
    with pytest.raises(TracerError, match=r"Embree 40400 has other layouts than 4.4; install embreex 4.4"):
        module.tracer("packets")


def test_no_library_beside_embreex_is_a_line(monkeypatch):
    monkeypatch.setattr(embree, "_PLACES", {sys.platform: ("nowhere", "libembree9*")})
    assert module.tracer().name == "embreex"
    with pytest.raises(TracerError, match=r"no libembree9\* beside embreex in nowhere; install the wheel of embreex"):
        module.tracer("packets")


def test_unknown_tracers_are_told_the_known_ones():
    with pytest.raises(UsageError, match=r"^tracer optix: unknown; choose auto, packets, embreex$"):
        module.tracer("optix")


def test_where_none_works_every_reason_is_told(monkeypatch):
    def broken():
        raise TracerError("out of order")

    for path in module.TRACERS.values():
        monkeypatch.setattr(importlib.import_module(path), "open_tracer", broken)
    with pytest.raises(TracerError, match=r"no tracer works: packets: out of order; embreex: out of order"):
        module.tracer()


def test_an_error_of_the_device_is_ours():
    lib = embree.library()
    lib.functions.rtcNewGeometry(lib.device, 999)
    with pytest.raises(TracerError, match=r"^Embree: "):
        lib.checked()
    lib.checked()  # told once
