"""Orders, their lines, what was sold and to whom."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from data_access.contracts import columns as c


class Orders(dy.Schema):
    """One order as the shop or marketplace records it."""

    order_id = c.key("Order number in the shop")
    shop = c.text("Shop or account that sold it")
    marketplace = c.text("Marketplace, empty for the own shop")
    country = c.country("Country of the customer, ISO 3166 alpha-2")
    region = c.text("State or province of the customer")
    customer_key = c.personal_key("Customer, keyed hash")
    placed_at = c.instant("When the customer ordered", nullable=False)
    cancelled_at = c.instant("When it was cancelled; empty while it stands")
    status = c.text("Status as the source names it")
    total = c.amount("Order total")
    currency = c.currency()
    fulfilment = c.choice(["fbm", "fba", "3pl"], "Who ships: merchant, marketplace, third party")
    promo_id = c.ref("Promotion the order came from")

    @dy.rule()
    def money_has_currency(cls) -> pl.Expr:
        """An amount without its currency cannot be added up."""
        return pl.col("total").is_null() | pl.col("currency").is_not_null()

    @dy.rule()
    def cancelled_after_placed(cls) -> pl.Expr:
        """An order cannot be cancelled before it was placed."""
        return pl.col("cancelled_at") >= pl.col("placed_at")


class OrderLines(dy.Schema):
    """One product on one order."""

    line_id = c.key("Line id, unique in the source")
    order_id = c.ref("Order the line belongs to", nullable=False)
    sku = c.ref("Product")
    lot_id = c.ref("Production lot")
    placed_at = c.instant("When the order was placed", nullable=False)
    qty = c.count("Units sold", nullable=False, minimum=None)
    price = c.amount("Price of the whole line, without tax and freight")
    tax = c.amount("Tax of the whole line")
    freight = c.amount("Freight charged for the line")
    currency = c.currency()

    @dy.rule()
    def money_has_currency(cls) -> pl.Expr:
        """An amount without its currency cannot be added up."""
        return pl.col("price").is_null() | pl.col("currency").is_not_null()


class Products(dy.Schema):
    """What is sold."""

    sku = c.key("Stock keeping unit")
    title = c.text("Name of the product")
    category = c.text("Category")
    supplier_id = c.ref("Supplier")
    hs_code = c.text("Customs tariff code")
    cost = c.amount("Landed cost of a unit")
    currency = c.currency()
    weight_g = c.count("Weight of a unit in grams")
    warranty_days = c.count("Warranty in days")
    launched_on = c.day("First day on sale")

    @dy.rule()
    def money_has_currency(cls) -> pl.Expr:
        """An amount without its currency cannot be added up."""
        return pl.col("cost").is_null() | pl.col("currency").is_not_null()


class Customers(dy.Schema):
    """Who bought: a keyed hash and what service needs to know, no names."""

    customer_key = c.personal_key("Customer, keyed hash", nullable=False)
    country = c.country()
    region = c.text("State or province")
    tz = c.zone("Time zone of the customer")
    lang = c.language()
    vip_tier = c.choice(["none", "platinum", "diamond", "black"], "Tier of the customer")
    vip_from = c.instant("When the tier began", planned=True)
    vip_to = c.instant("When the tier ends", planned=True)
    first_order_at = c.instant("First order")


class Lots(dy.Schema):
    """One production lot: what a recall is about."""

    lot_id = c.key("Lot number, as on the product")
    sku = c.ref("Product")
    supplier_id = c.ref("Supplier who made it")
    made_on = c.day("Day it was made", planned=False)
    units_made = c.count("Units made")
    inspected = c.flag("Whether the lot was inspected before it was sold")
    lab = c.text("Laboratory that inspected it")
