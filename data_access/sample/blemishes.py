"""Records as spoilt as real exports have a few: told twice, dated too early, to and fro."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_access.sample.draw import Bools


@dataclass(frozen=True)
class Blemishes:
    """Which cases have a spoilt record: about three in a thousand, in small worlds too."""

    told_twice: Bools
    """The first answer stands there twice, under two ids."""
    too_early: Bools
    """A tag is dated before the case was created."""
    flickering: Bools
    """A rule sets the status to and fro within a second."""


def blemishes(answered: Bools, parked: Bools) -> Blemishes:
    """Spoil every so-many-th case of those that were answered, or that waited for the customer."""
    return Blemishes(
        _every(750, answered, 110), _every(1100, answered, 310), _every(380, parked, 60)
    )


def _every(nth: int, among: Bools, start: int) -> Bools:
    chosen = np.zeros(len(among), dtype=np.bool_)
    chosen[np.flatnonzero(among)[start::nth]] = True
    return chosen
