"""Match two photographs with the weights of the package, and estimate the homography between them.

python tools/examples/06_match_photographs.py LEFT.jpg RIGHT.jpg
"""

import sys

import cv2
import numpy as np

import training

if len(sys.argv) != 3:
    sys.exit(f"usage: {sys.argv[0]} LEFT.jpg RIGHT.jpg")
descriptor = training.load_descriptor()
found = descriptor.match(sys.argv[1], sys.argv[2])
print(f"{len(found)} matches of {found.asked} pixels asked; the most distinct one:", found.xy0[0], "->", found.xy1[0])

H, inliers = cv2.findHomography(found.xy0, found.xy1, cv2.RANSAC, 3.0)
print(f"{int(inliers.sum())} of them agree with one homography:\n{np.round(H, 3)}")
