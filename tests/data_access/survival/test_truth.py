"""The benchmark of known truth runs, and its own truths are true."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import truth


def test_it_writes_a_page_with_every_company_and_shop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(truth, "RESULTS", tmp_path)
    said: list[str] = []
    truth.main(["--replicates", "2"], said.append)
    page = (tmp_path / "truth.md").read_text(encoding="utf-8")
    for company in truth.companies():
        assert f"### {company.name}" in page
    for shop in truth.shops():
        assert f"| {shop.name} |" in page
    assert "2 replicates" in page
    assert all(line in page for line in said)


def test_truths_by_hand() -> None:
    first, *_, withdrawn = truth.companies()
    # 0.7 (1 − e^−2) + 0.3 (1 − e^(−2/15)) = 0.6427; 0.3 e^(−t/15) = 0.1 at t = 15 ln 3 = 16.479.
    assert first.within(2) == pytest.approx(0.6427, abs=5e-5)
    assert first.quantile(0.9) == pytest.approx(15 * np.log(3), abs=1e-3)
    assert first.attained() == first.within(2)
    # Answered at rate λ, withdrawn at rate μ = 0.1, and not withdrawn before two days are over:
    # λ / (λ + μ) (1 − e^(−2 (λ + μ))) answered, e^(−2 (λ + μ)) late, per part of the mixture.
    met = late = 0.0
    for share, pace in ((0.7, 1.0), (0.3, 1 / 15)):
        left = np.exp(-2 * (pace + 0.1))
        met += share * pace / (pace + 0.1) * (1 - left)
        late += share * left
    assert withdrawn.attained() == pytest.approx(met / (met + late), abs=1e-9)


def test_the_delay_pattern_is_that_of_the_lognormal() -> None:
    pattern = truth.delay_weeks()
    assert pattern.sum() == pytest.approx(1)
    # In the week of the order half a week has passed on average: next to nothing comes back.
    assert pattern[0] < 0.03
    assert pattern.argmax() == 2
