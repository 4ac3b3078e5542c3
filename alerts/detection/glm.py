"""Ridge-penalised quasi-Poisson regression with a log link, for many series at once.

Newton's method on the penalised quasi-likelihood: with μ = exposure · exp(Xβ) and prior precision
Λ, the score is Xᵀ w (y − μ) − φ Λ β and the information Xᵀ diag(w μ) X + φ Λ (McCullagh and Nelder,
Generalized Linear Models, 1989, ch. 9). All series share X, so the information of all of them is
one matrix product of w μ with the products of X's columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

_STEP = 2.0
_LARGEST_LOG = 25.0


@dataclass(frozen=True)
class Products:
    """Columns of X and their pairwise products, in single precision for speed."""

    x: Singles
    pairs: Singles
    upper: tuple[NDArray[np.int64], NDArray[np.int64]]

    @classmethod
    def of(cls, x: Floats) -> Products:
        """X (points × terms) with its products."""
        rows, columns = np.triu_indices(x.shape[1])
        pairs = np.ascontiguousarray(x[:, rows] * x[:, columns], dtype=np.float32)
        return cls(np.ascontiguousarray(x, dtype=np.float32), pairs, (rows, columns))


def root_mean(beta: Floats, x: Singles) -> Singles:
    """exp(Xβ / 6), series × points: its powers give μ and the Anscombe residual's terms."""
    eta = (beta / 6).astype(np.float32) @ x.T
    np.clip(eta, -_LARGEST_LOG / 6, _LARGEST_LOG / 6, out=eta)
    root: Singles = np.exp(eta)
    return root


def information(weighted_mean: Singles, products: Products, ridge: Floats, phi: Floats) -> Floats:
    """Xᵀ diag(w μ) X + φ Λ per series."""
    flat = (weighted_mean @ products.pairs).astype(np.float64)
    terms = len(ridge)
    full = np.empty((len(flat), terms, terms))
    rows, columns = products.upper
    full[:, rows, columns] = flat
    full[:, columns, rows] = flat
    diagonal = np.arange(terms)
    full[:, diagonal, diagonal] += phi[:, None] * ridge + 1e-6
    return full


def newton(beta: Floats, score: Floats, information: Floats, ridge: Floats, phi: Floats) -> Floats:
    """One step, its length bounded."""
    penalised = score - phi[:, None] * ridge * beta
    step = np.linalg.solve(information, penalised[:, :, None])[:, :, 0]
    largest = np.abs(step).max(axis=1, keepdims=True)
    bounded: Floats = beta + step * np.minimum(1.0, _STEP / np.maximum(largest, 1e-12))
    return bounded
