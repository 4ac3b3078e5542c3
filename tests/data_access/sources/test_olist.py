"""The marketplace release in small: one order of every kind that matters."""

# ruff: noqa: E501 - files within tests stand as they are

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from data_access.sources.base import SourceError, Table
from data_access.sources.olist import SOURCE
from tests.data_access.sources.reading_aid import notes, problems, read, write

FILES = {
    "olist_orders_dataset": """order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,order_delivered_customer_date,order_estimated_delivery_date
A,c1,delivered,2018-01-05 10:00:00,,2018-01-06 09:00:00,2018-02-17 23:30:00,2018-02-17 00:00:00
B,c2,canceled,2018-01-05 11:00:00,,,,2018-02-01 00:00:00
C,c3,canceled,2018-01-05 12:00:00,,2018-01-07 09:00:00,,2018-02-01 00:00:00
D,c9,shipped,2018-01-05 13:00:00,,2018-01-07 09:00:00,,2018-02-01 00:00:00
E,c1,invoiced,2018-13-05 13:00:00,,,,2018-02-01 00:00:00
F,c1,processing,2018-03-05 13:00:00,,,,2018-04-01 00:00:00
""",
    "olist_order_items_dataset": """order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value
A,2,p2,s2,x,10.00,1.50
A,1,p1,s1,x,99.90,27.65
C,1,p1,s1,x,dez,1.00
""",
    "olist_customers_dataset": """customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state
c1,u1,01012,sao paulo,SP
c2,u1,01013,rio,RJ
c3,u3,01014,rio,RJ
""",
    "olist_sellers_dataset": "seller_id,seller_zip_code_prefix,seller_city,seller_state\ns1,1,x,PR\ns2,1,x,SC\n",
    "olist_products_dataset": "product_id,product_category_name,product_weight_g\np1,bebes,7150\np2,pc_gamer,\n",
    "olist_order_reviews_dataset": """review_id,order_id,review_score,review_comment_title,review_comment_message,review_creation_date,review_answer_timestamp
r1,A,1,,"Não chegou,
péssimo",2018-02-01 00:00:00,2018-02-02 04:10:37
r1,B,5,ok,,2018-02-01 00:00:00,2018-02-02 04:10:37
""",
    "product_category_name_translation": "product_category_name,product_category_name_english\nbebes,baby\n",
}


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, Table]:
    for name, text in FILES.items():
        write(tmp_path, f"{name}.csv", text)
    return read(SOURCE, tmp_path)


def test_orders(tables: dict[str, Table]) -> None:
    orders = tables["orders"]
    assert orders.frame.select("order_id", "region", "customer_key", "total", "_row").rows() == [
        # 99.90 + 27.65 + 10.00 + 1.50
        ("A", "SP", "u1", 13905, 2),
        ("B", "RJ", "u1", None, 3),
        # An item without a readable price leaves the total unknown.
        ("C", "RJ", "u3", None, 4),
        ("D", None, None, None, 5),
        ("F", "SP", "u1", None, 7),
    ]
    assert problems(orders) == [(6, "order_purchase_timestamp", "2018-13-05 13:00:00")]
    assert orders.frame["placed_at"][0] == datetime(2018, 1, 5, 12, tzinfo=UTC)


def test_order_lines(tables: dict[str, Table]) -> None:
    lines = tables["order_lines"]
    assert lines.frame.select("line_id", "sku", "qty", "price", "freight", "_row").rows() == [
        ("A-2", "p2", 1, 1000, 150, 2),
        ("A-1", "p1", 1, 9990, 2765, 3),
    ]
    assert problems(lines) == [(4, "price", "dez")]


def test_shipments(tables: dict[str, Table]) -> None:
    frame = tables["shipments"].frame
    assert frame.select("shipment_id", "origin", "dest", "state", "cost").rows() == [
        ("A", "PR", "SP", "delivered", 2915),
        ("B", None, "RJ", "cancelled", None),
        ("C", "PR", "RJ", "exception", 100),
        ("D", None, None, "in_transit", None),
        ("F", None, "SP", "created", None),
    ]
    first = frame.row(0, named=True)
    # Delivered at half past eleven at night on the promised day: on time in Brazil, where that
    # night was an hour longer (summer time ended), though the date in UTC is the next one.
    assert first["delivered_on"] == first["promised_on"] == date(2018, 2, 17)
    assert first["delivered_at"] == datetime(2018, 2, 18, 1, 30, tzinfo=UTC)
    assert first["promised_at"] == datetime(2018, 2, 18, 2, 59, 59, 999999, tzinfo=UTC)


def test_customers_are_persons(tables: dict[str, Table]) -> None:
    customers = tables["customers"]
    assert customers.frame.select("customer_key", "region", "first_order_at").rows() == [
        ("u1", "RJ", datetime(2018, 1, 5, 12, tzinfo=UTC)),
        ("u3", "RJ", datetime(2018, 1, 5, 14, tzinfo=UTC)),
    ]
    assert notes(customers) == ["3 rows made 2 customers"]


def test_products_and_reviews(tables: dict[str, Table]) -> None:
    assert tables["products"].frame.select("sku", "category", "weight_g").rows() == [
        ("p1", "baby", 7150),
        ("p2", "pc_gamer", None),
    ]
    assert "1 products keep their Portuguese category (pc_gamer)" in notes(tables["products"])[0]
    reviews = tables["reviews"].frame
    assert reviews.select("review_id", "rating", "text", "_row").rows() == [
        ("r1-A", 1, "Não chegou,\npéssimo", 2),
        ("r1-B", 5, None, 4),
    ]


def test_incomplete_folder(tmp_path: Path) -> None:
    write(tmp_path, "olist_orders_dataset.csv", FILES["olist_orders_dataset"])
    with pytest.raises(SourceError) as error:
        read(SOURCE, tmp_path)
    assert "olist_order_items_dataset.csv, " in error.value.message
    assert "The folder holds olist_orders_dataset.csv" in error.value.message
    with pytest.raises(SourceError, match="not a folder"):
        read(SOURCE, tmp_path / "olist_orders_dataset.csv")


def test_file_with_other_columns(tmp_path: Path) -> None:
    for name, text in FILES.items():
        write(tmp_path, f"{name}.csv", text.replace("seller_state", "state_of_seller"))
    with pytest.raises(SourceError, match="no column seller_state"):
        read(SOURCE, tmp_path)
