"""A small random company, written as canonical tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.data_access.tables import Rows, at

START = at("2026-01-05")
MARKETS = ["DE", "FR", "US", "JP", None]
CURRENCIES = {"DE": "EUR", "FR": "EUR", "US": "USD", "JP": "JPY", None: "EUR"}
SKUS = {"s1": "toys", "s2": "phones", "s3": "shoes", "s4": None}
CHANNELS = ["email", "chat", None]
_ROLES = {"customer_msg": "customer", "bot_msg": "bot"}
_NEW_VALUES = {"status": "pending", "level": "3"}


def moment(rng: Random, after: datetime, days: float) -> datetime:
    return after + timedelta(seconds=rng.randrange(int(days * 86400)))


def company(rng: Random, orders: int = 60) -> dict[str, Rows]:
    """Orders with lines, parcels, cases with events, returns, reviews and surveys."""
    tables: dict[str, Rows] = {
        "products": [{"sku": sku, "category": category} for sku, category in SKUS.items()],
        "customers": [
            {
                "customer_key": f"c{n}",
                "lang": "de" if n % 2 else "fr",
                "vip_tier": "black" if n % 3 == 0 else None,
            }
            for n in range(9)
        ],
        "calendars": [
            {
                "interval_id": f"i{day}", "calendar_id": "office", "tz": "Europe/Berlin",
                "weekday": day, "start_minute": 480, "end_minute": 1080, "country": "DE",
            }
            for day in range(1, 6)
        ],
        "sla_policies": [
            {
                "policy_id": "office", "metric": metric, "clock": "business", "target_s": target,
                "severity": 3, "pause_states": "pending", "calendar_id": "office",
            }
            for metric, target in (("first_response", 7200), ("resolution", 86_400))
        ],
        **{
            name: []
            for name in (
                "orders", "order_lines", "shipments", "tracking_events", "cases", "case_events",
                "messages", "return_lines", "reviews", "surveys", "returns", "refunds",
                "compensations", "costs", "mentions",
            )
        },
    }  # fmt: skip
    for number in range(orders):
        _order(rng, tables, str(number))
    return tables


def _order(rng: Random, tables: dict[str, Rows], name: str) -> None:
    market = rng.choice(MARKETS)
    placed = moment(rng, START, 70)
    order = {
        "order_id": f"o{name}",
        "country": market,
        "region": rng.choice(["north", "south", None]),
        "customer_key": f"c{rng.randrange(12)}",
        "marketplace": Random(name).choice(["bazaar", None, None]),
        "placed_at": placed,
    }
    tables["orders"].append(order)
    money = {"currency": CURRENCIES[market]}
    for part in range(rng.randint(1, 3)):
        sku = rng.choice(list(SKUS))
        line = {
            "line_id": f"l{name}-{part}",
            "order_id": order["order_id"],
            "sku": sku,
            "placed_at": placed,
            "qty": rng.choice([1, 1, 2, -1]),
            "price": rng.randrange(100, 9000),
            **money,
        }
        tables["order_lines"].append(line)
        if rng.random() < 0.3:
            tables["return_lines"].append(
                {
                    "return_line_id": f"r{name}-{part}",
                    "return_id": f"r{name}",
                    "order_id": order["order_id"],
                    "sku": sku,
                    "requested_at": moment(rng, placed, 30),
                    "qty": 1,
                    "price": rng.randrange(100, 9000),
                    "reason": rng.choice(["late", "defective"]),
                    **money,
                }
            )
    tables["shipments"].append(_shipment(rng, order, name))
    if rng.random() < 0.6:
        _case(rng, tables, order, name)
    if rng.random() < 0.5:
        tables["reviews"].append(
            {
                "review_id": f"v{name}",
                "order_id": order["order_id"],
                "at": moment(rng, placed, 40),
                "rating": rng.choice([1, 2, 3, 4, 5, None]),
                "anger": Random(f"v{name}").choice([None, 20.0, 91.5]),
            }
        )
    _money(Random(f"money{name}"), tables, name, placed)


def _money(rng: Random, tables: dict[str, Rows], name: str, placed: datetime) -> None:
    """Costs of a case, a return, an order, a parcel or nothing known; gifts, fees, a mention."""
    refs = [("cases", f"k{name}"), ("returns", f"r{name}"), ("orders", f"o{name}"),
            ("shipments", f"p{name}"), ("cases", "nobody's"), (None, None)]  # fmt: skip
    for part in range(rng.randint(0, 3)):
        table, ref = rng.choice(refs)
        tables["costs"].append(
            {
                "cost_id": f"x{name}-{part}",
                "at": moment(rng, placed, 40),
                "kind": rng.choice(["labour", "freight_rev", "qc"]),
                "ref_table": table,
                "ref_id": ref,
                "country": rng.choice(["DE", None]),
                "amount": rng.randrange(-500, 5000),
                "currency": rng.choice(["EUR", "USD", "JPY"]),
            }
        )
    if rng.random() < 0.3:
        worth = rng.choice([None, rng.randrange(100, 3000)])
        tables["compensations"].append(
            {
                "comp_id": f"g{name}",
                "order_id": rng.choice([f"o{name}", None]),
                "case_id": rng.choice([f"k{name}", None]),
                "level": rng.choice([1, 2, None]),
                "cause": rng.choice(["late_72h", None]),
                "decided_at": moment(rng, placed, 30),
                "amount": worth,
                "currency": None if worth is None else rng.choice(["EUR", "USD"]),
            }
        )
    if rng.random() < 0.3:
        asked = moment(rng, placed, 30)
        tables["returns"].append(
            {"return_id": f"r{name}", "order_id": f"o{name}", "requested_at": asked}
        )
        tables["refunds"].append(
            {
                "refund_id": f"f{name}",
                "return_id": f"r{name}",
                "requested_at": asked,
                "issued_at": rng.choice([None, moment(rng, asked, 9)]),
                "amount": 1000,
                "fee": rng.choice([None, 0, 12]),
                "currency": rng.choice(["EUR", "JPY"]),
            }
        )
    if rng.random() < 0.1:
        tables["mentions"].append(
            {
                "mention_id": f"y{name}",
                "sku": rng.choice([*SKUS, None]),
                "at": moment(rng, placed, 20),
                "anger": rng.choice([None, 70.0]),
                "country": rng.choice(["FR", None]),
            }
        )


def _shipment(rng: Random, order: dict[str, Any], name: str) -> dict[str, Any]:
    placed = order["placed_at"]
    shipped = moment(rng, placed, 4) if rng.random() < 0.9 else None
    delivered = moment(rng, shipped, 20) if shipped and rng.random() < 0.8 else None
    return {
        "shipment_id": f"p{name}",
        "order_id": order["order_id"],
        "direction": "fwd",
        "carrier": rng.choice(["post", "van", None]),
        "origin": "CN",
        "dest": order["country"],
        "created_at": placed,
        "shipped_at": shipped,
        "promised_on": (placed + timedelta(days=rng.randrange(3, 15))).date(),
        "delivered_at": delivered,
        "cancelled_at": moment(rng, placed, 6) if rng.random() < 0.1 else None,
    }


def _case(rng: Random, tables: dict[str, Rows], order: dict[str, Any], name: str) -> None:
    created = moment(rng, order["placed_at"], 20)
    case = {
        "case_id": f"k{name}",
        "order_id": order["order_id"],
        "channel": rng.choice(CHANNELS),
        "severity": rng.choice([1, 3, None]),
        "priority": rng.choice(["high", "low"]),
        "reason": rng.choice(["where is it", "broken"]),
        "team": rng.choice(["a", "b"]),
        "created_at": created,
        "status": "open",
        "customer_key": order["customer_key"],
        "spam": rng.random() < 0.05,
        "deleted": Random(name).random() < 0.03,
        "vendor_sla_met": rng.choice([True, False, None]),
    }
    tables["cases"].append(case)
    when = created
    for step in range(rng.randint(0, 6)):
        when = moment(rng, when, 3)
        tables["case_events"].append(
            {
                "event_id": f"e{name}-{step}",
                "case_id": case["case_id"],
                "at": when,
                "type": rng.choice(["agent_msg", "agent_msg", "solved", "reopened", "closed"]),
                "actor_role": rng.choice(["agent", "bot"]),
            }
        )
    _talk(Random(name), tables, case["case_id"], created)
    for kind, top in (("csat", 5), ("nps", 10)):
        if rng.random() < 0.5:
            tables["surveys"].append(
                {
                    "response_id": f"q{name}-{kind}",
                    "case_id": case["case_id"],
                    "kind": kind,
                    "sent_at": when,
                    "answered_at": moment(rng, when, 5),
                    "score": rng.randint(1, top),
                }
            )


def _talk(rng: Random, tables: dict[str, Rows], case_id: str, created: datetime) -> None:
    """Questions, answers and what else starts, stops and pauses clocks."""
    when = created
    for step in range(rng.randint(0, 6)):
        when = moment(rng, when, 2)
        told = {"case_id": case_id, "at": when}
        kind = rng.choice(
            ["message", "customer_msg", "customer_msg", "bot_msg", "status", "escalated",
             "solution_proposed", "no_reply_needed", "level"]
        )  # fmt: skip
        if kind == "message":
            way = rng.choice(["in", "out"])
            anger = Random(f"m{case_id}-{step}").choice([None, 12.3, 60.0, 80.0, 97.0])
            tables["messages"].append(
                {"message_id": f"m{case_id}-{step}", "direction": way, "anger": anger, **told}
            )
        else:
            row = {"event_id": f"t{case_id}-{step}", "type": kind, "to": _NEW_VALUES.get(kind)}
            tables["case_events"].append({**row, "actor_role": _ROLES.get(kind, "agent"), **told})
