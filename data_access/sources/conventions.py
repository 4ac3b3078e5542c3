"""Custom fields and tags of helpdesks that tell what our columns hold, by documented names.

Every company names its own fields. A field whose title, without blanks and signs and in lower
case, is one of these fills the column; nothing else is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import orjson
import polars as pl

from data_access.sources import fields as f
from data_access.sources.fields import Field
from data_access.sources.parsing import by_value, trimmed
from data_access.sources.places import country_code, language_tag

TITLES: Mapping[str, str] = {
    **dict.fromkeys(("order", "orderid", "ordernumber", "orderno"), "order_id"),
    **dict.fromkeys(("shipment", "shipmentid"), "shipment_id"),
    **dict.fromkeys(("return", "returnid", "returnnumber", "rma", "rmanumber"), "return_id"),
    **dict.fromkeys(("sku", "productsku"), "sku"),
    **dict.fromkeys(("language", "lang", "customerlanguage"), "lang"),
    **dict.fromkeys(("country", "countrycode", "customercountry"), "country"),
    "marketplace": "marketplace",
    **dict.fromkeys(("contactreason", "reason", "reasonforcontact"), "reason"),
    **dict.fromkeys(("level", "severity", "servicelevel"), "severity"),
}
"""Canonical column of a field's plain title."""

CUSTOM = tuple(dict.fromkeys(TITLES.values()))
"""Columns that custom fields may fill."""

_SUFFIX = re.compile(r"\[\w+\]\s*$")
_LEVEL = re.compile(r"^(?:l|level|severity|sev)?[\s_.-]*([1-5])$", re.IGNORECASE)
_LEVEL_TAG = re.compile(r"(?:^| )(?:level|severity)_([1-5])(?: |$)", re.IGNORECASE)
NO_REPLY_TAG = "no_reply_needed"


def column_of(title: str) -> str | None:
    """Give the column that a field of that title fills, if any."""
    plain = _SUFFIX.sub("", title.strip().lower()).removeprefix("cf_")
    return TITLES.get(re.sub(r"[\W_]+", "", plain))


def plain_word(text: str) -> str:
    """Give a word in lower case, with one underscore for whatever is no letter or digit."""
    return re.sub(r"[\W_]+", "_", text.lower()).strip("_")


def level_of(text: str) -> str | None:
    """Give the level that a field's value names: 3, L3, level 3, severity_3."""
    found = _LEVEL.match(text.strip())
    return found[1] if found else None


def _level_of_tags(tags: str) -> str | None:
    found = _LEVEL_TAG.search(tags)
    return found[1] if found else None


def custom_fields(*, order_else: str | None, lang_else: str | None) -> list[Field]:
    """Fields made of raw columns named `custom_…`, and of the tags for the level.

    `order_else` and `lang_else` are raw columns that stand in where no custom field says it. A
    language, country or level that names none is left empty: it is what somebody typed.
    """
    order = pl.coalesce(trimmed(name) for name in ("custom_order_id", order_else) if name)
    lang = [by_value(trimmed(name), language_tag) for name in ("custom_lang", lang_else) if name]
    level = pl.coalesce(
        by_value(trimmed("custom_severity"), level_of), by_value(trimmed("tags"), _level_of_tags)
    )
    return [
        f.computed("order_id", order, "custom_order_id"),
        *(f.text(name, f"custom_{name}") for name in ("shipment_id", "return_id", "sku")),
        *(f.text(name, f"custom_{name}") for name in ("marketplace", "reason")),
        f.computed("lang", pl.coalesce(lang), "custom_lang"),
        f.computed("country", by_value(trimmed("custom_country"), country_code), "custom_country"),
        f.computed("severity", level.cast(pl.Int64), "custom_severity"),
    ]


def from_custom_fields(tickets: pl.DataFrame, fields: pl.DataFrame) -> pl.DataFrame:
    """Fill the columns `custom_…` of tickets from their custom fields.

    Args:
        tickets: `custom_fields` holds JSON, the value by the field's id.
        fields: id and title of the fields.
    """
    wanted = {
        row["id"]: column
        for row in fields.iter_rows(named=True)
        if row["title"] and (column := column_of(row["title"]))
    }
    if not wanted:
        return tickets
    found: dict[str, list[str | None]] = {column: [] for column in wanted.values()}
    for text in tickets["custom_fields"]:
        held = orjson.loads(text) if text else {}
        told = {column: held[key] for key, column in wanted.items() if key in held}
        for column, values in found.items():
            value = told.get(column)
            values.append(None if value is None else str(value))
    return tickets.with_columns(
        pl.coalesce(pl.Series(values, dtype=pl.String), f"custom_{column}").alias(
            f"custom_{column}"
        )
        for column, values in found.items()
    )
