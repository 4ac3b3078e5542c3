"""Protecting a canonical frame before anything else sees it."""

from __future__ import annotations

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
    done = []
    for name, info in contract.columns.items():
        if name not in rows.columns or rows.schema[name] != pl.String:
            continue
        if info.kind == "personal_key":
            done.append(privacy.customer_key(rows[name], key))
        elif info.kind == "free_text":
            done.append(privacy.redact_series(rows[name]).alias(name))
        elif info.kind == "actor":
            done.append(_actors(rows, name, key))
    return rows.with_columns(done)


def _actors(rows: pl.DataFrame, name: str, key: bytes) -> pl.Series:
    if "actor_role" not in rows.columns:
        return privacy.customer_key(rows[name], key)
    role = rows["actor_role"].cast(pl.String)
    is_customer = (role == CUSTOMER).fill_null(value=True)
    if not is_customer.any():
        return rows[name]
    hashed = privacy.customer_key(rows[name].filter(is_customer), key)
    return rows[name].scatter(is_customer.arg_true(), hashed)
