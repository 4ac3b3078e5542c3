"""What leaves the house: the same to the byte each time, and nothing that was left out."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from alerts.compensation import batches, exporting, rows
from alerts.compensation.candidates import CANDIDATES
from alerts.compensation.machine import Action, BatchState, Do, Why
from alerts.notify.channels.base import Outgoing
from alerts.notify.channels.webhook import MOST_BYTES, document
from data_access.state import schema
from tests.alerts.compensation.world import NOW, POLICY, candidate, config, draft, registered

CONFIG = config()


def exported(engine: Engine, home: Path, *made: dict[str, Any], channel: str = "") -> int:
    """A batch of these candidates, approved by the sponsors and exported."""
    policy_id = registered(engine, home)
    frame = pl.DataFrame(list(made), schema=dict(CANDIDATES))
    batch = batches.propose(engine, draft(frame, policy_id), actor="Emil", token=None, wall=NOW)
    assert batch.data is not None
    number: int = batch.data["batch"]
    steps = [(Do.SUBMIT, "Emil"), (Do.APPROVE, "Chen"), (Do.APPROVE, "Dora")]
    for doing, actor in steps:
        act(engine, number, Action(doing), actor)
    done = act(engine, number, Action(Do.EXPORT, channel=channel), "Dora")
    assert done.result == "done", done
    return number


def act(engine: Engine, number: int, action: Action, actor: str) -> Any:
    return batches.act(
        engine, number, action, config=CONFIG, actor=actor, version=None, token=None, wall=NOW
    )


def file_of(engine: Engine, number: int) -> str:
    with engine.connect() as connection:
        stored = rows.find(connection, number)
        assert stored is not None
        return exporting.csv_text(exporting.rows_of(stored, POLICY, rows.items(connection, number)))


def test_the_file_to_the_byte(sqlite_engine: Engine, tmp_path: Path) -> None:
    number = exported(
        sqlite_engine,
        tmp_path,
        candidate("A-1", 1234),
        candidate("=cmd()", 800, currency="JPY", market="JP", customer_key="客户"),
        candidate("gone", 999, excluded_because="cancelled"),
    )
    text = file_of(sqlite_engine, number)
    key = exporting.item_key("shop", "A-1", "late_72h")
    other = exporting.item_key("shop", "=cmd()", "late_72h")
    assert text == (
        "\ufeffkey,batch,item,source,order_id,customer_key,market,cause,level,kind,amount,"
        "currency,amount_minor,eligible_at,drill\r\n"
        f"{key},1,1,shop,A-1,c-A-1,DE,late_72h,1,coupon,12.34,EUR,1234,2026-03-19T12:00:00Z,\r\n"
        f"{other},1,2,shop,'=cmd(),客户,JP,late_72h,1,coupon,800,JPY,800,2026-03-19T12:00:00Z,\r\n"
    )
    assert not exporting.csv_text([], mark=False).startswith("\ufeff")


def test_exported_again_it_is_the_same_and_written_down(engine: Engine, tmp_path: Path) -> None:
    number = exported(engine, tmp_path, candidate("A"), candidate("B"), channel="payer")
    first = file_of(engine, number)
    act(engine, number, Action(Do.EXPORT, channel="payer"), "Dora")
    assert file_of(engine, number) == first
    log, outbox = schema.event_log, schema.outbox
    with engine.connect() as connection:
        told = [
            json.loads(text)
            for text in connection.execute(
                select(log.c.payload_json).where(log.c.kind == "batch_exported").order_by(log.c.seq)
            ).scalars()
        ]
        messages = connection.execute(select(outbox)).all()
    assert [(one["again"], one["sent_before"]) for one in told] == [(False, 0), (True, 1)]
    assert told[0]["sha256"] == told[1]["sha256"]
    assert len(messages) == 1  # the same key is enqueued once
    assert (messages[0].kind, messages[0].channel) == ("compensation", "payer")
    data = json.loads(messages[0].payload_json)["data"]
    assert [item["order_id"] for item in data["items"]] == ["A", "B"]
    assert (data["batch"], data["part"], data["parts"]) == (number, 1, 1)


def test_only_a_webhook_channel_that_is_declared(sqlite_engine: Engine, tmp_path: Path) -> None:
    number = exported(sqlite_engine, tmp_path, candidate("A"))
    refused = act(sqlite_engine, number, Action(Do.EXPORT, channel="log"), "Dora")
    assert refused.why == Why.NO_CHANNEL
    assert act(sqlite_engine, number, Action(Do.EXPORT), "Emil").why == "not_in_role"


def test_a_drills_file_says_so_in_every_row(sqlite_engine: Engine, tmp_path: Path) -> None:
    number = exported(sqlite_engine, tmp_path, candidate("A"), candidate("B"))
    with sqlite_engine.connect() as connection:
        stored = rows.find(connection, number)
        assert stored is not None
        drill = replace(stored, batch=replace(stored.batch, drill=True))
        made = exporting.rows_of(drill, POLICY, rows.items(connection, number))
    assert [row["drill"] for row in made] == ["DRILL - DO NOT PAY"] * 2


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(5, "EUR", "0.05"), (1200, "JPY", "1200"), (1234, "KWD", "1.234")],
)
def test_amounts_are_exact_decimals(minor: int, currency: str, text: str) -> None:
    assert exporting.units(minor, currency) == text


@settings(max_examples=40)
@given(
    count=st.integers(0, 1200),
    long=st.integers(1, 900),
    text=st.sampled_from(["x", "漢", "\u0001"]),
)
def test_chunks_hold_every_row_once_and_fit_a_webhook(count: int, long: int, text: str) -> None:
    made = [{"key": str(n), "order_id": text * long} for n in range(count)]
    parts = exporting.chunked(made)
    assert [row for part in parts for row in part] == made
    for part in parts:
        body = Outgoing(
            "k" * 64, "k", "#payer", "", "en", "warning", "s", "b", data={"items": part}
        )
        assert len(document(body)) <= MOST_BYTES


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.text("=+-@\t\r\n,\"'ab漢", max_size=8),
            st.integers(0, 10**12),
            st.sampled_from(["EUR", "JPY", "KWD"]),
            st.sampled_from(["approved", "exported", "excluded"]),
        ),
        max_size=12,
    )
)
def test_a_file_read_back_holds_what_was_not_left_out_and_its_total(
    given_rows: list[tuple[str, int, str, str]],
) -> None:
    items = pl.DataFrame(
        [
            {**candidate(order, amount, currency=code), "n": n, "state": state}
            for n, (order, amount, code, state) in enumerate(given_rows, 1)
        ],
        schema={**CANDIDATES, "n": pl.Int64, "state": pl.String},
    )
    stored: Any = _Stored()
    made = exporting.rows_of(stored, POLICY, items)
    read = list(csv.DictReader(io.StringIO(exporting.csv_text(made, mark=False), newline="")))
    kept = [row for row in given_rows if row[3] != "excluded"]
    assert sum(int(row["amount_minor"]) for row in read) == sum(row[1] for row in kept)
    marked = [f"'{row[0]}" if row[0][:1] in _FORMULAS else row[0] for row in kept]
    assert [row["order_id"] for row in read] == marked
    assert not any(row["order_id"][:1] in _FORMULAS for row in read)


_FORMULAS = set("=+-@\t\r")


class _Stored:
    id = 7
    cause = "late_72h"

    class batch:  # noqa: N801 - the field's name
        drill = False
        state = BatchState.APPROVED
