"""Which tracer is taken, and what is said where none works."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
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


@pytest.mark.parametrize("content", [b"", b"no library", None])
def test_a_file_that_is_not_embree_is_a_line(monkeypatch, tmp_path, content):
    path = tmp_path / "libembree4.so"
    if content is None:  # a library, of something else
        path = Path(importlib.import_module("numpy._core._multiarray_umath").__file__)
    else:
        path.write_bytes(content)
    monkeypatch.setattr(embree, "find_library", lambda: path)
    assert module.tracer().name == "embreex"
    with pytest.raises(TracerError, match=rf"^{path.name}: not Embree's library \(.*\); install embreex 4.4$"):
        module.tracer("packets")


def test_where_numba_may_not_compile_the_twins_are_taken():
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    code = WITHOUT_NUMBA.replace('sys.modules["numba"] = None', "")
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout.split() == ["embreex", "EmbreeRenderer"], done.stderr


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


class Counting:
    """The functions of a library, counting those that make a geometry and those that give one back."""

    def __init__(self, functions):
        self.functions, self.kept = functions, 0

    def __getattr__(self, name):
        function = getattr(self.functions, name)
        step = {"rtcNewGeometry": 1, "rtcReleaseGeometry": -1}.get(name, 0)

        def counted(*arguments):
            self.kept += step
            return function(*arguments)

        return counted


def test_what_cannot_be_filled_is_given_back(monkeypatch):
    lib = embree.library()
    monkeypatch.setattr(lib, "functions", counting := Counting(lib.functions))
    monkeypatch.setattr(embree, "_FLOAT3", 999)  # no layout of vertices
    with pytest.raises(TracerError, match=r"^Embree: "):
        embree.MeshScene(np.zeros((3, 3), np.float32), np.array([[0, 1, 2]], np.int32))
    assert counting.kept == 0


MANY_MESHES = """
import numpy as np
from scenegen.tracing.tracer import tracer
corners, face = np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32)
print(len([tracer("embreex").mesh(corners, face) for _ in range(3000)]))
"""


def test_the_twin_holds_thousands_of_meshes():
    """Each with a device of its own ended the process."""
    done = subprocess.run([sys.executable, "-c", MANY_MESHES], capture_output=True, text=True)
    assert done.stdout == "3000\n", done


def test_an_error_of_the_device_is_ours():
    lib = embree.library()
    lib.functions.rtcNewGeometry(lib.device, 999)
    with pytest.raises(TracerError, match=r"^Embree: "):
        lib.checked()
    lib.checked()  # told once
