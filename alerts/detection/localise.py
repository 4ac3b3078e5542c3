"""Which slice of the business explains an excess.

Every slice (any subset of the dimensions fixed) is a hypothesis: all its leaves are R times what
was expected. Its evidence is the logarithm of the Bayes factor against "as expected": the negative
binomial likelihood ratio of its leaves, averaged over R, less a penalty for how many slices of the
same kind there are to choose from. The strongest is named, what it explains is added to the
expectation, and the search goes on with the rest until nothing exceeds `stop`.

The likelihood decides between parents and children by itself. Where the excess is spread over a
parent's children in equal proportion, the parent collects the evidence of all of them; where one
child carries it, the parent dilutes it with leaves that are as expected. Of two slices with the
same leaves the one that fixes less is named.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from alerts.detection.slices import MAX_FIXED, Candidates, candidates, codes_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_INCREASE = 0.1
"""Relative increase below which a slice is not worth a name: expectations are not that exact."""
INCREASES = np.exp(np.linspace(np.log(LEAST_INCREASE), np.log(100.0), 12))
"""Relative increases a slice is tried with: +10 % to a hundredfold, equally likely by logarithm."""
PER_RIVAL = 1.25
"""Weight of the logarithm of the number of rivals in the penalty. 1 would do if one slice were
wrong at most; a little more, because expectation and dispersion are estimates."""
STOP = 0.75
"""Evidence (natural logarithm of the odds) a slice must exceed to be named."""
MAX_SLICES = 8
"""Slices named at most; who has more incidents at once has one."""
LEAST_EXPECTED = 1e-3
"""Cases expected of a leaf that had none: nothing is impossible."""
_POISSON = 1.0 + 1e-6
_ROUNDS = 4


class LeavesError(ValueError):
    """Leaves that cannot be searched; the message names the column and the value."""


@dataclass(frozen=True)
class Slices:
    """The slices that explain the excess, strongest first.

    `found` has one row per slice: the dimensions (null: any value), `y`, `mu`, `excess` (y − mu),
    `increase` (share of mu), `explained` (cases of the whole excess put down to this slice),
    `share` (of the whole excess; null where that is not positive), `evidence` (logarithm of the
    odds when it was named). `leaves` are the leaves as searched, `attributed` (leaves × slices)
    the cases each slice explains in each leaf, so that attributed + unexplained = y − mu.
    """

    found: pl.DataFrame
    leaves: pl.DataFrame
    dims: tuple[str, ...]
    attributed: Floats

    @property
    def unexplained(self) -> Floats:
        """Cases per leaf above (or below) expectation that no slice explains."""
        excess = (self.leaves["y"] - self.leaves["mu"]).to_numpy()
        left: Floats = excess - self.attributed.sum(axis=1)
        return left


def localise(
    leaves: pl.DataFrame,
    dims: tuple[str, ...],
    *,
    stop: float = STOP,
    max_fixed: int = MAX_FIXED,
) -> Slices:
    """Name the slices that explain what is above expectation.

    Args:
        leaves: one row per combination of `dims` (several rows of one add up): the dimensions as
            text, `y` (cases), `mu` (expected cases), `phi` (variance over mean, ≥ 1), all for the
            window in question.
        dims: dimensions to search.
        stop: evidence a slice must exceed; higher names fewer.
        max_fixed: dimensions a slice fixes at most.

    Raises:
        LeavesError: a column is missing, or a number is negative or not finite.
    """
    table = _checked(leaves, dims)
    codes = codes_of(table, dims)
    y, mu, phi = (table[name].to_numpy().astype(np.float64) for name in ("y", "mu", "phi"))
    expected = np.maximum(mu, LEAST_EXPECTED)
    choice = candidates(codes, y, expected, max_fixed=max_fixed)
    picked, evidence = _search(choice, y, expected, phi, stop=stop)
    factors, fitted = _fit(choice, picked, y, expected)
    keep = np.flatnonzero(factors >= 1.0 + LEAST_INCREASE)
    picked, evidence = [picked[at] for at in keep], [evidence[at] for at in keep]
    attributed = _attribute(choice, picked, factors[keep], expected, fitted)
    found = _described(table, dims, choice, picked, evidence, attributed)
    return Slices(found, table, dims, attributed)


def _checked(leaves: pl.DataFrame, dims: tuple[str, ...]) -> pl.DataFrame:
    for name in (*dims, "y", "mu", "phi"):
        if name not in leaves.columns:
            raise LeavesError(f"leaves have no column {name!r}; they need {dims}, y, mu and phi.")
    for name, least in (("y", 0.0), ("mu", 0.0), ("phi", 1.0)):
        number = pl.col(name).cast(pl.Float64)
        wrong = leaves.filter(number.is_null() | ~number.is_finite() | (number < least))
        if wrong.height:
            where = ", ".join(f"{dim} {wrong[dim][0]}" for dim in dims) or "the only leaf"
            raise LeavesError(
                f"{name} = {wrong[name][0]} at {where}: it must be a number of at least {least:g}."
            )
    return _added_up(leaves, dims)


def _added_up(leaves: pl.DataFrame, dims: tuple[str, ...]) -> pl.DataFrame:
    """One row per leaf, sorted."""
    mu, phi = pl.col("mu").cast(pl.Float64), pl.col("phi").cast(pl.Float64)
    # Variances add up: φ of a sum is the mean of the φ, weighted by what is expected.
    mixed = pl.when(mu.sum() > 0).then((phi * mu).sum() / mu.sum()).otherwise(phi.max())
    numbers = (pl.col("y").cast(pl.Float64).sum(), mu.sum().alias("mu"), mixed.alias("phi"))
    if not dims:
        return leaves.select(numbers) if leaves.height else leaves.select("y", "mu", "phi")
    named = leaves.with_columns(pl.col(dims).cast(pl.String).fill_null(""))
    return named.group_by(dims).agg(numbers).sort(dims)


def _likelihood(y: Floats, mu: Floats, phi: Floats) -> Floats:
    """Log likelihood of each leaf without the part that does not depend on mu."""
    overdispersed = phi > _POISSON
    spread = np.where(overdispersed, phi, 2.0)
    size = mu / (spread - 1.0)
    # Most leaves of a deep tree are empty, and for those the gamma functions cancel.
    some = np.broadcast_to(y > 0, size.shape)
    gamma = np.zeros_like(size)
    seen = np.broadcast_to(y, size.shape)[some]
    gamma[some] = special.gammaln(size[some] + seen) - special.gammaln(size[some])
    binomial = gamma - size * np.log(spread)
    poisson = special.xlogy(y, mu) - mu
    found: Floats = np.where(overdispersed, binomial, poisson)
    return found


def _ratios(y: Floats, mu: Floats, phi: Floats) -> Floats:
    """Log likelihood ratios of each leaf against mu, for every increase: leaves × increases."""
    raised = mu[:, None] * (1.0 + INCREASES)[None, :]
    found: Floats = _likelihood(y[:, None], raised, phi[:, None]) - _likelihood(
        y[:, None], mu[:, None], phi[:, None]
    )
    return found


def _search(
    choice: Candidates, y: Floats, mu: Floats, phi: Floats, *, stop: float
) -> tuple[list[int], list[float]]:
    """Slices in the order they are named, with the evidence each had then."""
    picked: list[int] = []
    evidence: list[float] = []
    if not choice.members.shape[0]:
        return picked, evidence
    penalty = PER_RIVAL * np.log(choice.rivals) + np.log(len(INCREASES))
    fitted = mu.copy()
    ratios = _ratios(y, fitted, phi)
    while len(picked) < MAX_SLICES:
        odds = special.logsumexp(choice.members @ ratios, axis=1) - penalty
        odds[picked] = -np.inf
        best = int(np.argmax(odds))
        if not odds[best] > stop:
            break
        picked.append(best)
        evidence.append(float(odds[best]))
        before = fitted
        _, fitted = _fit(choice, picked, y, mu)
        moved = np.flatnonzero(fitted != before)
        ratios[moved] = _ratios(y[moved], fitted[moved], phi[moved])
    return picked, evidence


def _fit(choice: Candidates, picked: list[int], y: Floats, mu: Floats) -> tuple[Floats, Floats]:
    """Factor of each slice, all estimated together (iterative proportional fitting); fitted mu."""
    factors = np.ones(len(picked))
    fitted = mu.copy()
    inside = [leaves_of(choice, slice_) for slice_ in picked]
    for _ in range(_ROUNDS if len(picked) > 1 else 1):
        for place, leaves in enumerate(inside):
            step = y[leaves].sum() / max(fitted[leaves].sum(), LEAST_EXPECTED)
            step = max(step, 1e-6)
            factors[place] *= step
            fitted[leaves] *= step
    return factors, fitted


def leaves_of(choice: Candidates, slice_: int) -> Ints:
    """Numbers of a slice's leaves."""
    start, end = choice.members.indptr[slice_], choice.members.indptr[slice_ + 1]
    return np.asarray(choice.members.indices[start:end], dtype=np.int64)


def _attribute(
    choice: Candidates, picked: list[int], factors: Floats, mu: Floats, fitted: Floats
) -> Floats:
    """Cases each slice explains in each leaf; where slices overlap, shared by their increases."""
    claims = np.zeros((len(mu), len(picked)))
    for place, slice_ in enumerate(picked):
        claims[leaves_of(choice, slice_), place] = factors[place] - 1.0
    whole = claims.sum(axis=1)
    shares = claims / np.where(whole > 0, whole, 1.0)[:, None]
    attributed: Floats = shares * (fitted - mu)[:, None]
    return attributed


def _described(
    table: pl.DataFrame,
    dims: tuple[str, ...],
    choice: Candidates,
    picked: list[int],
    evidence: list[float],
    attributed: Floats,
) -> pl.DataFrame:
    whole = float((table["y"] - table["mu"]).sum())
    y, mu = table["y"].to_numpy(), table["mu"].to_numpy()
    rows: list[dict[str, object]] = []
    for place, slice_ in enumerate(picked):
        leaves = leaves_of(choice, slice_)
        example = table.row(int(choice.first[slice_]), named=True)
        fixed = choice.fixed[slice_]
        seen, expected = float(y[leaves].sum()), float(mu[leaves].sum())
        explained = float(attributed[:, place].sum())
        rows.append(
            {
                **{dim: example[dim] if fixed[at] else None for at, dim in enumerate(dims)},
                "y": seen,
                "mu": expected,
                "excess": seen - expected,
                "increase": (seen - expected) / expected if expected > 0 else None,
                "explained": explained,
                "share": explained / whole if whole > 0 else None,
                "evidence": evidence[place],
            }
        )
    numbers = ("y", "mu", "excess", "increase", "explained", "share", "evidence")
    schema = {**dict.fromkeys(dims, pl.String), **dict.fromkeys(numbers, pl.Float64)}
    return pl.DataFrame(rows, schema=schema)
