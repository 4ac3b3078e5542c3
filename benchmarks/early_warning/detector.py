"""The product's detector behind the signature of the early-warning suite.

    detect(counts[n, time], dates[time], T, freq="W" | "D", events=None) -> {score, pvalue, …}[n, T]

Column j is judged from points up to time − T + j only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alerts.detection import calibration, count_model, design

NOMINAL = {"W": 0.01, "D": 0.003}
"""P-value from which the adapter itself says alarm."""
_UPPER = 3.09
"""Standard deviations of the upper limit that is drawn (one period, 1 in 1,000)."""


def detect(
    counts: NDArray[np.integer],
    dates: NDArray[np.datetime64],
    T: int,  # noqa: N803, the suite's name
    freq: str = "W",
    events: NDArray[np.integer] | None = None,
) -> dict[str, NDArray[np.generic]]:
    """Score the last `T` points of every series."""
    weekly = freq == "W"
    expectation = count_model.expect(
        counts,
        np.asarray(dates).astype("datetime64[D]"),
        T,
        cadence=design.WEEKLY if weekly else design.DAILY,
        events=None if events is None else np.asarray(events, dtype=np.int64),
    )
    curves = calibration.weekly() if weekly else calibration.daily()
    p = count_model.surprise(expectation, curves).p
    mean, phi = expectation.mean[0], expectation.dispersion[0]
    return {
        "score": -np.log10(p),
        "pvalue": p,
        "alarm": p <= NOMINAL[freq],
        "upper": mean + _UPPER * np.sqrt(phi * mean),
    }
