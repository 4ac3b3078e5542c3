"""Rows and figures are data of the right shape, small, and free of themes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import polars as pl

from dashboard import rows
from dashboard.figures.sla_map import iso3, sla_map
from dashboard.figures.theme import graph_config


def test_empty_fields_do_not_travel() -> None:
    text = rows.table(
        [rows.Column("Market"), rows.Column("n", num=True)],
        [rows.Row((rows.Cell("FR"), rows.Cell("12", sub="x")), href="/cases", small=True)],
    )
    assert json.loads(text) == {
        "kind": "table",
        "columns": [{"label": "Market"}, {"label": "n", "num": True}],
        "rows": [
            {
                "cells": [
                    {"text": "FR", "bar_kind": "neutral"},
                    {"text": "12", "sub": "x", "bar_kind": "neutral"},
                ],
                "href": "/cases",
                "small": True,
            }
        ],
    }


def test_instants_travel_as_utc() -> None:
    at = datetime(2026, 11, 22, 4, 4, tzinfo=UTC)
    text = rows.items([rows.Item("C-1", "/cases/C-1", at=at)])
    assert json.loads(text)["rows"][0]["at"] == "2026-11-22T04:04:00Z"


def test_a_line_is_rounded_and_keeps_its_gaps() -> None:
    parts = json.loads(rows.spark((0.123456789, None, 2.0), target=0.9, low=(0.1, None, 1.0)))
    assert parts == {"values": [0.12346, None, 2.0], "target": 0.9, "low": [0.1, None, 1.0]}


MARKETS = pl.DataFrame(
    {
        "market": ["FR", "DE", "MT", "A1", "BR"],
        "value": [0.7, 0.95, 0.1, 0.5, None],
        "low": [0.6, 0.93, 0.0, 0.4, None],
        "high": [0.8, 0.97, 0.4, 0.6, None],
        "n": [80, 900, 4, 50, 0],
        "href": ["/cases?market=FR"] * 5,
    }
)


def test_the_map_separates_judged_small_and_absent() -> None:
    figure = sla_map(MARKETS, target=0.9, smallest_n=30)
    judged, small = figure.data
    assert list(judged.locations) == ["FRA", "DEU"]
    assert list(small.locations) == ["MLT"]
    assert judged.zmid == 0.9
    assert "Too small to judge" in small.text[0]
    assert judged.customdata[0] == "/cases?market=FR"
    assert figure.layout.geo.fitbounds is False
    assert figure.layout.template.layout.to_plotly_json() == {}


def test_the_map_of_nothing_is_empty_and_small() -> None:
    figure = sla_map(MARKETS.clear(), target=0.9, smallest_n=30)
    assert len(figure.data) == 0
    assert len(figure.to_json()) < 2_000


def test_a_map_of_the_whole_world_stays_small() -> None:
    codes = ["FR", "DE", "PL", "US", "CN", "JP", "BR", "MX", "GB", "IT"] * 20
    frame = pl.DataFrame({"market": codes}).with_columns(
        value=0.9, low=0.8, high=0.95, n=100, href=pl.lit("/cases?view=first_response_late")
    )
    assert len(sla_map(frame, target=0.9, smallest_n=30).to_json()) < 60_000


def test_countries_are_named_as_the_map_draws_them() -> None:
    assert [iso3(code) for code in ("FR", "DE", "CD", "MM", "GB", "CN", "A1")] == [
        "FRA",
        "DEU",
        "COD",
        "MMR",
        "GBR",
        "CHN",
        None,
    ]


def test_no_graph_calls_home() -> None:
    config = graph_config()
    assert config["plotlyServerURL"] == ""
    assert config["showSendToCloud"] is False
    assert config["displaylogo"] is False
