"""Compiled functions, with and without a place to keep them."""

import numba
import pytest

from scenegen import jit


def double(x):
    return 2 * x


@pytest.mark.parametrize("make", [jit.compiled, jit.inlined])
def test_a_function_is_compiled_and_counts_the_same(make):
    function = make(double)
    assert isinstance(function, type(numba.njit(double)))
    assert function(21) == 42


def test_without_a_place_to_keep_it_it_is_compiled_all_the_same(monkeypatch):
    asked = []

    def njit(**options):
        asked.append(options.get("cache", False))
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return numba.njit(**options)

    monkeypatch.setattr(jit, "njit", njit)
    assert jit.compiled(double)(4) == 8
    assert asked == [True, False]
