"""How long to wait before the next attempt. Pure; randomness is handed in."""

from __future__ import annotations

from random import Random

FIRST_S = 10.0
LONGEST_S = 900.0


def wait_s(attempts: int, rng: Random, *, retry_after_s: float | None = None) -> float:
    """Full jitter: uniform between 0 and `FIRST_S` doubled with every attempt, up to `LONGEST_S`.

    What the server asked for is waited at least, with the jitter on top: of many messages that a
    server sent away at once, not all come back at once.

    Args:
        attempts: attempts made, 1 or more.
        rng: randomness.
        retry_after_s: what the server asked for.
    """
    ceiling = min(LONGEST_S, FIRST_S * 2.0 ** min(attempts - 1, 30))
    return (retry_after_s or 0.0) + rng.uniform(0.0, ceiling)
