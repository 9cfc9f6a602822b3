"""Codes of a bit a channel that are settled by the network itself: `stable_bits` of a network that ends in a tanh.

What is compared, pulled and searched is that of `stable_bits`; here the network's last map goes through
`models.ending`, so that channels lie near ±1/4 (at the root mean square 1/4) from the first step on, and has 128 of
them: a settled channel says one bit, and 32 bits tell fewer pixels apart than 32 numbers do. The median in the pull
keeps each bit from saying the same of all pixels.
"""

from training.objectives.objective import Kind, stateless
from training.objectives.options import StableBitsSettings, by_angle, ends_in_codes
from training.objectives.stable_bits import stable_bits

KIND = Kind(
    StableBitsSettings,
    stateless(stable_bits),
    "softmax over the share of bits that differ, of a network that ends in settled codes of 128 bits",
    by_angle,
    network=ends_in_codes,
)
