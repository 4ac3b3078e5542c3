"""Agents, their shifts, calendars and service promises."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from data_access.contracts import columns as c

_WEEK_MIN = 7 * 24 * 60
_TEN_YEARS_S = 10 * 365 * 24 * 3600
"""No promise is longer; a larger number is of another unit, and past the last date there is."""


class Agents(dy.Schema):
    """One seat in the service organisation; no names."""

    agent_id = c.key("Agent id")
    team = c.text("Team")
    site = c.text("Site")
    tz = c.zone("Time zone of the site")
    langs = c.text("Languages spoken, separated by spaces")
    is_local = c.flag("Hired in the market served")


class Shifts(dy.Schema):
    """One shift of one agent; may cross midnight."""

    shift_id = c.key("Shift id")
    agent_id = c.ref("Agent", nullable=False)
    starts_at = c.instant("Start", nullable=False, planned=True)
    ends_at = c.instant("End", nullable=False, planned=True)
    kind = c.text("Kind, such as early, late, night")

    @dy.rule()
    def ends_after_start(cls) -> pl.Expr:
        """A shift ends after it starts."""
        return pl.col("ends_at") > pl.col("starts_at")


class Calendars(dy.Schema):
    """One weekly interval of business hours; a calendar is many rows."""

    interval_id = c.key("Interval id")
    calendar_id = c.ref("Calendar the interval belongs to", nullable=False)
    tz = c.zone("Time zone of the calendar", nullable=False)
    weekday = c.count("1 Monday to 7 Sunday", nullable=False, minimum=1, maximum=7)
    start_minute = c.count("Minutes after midnight", nullable=False, maximum=_WEEK_MIN)
    end_minute = c.count(
        "Minutes after midnight; over 1440 runs into the next day, a week (10080) at most",
        nullable=False,
        maximum=_WEEK_MIN,
    )
    country = c.country("Country whose public holidays close it; empty: none do")
    region = c.text("Region (ISO 3166-2 without the country) whose holidays close it too")
    valid_from = c.day("First day in force")
    valid_to = c.day("Last day in force")

    @dy.rule()
    def ends_after_start(cls) -> pl.Expr:
        """An interval of no length would never be open."""
        return pl.col("end_minute") > pl.col("start_minute")


class Holidays(dy.Schema):
    """One day off: of a country, of a region in it, or of one calendar.

    Public holidays are known without this table; it adds to them and takes out.
    """

    holiday_id = c.key("Holiday id")
    country = c.country("Country it holds in, ISO 3166 alpha-2")
    region = c.text("Region, empty for the whole country")
    calendar_id = c.ref("The one calendar it holds for, instead of a country")
    starts_on = c.day("First day", nullable=False)
    ends_on = c.day("Last day", nullable=False)
    name = c.text("Name")
    tentative = c.flag("Depends on the moon or on a decree")
    works = c.flag("The days are worked all the same: takes a public holiday out")

    @dy.rule()
    def ends_not_before_start(cls) -> pl.Expr:
        """A holiday ends on or after its first day."""
        return pl.col("ends_on") >= pl.col("starts_on")

    @dy.rule()
    def holds_somewhere(cls) -> pl.Expr:
        """A holiday names a country or a calendar."""
        return pl.col("country").is_not_null() | pl.col("calendar_id").is_not_null()


class SlaPolicies(dy.Schema):
    """One target of one policy."""

    policy_id = c.key("Policy id")
    metric = c.key("Clock it is for: first_response, next_response, resolution, solution …")
    severity = c.count("Level the target is for; empty for all", minimum=1, maximum=5)
    country = c.country()
    lang = c.language()
    channel = c.choice(c.CHANNELS, "Channel the target is for")
    vip_tier = c.choice(["none", "platinum", "diamond", "black"], "Tier the target is for")
    marketplace = c.text("Marketplace the target is for")
    target_s = c.count(
        "Target in seconds, ten years at most", nullable=False, minimum=1, maximum=_TEN_YEARS_S
    )
    clock = c.choice(["calendar", "business"], "Clock that runs", nullable=False)
    calendar_id = c.ref("Calendar of a business clock where the case names none")
    pause_states = c.text("Statuses that stop the clock, separated by spaces")
    valid_from = c.instant("In force from", planned=True)
    valid_to = c.instant("In force until", planned=True)
