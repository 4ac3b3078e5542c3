"""Fits the curves of `alerts.detection.calibration` on the suite's clean `calibrate` series.

    python -m benchmarks.early_warning.calibrate --suite DIR

Ranks the combined p-value of every clean series-point per class of volume and dispersion. The tail
beyond the last rank is exponential in −log10 p (peaks over a threshold; Pickands 1975, Annals of
Statistics 3:119, with shape 0), its scale drawn towards that of all classes together. The `dev`
series are not looked at.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alerts.detection import calibration, count_model, design

Floats = NDArray[np.float64]

VOLUME = (0.3, 1.0, 3.0, 10.0, 50.0)
DISPERSION = (1.2, 2.0, 4.0)
SHARES = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
"""Shares of clean points above each kept quantile; beyond the last one the tail is fitted."""
POOLED_POINTS = 3000
POOLED_EXCEEDANCES = 50
LEAST_POINTS = 200
ROUNDED = 4


def raw(
    counts: NDArray[np.integer],
    dates: NDArray[np.datetime64],
    judged: int,
    cadence: design.Cadence,
    events: NDArray[np.integer] | None,
) -> tuple[Floats, Floats, Floats]:
    """−log10 of the combined value, mean and dispersion of every judged point."""
    codes = None if events is None else np.asarray(events, dtype=np.int64)
    expectation = count_model.expect(counts, dates, judged, cadence=cadence, events=codes)
    p = count_model.surprise(expectation).p
    return -np.log10(p), expectation.mean[0], expectation.phi[0]


def curve(values: Floats) -> tuple[Floats, float, int]:
    """Quantiles at `SHARES`, mean exceedance over the last, and how many exceed it."""
    quantiles = np.quantile(values, 1 - np.array(SHARES))
    beyond = values[values > quantiles[-1]] - quantiles[-1]
    return quantiles, float(beyond.mean()), len(beyond)


def fit(values: Floats, mean: Floats, phi: Floats) -> dict[str, object]:
    """Quantiles and tail scale per class, drawn towards those of all classes."""
    classes = calibration.classify(np.array(VOLUME), np.array(DISPERSION), mean, phi).ravel()
    values = values.ravel()
    all_quantiles, all_scale, _ = curve(values)
    quantiles, scales = [], []
    for number in range((len(VOLUME) + 1) * (len(DISPERSION) + 1)):
        own = values[classes == number]
        found, scale = all_quantiles, all_scale
        if len(own) >= LEAST_POINTS:
            own_quantiles, own_scale, beyond = curve(own)
            weight = len(own) / (len(own) + POOLED_POINTS)
            found = weight * own_quantiles + (1 - weight) * all_quantiles
            scale = (beyond * own_scale + POOLED_EXCEEDANCES * all_scale) / (
                beyond + POOLED_EXCEEDANCES
            )
        quantiles.append([round(float(v), ROUNDED) for v in np.maximum.accumulate(found)])
        scales.append(round(scale, ROUNDED))
    return {
        "points": len(values),
        "volume": VOLUME,
        "dispersion": DISPERSION,
        "shares": SHARES,
        "quantiles": quantiles,
        "tail": scales,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", type=Path, required=True, help="folder of the suite")
    data = parser.parse_args().suite / "data"
    week = np.load(data / "weekly_calibrate.npz")
    day = np.load(data / "daily_calibrate.npz")
    clean = day["has"] == 0
    tables = {
        "about": "Clean counts of the early-warning suite's calibrate split; written by"
        " benchmarks/early_warning/calibrate.py",
        "weekly": fit(*raw(week["A0"], week["dates"], int(week["T"]), design.WEEKLY, None)),
        "daily": fit(
            *raw(day["Y"][clean], day["dates"], int(day["T"]), design.DAILY, day["events"])
        ),
    }
    text = json.dumps(tables, separators=(",", ":")).replace('],"', '],\n"').replace("],[", "],\n[")
    calibration.FILE.write_text(text + "\n", encoding="utf-8")
    print(f"{calibration.FILE.name}: {len(text):,} bytes")


if __name__ == "__main__":
    main()
