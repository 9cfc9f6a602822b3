"""Rectified pairs with disparity (Middlebury, KITTI); what is hidden follows from the other picture's disparity."""

from functools import partial

from training.evaluation.benchmarks import maps
from training.evaluation.benchmarks.benchmark import Benchmark
from training.evaluation.benchmarks.sizes import LONG_320

KIND = Benchmark("stereo with disparity", partial(maps.find, layout="stereo"), LONG_320, ("disparity_scale",))
