"""No person reaches the disk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from data_access import privacy, quarantine
from data_access.contracts import TABLES
from data_access.importing import BatchReport
from data_access.sources.base import Problem
from data_access.warehouse import Warehouse
from tests.data_access.importing.stub_source import KEY, order, problem, table

Take = Callable[..., BatchReport]
AT = datetime(2024, 1, 1, tzinfo=UTC)
SECRETS = ("joe.doe@example.com", "4111 1111 1111 1111", "+49 30 1234567", "Joe Doe", "Main Street")


def everything(warehouse: Warehouse, engine: Engine) -> str:
    """All facts and the state that imports write, as text."""
    facts = [warehouse.scan(name).collect().write_csv() for name in TABLES]
    return "".join([*facts, quarantine.listing(engine).write_csv()])


def test_customer_keys_are_hashed_exactly_once(take_in: Take, warehouse: Warehouse) -> None:
    key = "joe.doe@example.com"
    orders = table("orders", [order("a", customer_key=key), order("b", customer_key=None)])
    customers = table("customers", [{"customer_key": key, "country": "DE"}])
    for _ in range(2):
        take_in(orders, customers)
    hashed = privacy.hash_one(key, KEY)
    rows = warehouse.scan("orders").sort("order_id").collect()
    assert rows["customer_key"].to_list() == [hashed, None]
    assert warehouse.scan("customers").collect()["customer_key"].to_list() == [hashed]


def test_actors_are_hashed_where_they_are_customers(take_in: Take, warehouse: Warehouse) -> None:
    def event(number: int, role: str | None) -> dict[str, object]:
        return {
            "event_id": str(number),
            "case_id": "c",
            "at": AT,
            "type": "note",
            "actor_id": "joe",
            "actor_role": role,
        }

    take_in(table("case_events", [event(1, "customer"), event(2, "agent"), event(3, None)]))
    rows = warehouse.scan("case_events").sort("event_id").collect()
    hashed = privacy.hash_one("joe", KEY)
    assert rows["actor_id"].to_list() == [hashed, "joe", hashed]


def test_free_text_is_stored_redacted(take_in: Take, warehouse: Warehouse) -> None:
    said = f"I am joe.doe@example.com, call +49 30 1234567, card {SECRETS[1]}, order 112-1234567-1"
    case = {"case_id": "c", "created_at": AT, "subject": said}
    message = {"message_id": "m", "case_id": "c", "at": AT, "direction": "in", "text": said}
    take_in(table("cases", [case]), table("messages", [message]))
    clean = "I am [email], call [phone], card [card], order 112-1234567-1"
    assert warehouse.scan("cases").collect()["subject"].to_list() == [clean]
    assert warehouse.scan("messages").collect()["text"].to_list() == [clean]


def test_quarantine_holds_no_person(take_in: Take, engine: Engine) -> None:
    raw = {
        "Customer Name": "Joe Doe",
        "E-Mail": "joe.doe@example.com",
        "customer_id": "77",
        "shipping street": "Main Street 5",
        "note": "call +49 30 1234567",
        "order": "A-1",
        "nested": {"phone": "1"},
    }
    refused = problem(4, **raw)
    named = Problem("orders", "f.csv", 5, "buyer_email", "joe.doe@example.com", "r", "a", "Joe x")
    bad = order("a", currency="XQQ", customer_key="joe.doe@example.com")
    take_in(table("orders", [bad], [refused, named]))
    listed = quarantine.listing(engine)
    text = listed.write_csv()
    for secret in ("joe.doe@example.com", "Joe Doe", "Main Street", "1234567", '"77"'):
        assert secret not in text
    assert privacy.hash_one("77", KEY) in text
    assert privacy.hash_one("joe.doe@example.com", KEY) in text
    assert "A-1" in text


@pytest.mark.parametrize("column", ["country", "region", "status"])
def test_a_person_in_the_wrong_column_is_not_in_the_quarantine(
    take_in: Take, engine: Engine, column: str
) -> None:
    bad = order("a", currency="XQQ") | {column: "joe.doe@example.com"}
    take_in(table("orders", [bad]))
    assert "joe.doe" not in quarantine.listing(engine).write_csv()


def test_no_secret_is_stored_anywhere(take_in: Take, warehouse: Warehouse, engine: Engine) -> None:
    said = " ".join(SECRETS[:3])
    message = {"message_id": "m", "case_id": "c", "at": AT, "direction": "in", "text": said}
    refused = problem(4, name="Joe Doe", address="Main Street 5", text=said)
    take_in(
        table("orders", [order("a-1", customer_key=SECRETS[0])], [refused]),
        table("messages", [message, message | {"message_id": "n", "case_id": None}]),
    )
    stored = everything(warehouse, engine)
    assert "a-1" in stored
    assert stored.count("[email]") >= 3
    for secret in SECRETS:
        assert secret not in stored
