"""Where the time of a picture goes: exclusive time of each part of the Embree renderer, one core.

python tools/bench_render.py [--room FILE --objects FOLDER] [--repeat 10] [--save PNG]
"""
