"""Pairs with optical flow (.flo, KITTI, PFM, .npy)."""

from functools import partial

from training.evaluation.benchmarks import maps
from training.evaluation.benchmarks.benchmark import Benchmark
from training.evaluation.benchmarks.sizes import LONG_320

KIND = Benchmark("optical flow", partial(maps.find, layout="flow"), LONG_320)
