"""Several p-values as one, and curves that turn it into a calibrated one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.detection.calibration import NONE, Calibration, classify, combine, daily, weekly

VOLUME, DISPERSION = np.array([1.0, 10.0]), np.array([2.0])


def made() -> Calibration:
    return Calibration(
        VOLUME,
        DISPERSION,
        at=np.tile([0.0, 1.0, 3.0], (6, 1)),
        becomes=np.array([0.0, 1.0, 2.0]),
        tail=np.full(6, 1 / np.log(10)),
    )


def test_the_generalised_mean_by_hand() -> None:
    # Equal shares, κ = ½: ((0.01^−½ + 0.25^−½) / 2)^−2 = ((10 + 2) / 2)^−2 = 1/36.
    p = np.array([[[0.01]], [[0.25]]])
    assert combine(p, (1.0, 1.0))[0, 0] == pytest.approx(1 / 36)
    # Three quarters on the first: (0.75 · 10 + 0.25 · 2)^−2 = 1/64.
    assert combine(p, (3.0, 1.0))[0, 0] == pytest.approx(1 / 64)


@given(st.lists(st.floats(1e-12, 1), min_size=1, max_size=5))
def test_it_lies_between_the_smallest_and_the_largest(values: list[float]) -> None:
    p = np.array(values)[:, None, None]
    together = float(combine(p, (1.0,) * len(values))[0, 0])
    assert min(values) * 0.999 <= together <= max(values) * 1.001


def test_classes_by_volume_then_dispersion() -> None:
    mean, phi = np.array([0.5, 0.5, 5.0, 50.0]), np.array([1.0, 3.0, 1.0, 3.0])
    assert classify(VOLUME, DISPERSION, mean, phi).tolist() == [0, 1, 2, 5]


def test_a_curve_and_its_tail_by_hand() -> None:
    raw = np.array([[0.5, 1.0, 2.0, 3.0, 5.0]])
    p = made().apply(10.0**-raw, np.ones_like(raw), np.ones_like(raw))
    # Beyond 3 a tail scale of 1/ln 10 makes one power of ten of each unit.
    assert -np.log10(p) == pytest.approx(np.array([[0.5, 1.0, 1.5, 2.0, 4.0]]))


def test_without_curves_values_stay() -> None:
    p = np.array([[0.2, 1e-9]])
    assert NONE.apply(p, np.ones_like(p), np.ones_like(p)).tolist() == p.tolist()


@pytest.mark.parametrize("curves", [daily(), weekly()])
def test_shipped_curves_keep_the_order_of_surprise(curves: Calibration) -> None:
    raw = np.linspace(0, 30, 200)[None, :]
    for mean in (0.05, 0.5, 2.0, 7.0, 20.0, 500.0):
        for phi in (1.0, 1.5, 3.0, 9.0):
            p = curves.apply(10.0**-raw, np.full_like(raw, mean), np.full_like(raw, phi))
            assert np.all(np.diff(p) <= 0)
            assert p[0, 0] == 1
            assert p[0, -1] < 1e-8
