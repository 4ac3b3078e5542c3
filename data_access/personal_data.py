"""Protecting a canonical frame before anything else sees it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import polars as pl

from data_access import privacy
from data_access.contracts import Contract

CUSTOMER = "customer"


def protect(contract: Contract, rows: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """Hash customer keys and redact free text, exactly once per import.

    Sources deliver raw ids. `actor_id` is hashed where the actor is a customer or nobody said who.

    Args:
        contract: tells which columns hold what.
        rows: rows of a source; columns of other contracts and missing ones are left alone.
        key: key of the hashes.
    """
    kinds = {
        name: info.kind
        for name, info in contract.columns.items()
        if info.kind in {"personal_key", "free_text", "actor"}
        and rows.schema.get(name) == pl.String
    }
    # Hashing and searching release the interpreter's lock for most of their time.
    with ThreadPoolExecutor() as pool:
        done = pool.map(lambda name: _protected(rows, name, kinds[name], key), kinds)
        return rows.with_columns(done)


def _protected(rows: pl.DataFrame, name: str, kind: str, key: bytes) -> pl.Series:
    if kind == "personal_key":
        return privacy.customer_key(rows[name], key)
    if kind == "free_text":
        return privacy.redact_series(rows[name]).alias(name)
    return _actors(rows, name, key)


def _actors(rows: pl.DataFrame, name: str, key: bytes) -> pl.Series:
    if "actor_role" not in rows.columns:
        return privacy.customer_key(rows[name], key)
    role = rows["actor_role"].cast(pl.String)
    is_customer = (role == CUSTOMER).fill_null(value=True)
    if not is_customer.any():
        return rows[name]
    hashed = privacy.customer_key(rows[name].filter(is_customer), key)
    return rows[name].scatter(is_customer.arg_true(), hashed)
