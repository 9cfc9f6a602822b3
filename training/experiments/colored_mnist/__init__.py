"""Experiment 1: when does a descriptor learned without labels keep colour out, and when does it let it in.

Backbones are trained on pairs of warped digits, frozen, and read by a pixel classifier. In training the colour goes
with the label more often than the shape does; in the last domain it goes against it. A classifier that can see
colour uses it: 85 % in the known domains and 10 % in the other; one that sees shape alone has 75 % in both.
"""
