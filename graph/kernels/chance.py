"""Random numbers that depend on what they are for, and on nothing else.

A stream is named by a seed and a number; its draws are the values of a 64-bit mixing function at equally
spaced points (SplitMix64; Steele, Lea & Flood 2014). Nothing is kept between draws: the thousandth
reverse-reachable set is the same whether or not the others were drawn, and a coin tossed for a tie falls
alike in every graph that has the tie.
"""

import numpy as np

from graph.kernels.jit import njit

STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 2.0**-53


@njit
def mixed(bits: np.uint64) -> np.uint64:
    """64 bits of which each depends on all 64 given; a bijection."""
    bits = (bits ^ (bits >> _30)) * _FIRST
    bits = (bits ^ (bits >> _27)) * _SECOND
    return bits ^ (bits >> _31)


@njit
def stream(seed: int, number: int) -> np.uint64:
    """Where stream `number` of a seed begins; each draw moves on by STEP."""
    return mixed(mixed(np.uint64(seed) + STEP) ^ (np.uint64(number) * STEP))


@njit
def unit(bits: np.uint64) -> float:
    """A number in [0, 1), drawn at a point of a stream."""
    return float(mixed(bits) >> _11) * _UNIT
