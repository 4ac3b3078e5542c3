"""Ids of every component that a callback reads or writes: one enumeration per screen.

The value begins with the name of the screen, so two screens cannot share one; a contract test
checks that every id stands in a layout and that no output has two writers.
"""

from __future__ import annotations

from enum import StrEnum


class Shell(StrEnum):
    """The frame around every screen."""

    QUERY = "shell-query"
    """Store: the canonical query string of the view; every screen's callbacks begin with it."""
    ASKED = "shell-asked"
    """Store: the query of an address that was opened and is not the present view."""
    VERSION = "shell-version"
    """Store: changes when any number may have changed; screens fetch again only then."""
    NEWS = "shell-news"
    """Store: changes when an incident, a message or a rule may have changed."""
    ACTOR = "shell-actor"
    """Store, kept by the browser: the name of whoever acts here; empty until one is given."""
    ACTOR_NAME = "shell-actor-name"
    """The field of the top bar that holds the name."""
    NEEDS = "shell-needs"
    """How many incidents need somebody, beside the rail's Alerts."""
    REFRESH = "shell-refresh"
    STAMP = "shell-stamp"
    STAMP_TIME = "shell-stamp-time"
    WORKER = "shell-worker"
    NOTES = "shell-notes"
    FILTERS = "shell-filters"
    RANGE = "shell-range"
    FROM = "shell-from"
    TO = "shell-to"
    COMPARE = "shell-compare"
    MARKET = "shell-market"
    CATEGORY = "shell-category"
    CHANNEL = "shell-channel"
    LANGUAGE = "shell-language"
    CARRIER = "shell-carrier"
    CURRENCY = "shell-currency"
    ZONE = "shell-zone"


DIMENSION_CONTROLS = {
    "market": Shell.MARKET,
    "category": Shell.CATEGORY,
    "channel": Shell.CHANNEL,
    "language": Shell.LANGUAGE,
    "carrier": Shell.CARRIER,
}
"""Dimension to the control of the filter bar that holds its values."""


LOCATION = "_pages_location"
"""Dash's own location of the pages router; its `search` changes when a link is followed."""


class Overview(StrEnum):
    """`/`: what needs me now."""

    ANSWER = "overview-answer"
    ALERTS_PANEL = "overview-alerts-panel"
    ALERTS = "overview-alerts"
    ALERTS_NOTE = "overview-alerts-note"
    ALERTS_ALL = "overview-alerts-all"
    TILES_PANEL = "overview-tiles-panel"
    TILES_NOTE = "overview-tiles-note"
    BACKLOG_AGES = "overview-backlog-ages"
    MAP_PANEL = "overview-map-panel"
    MAP_TITLE = "overview-map-title"
    MAP = "overview-map"
    MAP_SUMMARY = "overview-map-summary"
    MAP_TABLE = "overview-map-table"
    MOVERS_PANEL = "overview-movers-panel"
    MOVERS_TITLE = "overview-movers-title"
    MOVERS_KPI = "overview-movers-kpi"
    MOVERS_BY = "overview-movers-by"
    MOVERS = "overview-movers"
    DUE_PANEL = "overview-due-panel"
    DUE_HORIZON = "overview-due-horizon"
    DUE_TITLE = "overview-due-title"
    DUE = "overview-due"
    DUE_STAFF = "overview-due-staff"


class Alerts(StrEnum):
    """`/alerts`: what needs somebody, in order."""

    ANSWER = "alerts-answer"
    VIEW = "alerts-view"
    PRESSED = "alerts-pressed"
    """Store: a button that was pressed in a row, see `assets/js/65-actions.js`."""
    CHANGED = "alerts-changed"
    """Store: what came of it; the list is asked for again."""
    OUTCOME = "alerts-outcome"
    EMPTY = "alerts-empty"
    EMPTY_NOTE = "alerts-empty-note"
    PANEL = "alerts-panel"
    LIST = "alerts-list"
    NOTE = "alerts-note"


class Alert(StrEnum):
    """`/alerts/<group_id>`: one incident: what it is, why, who has it, who is told next."""

    ASKED = "alert-asked"
    """Store: the number that the address names."""
    PRESSED = "alert-pressed"
    """Store: a button that was pressed, see `assets/js/65-actions.js`."""
    CHANGED = "alert-changed"
    """Store: token of the press that was done; everything is asked for again."""
    BACK = "alert-back"
    ANSWER = "alert-answer"
    SUMMARY = "alert-summary"
    STATE_PANEL = "alert-state-panel"
    FACTS = "alert-facts"
    OUTCOME = "alert-outcome"
    ACTIONS = "alert-actions"
    CHART_PANEL = "alert-chart-panel"
    CHART_TITLE = "alert-chart-title"
    CHART_NOTE = "alert-chart-note"
    CHART = "alert-chart"
    CHART_SUMMARY = "alert-chart-summary"
    CHART_TABLE = "alert-chart-table"
    DRIVERS_PANEL = "alert-drivers-panel"
    DRIVERS_TITLE = "alert-drivers-title"
    DRIVERS_NOTE = "alert-drivers-note"
    DRIVERS = "alert-drivers"
    INSIDE_PANEL = "alert-inside-panel"
    INSIDE_TITLE = "alert-inside-title"
    INSIDE = "alert-inside"
    EXAMPLES_PANEL = "alert-examples-panel"
    EXAMPLES_TITLE = "alert-examples-title"
    EXAMPLES = "alert-examples"
    BEHIND = "alert-behind"
    FIRST_STEPS = "alert-first-steps"
    MESSAGES_PANEL = "alert-messages-panel"
    MESSAGES_TITLE = "alert-messages-title"
    NEXT = "alert-next"
    MESSAGES = "alert-messages"
    TIMELINE_PANEL = "alert-timeline-panel"
    TIMELINE_NOTE = "alert-timeline-note"
    TIMELINE = "alert-timeline"


class Cases(StrEnum):
    """`/cases`: the rows behind every number."""

    ANSWER = "cases-answer"
    VIEW = "cases-view"
    SEARCH = "cases-search"
    EXPORT = "cases-export"
    PANEL = "cases-panel"
    GRID = "cases-grid"


class RowList(StrEnum):
    """`/rows/<kind>`: parcels, returns, reviews and survey answers behind a number."""

    KIND = "rows-kind"
    """Store: which list the address names."""
    ANSWER = "rows-answer"
    VIEW = "rows-view"
    SEARCH = "rows-search"
    EXPORT = "rows-export"
    PANEL = "rows-panel"
    GRID = "rows-grid"


class Case(StrEnum):
    """`/cases/<case_id>`: one case with everything that happened around it."""

    ASKED = "case-asked"
    """Store: `case_id` and `feed` that the address names."""
    ANSWER = "case-answer"
    SUBJECT = "case-subject"
    BACK = "case-back"
    FACTS_PANEL = "case-facts-panel"
    CLOCKS = "case-clocks"
    FACTS = "case-facts"
    TIMELINE_PANEL = "case-timeline-panel"
    TIMELINE = "case-timeline"
    TIMELINE_TITLE = "case-timeline-title"
    TIMELINE_NOTE = "case-timeline-note"
    RUNS_PANEL = "case-runs-panel"
    RUNS_TITLE = "case-runs-title"
    RUNS = "case-runs"
    RUNS_SUMMARY = "case-runs-summary"
    RUNS_TABLE = "case-runs-table"
    VENDOR_BOX = "case-vendor-box"
    VENDOR = "case-vendor"
    VENDOR_FLAG = "case-vendor-flag"
    FINDINGS_BOX = "case-findings-box"
    FINDINGS = "case-findings"


class ClockPart(StrEnum):
    """Parts of the details of one clock that a callback fills; see `clock_part`."""

    BOX = "clock-box"
    VERDICT = "clock-verdict"
    ACCOUNT = "clock-account"
    TABLE = "clock-table"


def clock_part(part: ClockPart, clock: object) -> dict[str, object]:
    """Id of one part of the details of `clock`; `clock` may be `dash.ALL` in an output."""
    return {"part": str(part), "screen": "case", "index": clock}


class Complaints(StrEnum):
    """`/complaints`: what customers complain about, where, and whether it is changing."""

    ANSWER = "complaints-answer"
    MEASURE = "complaints-measure"
    PLACES_PANEL = "complaints-places-panel"
    PLACES_TITLE = "complaints-places-title"
    PLACES_NOTE = "complaints-places-note"
    PLACES = "complaints-places"
    PLACES_SUMMARY = "complaints-places-summary"
    PLACES_TABLE = "complaints-places-table"
    WEEKS_PANEL = "complaints-weeks-panel"
    WEEKS_TITLE = "complaints-weeks-title"
    WEEKS_NOTE = "complaints-weeks-note"
    WEEKS = "complaints-weeks"
    WEEKS_SUMMARY = "complaints-weeks-summary"
    WEEKS_TABLE = "complaints-weeks-table"
    REASONS_PANEL = "complaints-reasons-panel"
    REASONS_TITLE = "complaints-reasons-title"
    REASONS_NOTE = "complaints-reasons-note"
    REASONS = "complaints-reasons"
    REASONS_SUMMARY = "complaints-reasons-summary"
    REASONS_TABLE = "complaints-reasons-table"


class Sla(StrEnum):
    """`/sla`: where promises are broken."""

    ANSWER = "sla-answer"
    KPI = "sla-kpi"
    MAP_PANEL = "sla-map-panel"
    MAP_TITLE = "sla-map-title"
    MAP_NOTE = "sla-map-note"
    MAP = "sla-map"
    MAP_SUMMARY = "sla-map-summary"
    RANKS = "sla-ranks"
    HOURS_PANEL = "sla-hours-panel"
    HOURS_TITLE = "sla-hours-title"
    HOURS_NOTE = "sla-hours-note"
    HOURS = "sla-hours"
    HOURS_SUMMARY = "sla-hours-summary"
    HOURS_TABLE = "sla-hours-table"
    LEVELS_PANEL = "sla-levels-panel"
    LEVELS_TITLE = "sla-levels-title"
    LEVELS = "sla-levels"


class Returns(StrEnum):
    """`/returns`: how much of what was sold will come back."""

    ANSWER = "returns-answer"
    COHORTS_PANEL = "returns-cohorts-panel"
    COHORTS_TITLE = "returns-cohorts-title"
    COHORTS_NOTE = "returns-cohorts-note"
    COHORTS = "returns-cohorts"
    COHORTS_SUMMARY = "returns-cohorts-summary"
    COHORTS_TABLE = "returns-cohorts-table"
    ROWS = "returns-rows"
    SPLIT_PANEL = "returns-split-panel"
    SPLIT_TITLE = "returns-split-title"
    SPLIT = "returns-split"
    """Its last part is the key in the address."""
    SPLIT_TABLE = "returns-split-table"
    ENDS_PANEL = "returns-ends-panel"
    ENDS_TITLE = "returns-ends-title"
    ENDS_NOTE = "returns-ends-note"
    ENDS_TABLE = "returns-ends-table"


class Numbers(StrEnum):
    """`/numbers/<kpi>`: how one number is counted."""

    KPI = "numbers-kpi"
    """Store: which KPI the address names."""
    ANSWER = "numbers-answer"
    NOTE = "numbers-note"
    VALUE_PANEL = "numbers-value-panel"
    FACTS = "numbers-facts"
    SIDES = "numbers-sides"
    ACCOUNT_PANEL = "numbers-account-panel"
    ACCOUNT_TITLE = "numbers-account-title"
    ACCOUNT = "numbers-account"
    QUALITY_PANEL = "numbers-quality-panel"
    QUALITY_TITLE = "numbers-quality-title"
    QUALITY = "numbers-quality"
    WEEKS_PANEL = "numbers-weeks-panel"
    WEEKS_TITLE = "numbers-weeks-title"
    WEEKS = "numbers-weeks"
    WEEKS_SUMMARY = "numbers-weeks-summary"
    WEEKS_TABLE = "numbers-weeks-table"
    RECONCILE = "numbers-reconcile"


class Service(StrEnum):
    """`/service`: what breaches next, who is there, what waits, who is served worse."""

    ANSWER = "service-answer"
    WITHIN = "service-within"
    BY = "service-by"
    CLOCK = "service-clock"
    DUE_PANEL = "service-due-panel"
    DUE_TITLE = "service-due-title"
    DUE_NOTE = "service-due-note"
    DUE = "service-due"
    CLOCKS = "service-clocks"
    QUEUE_PANEL = "service-queue-panel"
    QUEUE_TITLE = "service-queue-title"
    QUEUE = "service-queue"
    ALL = "service-all"
    EXPORT = "service-export"
    AGE = "service-age"
    AGES_PANEL = "service-ages-panel"
    AGES_TITLE = "service-ages-title"
    AGES_NOTE = "service-ages-note"
    AGES = "service-ages"
    AGES_SUMMARY = "service-ages-summary"
    AGES_TABLE = "service-ages-table"
    OLDEST_PANEL = "service-oldest-panel"
    OLDEST_TITLE = "service-oldest-title"
    OLDEST = "service-oldest"
    KPI = "service-kpi"
    REFERENCE = "service-reference"
    PARITY_PANEL = "service-parity-panel"
    PARITY_TITLE = "service-parity-title"
    PARITY_NOTE = "service-parity-note"
    PARITY = "service-parity"
    PARITY_SUMMARY = "service-parity-summary"
    PARITY_TABLE = "service-parity-table"
    MARKETS_PANEL = "service-markets-panel"
    MARKETS_TITLE = "service-markets-title"
    MARKETS_NOTE = "service-markets-note"
    MARKETS = "service-markets"


class Reconcile(StrEnum):
    """`/reconcile`: why another tool shows another number."""

    METRIC = "reconcile-metric"
    LEFT = "reconcile-left"
    RIGHT = "reconcile-right"
    STATISTIC = "reconcile-statistic"
    ANSWER = "reconcile-answer"
    BRIDGE_PANEL = "reconcile-bridge-panel"
    BRIDGE_TITLE = "reconcile-bridge-title"
    BRIDGE_NOTE = "reconcile-bridge-note"
    BRIDGE = "reconcile-bridge"
    BRIDGE_SUMMARY = "reconcile-bridge-summary"
    BRIDGE_TABLE = "reconcile-bridge-table"
    NUMBERS = "reconcile-numbers"
    DEFINITIONS_PANEL = "reconcile-definitions-panel"
    DEFINITIONS_TITLE = "reconcile-definitions-title"
    DEFINITIONS = "reconcile-definitions"
    SOURCES = "reconcile-sources"
    CASES_PANEL = "reconcile-cases-panel"
    CASES_TITLE = "reconcile-cases-title"
    CASES = "reconcile-cases"


class Rules(StrEnum):
    """`/rules`: which rules watch, where each stands and what it costs."""

    ANSWER = "rules-answer"
    PANEL = "rules-panel"
    TITLE = "rules-title"
    NOTE = "rules-note"
    LIST = "rules-list"
    TEMPLATES = "rules-templates"


class Rule(StrEnum):
    """`/rules/<rule_id>`: one rule, its backtest, its text and its life."""

    ASKED = "rule-asked"
    """Store: `rule_id`, `version` and `template` that the address names."""
    PRESSED = "rule-pressed"
    """Store: the last press of a button that acts, see `assets/js/65-actions.js`."""
    CHANGED = "rule-changed"
    """Store: changes when something was done here."""
    ANSWER = "rule-answer"
    STATE_PANEL = "rule-state-panel"
    STATE_TITLE = "rule-state-title"
    FACTS = "rule-facts"
    GATE = "rule-gate"
    OUTCOME = "rule-outcome"
    ACTIONS = "rule-actions"
    WORDS_PANEL = "rule-words-panel"
    WORDS = "rule-words"
    TOLD_PANEL = "rule-told-panel"
    TOLD_TITLE = "rule-told-title"
    TOLD_NOTE = "rule-told-note"
    TOLD = "rule-told"
    TOLD_SUMMARY = "rule-told-summary"
    TOLD_TABLE = "rule-told-table"
    COST = "rule-cost"
    WEEKS_PANEL = "rule-weeks-panel"
    WEEKS_TITLE = "rule-weeks-title"
    WEEKS = "rule-weeks"
    WEEKS_SUMMARY = "rule-weeks-summary"
    WEEKS_TABLE = "rule-weeks-table"
    KNOWN_PANEL = "rule-known-panel"
    KNOWN = "rule-known"
    DIFF_PANEL = "rule-diff-panel"
    DIFF_TITLE = "rule-diff-title"
    DIFF = "rule-diff"
    DIFF_TEXT = "rule-diff-text"
    TEXT = "rule-text"
    CHECK = "rule-check"
    SAVE = "rule-save"
    VERDICT = "rule-verdict"
    FAULTS = "rule-faults"
    SAVED = "rule-saved"
    VERSIONS_PANEL = "rule-versions-panel"
    VERSIONS = "rule-versions"
    HISTORY = "rule-history"


class TilePart(StrEnum):
    """Parts of a KPI tile that callbacks fill; see `tile_part`."""

    LINK = "tile-link"
    STATUS = "tile-status"
    VALUE = "tile-value"
    INTERVAL = "tile-interval"
    TREND = "tile-trend"
    DELTA = "tile-delta"
    AGAINST = "tile-against"
    TAINT = "tile-taint"
    COUNTED = "tile-counted"


def tile_part(part: TilePart, screen: str, kpi: object) -> dict[str, object]:
    """Id of one part of the tile of `kpi` on `screen`; `kpi` may be `dash.ALL` in an output."""
    return {"part": str(part), "screen": screen, "kpi": kpi}


class Delivery(StrEnum):
    """`/delivery`: who is on call, what went out, what waits and what failed."""

    ANSWER = "delivery-answer"
    PRESSED = "delivery-pressed"
    """Store: a button that was pressed, see `assets/js/65-actions.js`."""
    CHANGED = "delivery-changed"
    """Store: token of the press that was done; everything is asked for again."""
    CHECKED = "delivery-checked"
    """Store: the override that was checked and waits to be saved."""
    OUTCOME = "delivery-outcome"
    DUTY_PANEL = "delivery-duty-panel"
    DUTY_TITLE = "delivery-duty-title"
    DUTY = "delivery-duty"
    ACTIONS_PANEL = "delivery-actions-panel"
    ACTIONS = "delivery-actions"
    OVERRIDES = "delivery-overrides"
    FINDINGS_PANEL = "delivery-findings-panel"
    FINDINGS_TITLE = "delivery-findings-title"
    FINDINGS = "delivery-findings"
    VIEW = "delivery-view"
    MESSAGES_PANEL = "delivery-messages-panel"
    MESSAGES = "delivery-messages"
    EMPTY = "delivery-empty"
    EMPTY_NOTE = "delivery-empty-note"
    NOTE = "delivery-note"
    RESENT = "delivery-resent"
    RESEND = "delivery-resend"


class Quality(StrEnum):
    """`/quality`: what the warnings are worth and what they cost."""

    ANSWER = "quality-answer"
    PRESSED = "quality-pressed"
    """Store: a button that was pressed, see `assets/js/65-actions.js`."""
    CHANGED = "quality-changed"
    """Store: token of the press that was done; everything is asked for again."""
    OUTCOME = "quality-outcome"
    FACTS_PANEL = "quality-facts-panel"
    FACTS_NOTE = "quality-facts-note"
    FACTS = "quality-facts"
    RULES_PANEL = "quality-rules-panel"
    RULES_TITLE = "quality-rules-title"
    RULES = "quality-rules"
    MARKETS_PANEL = "quality-markets-panel"
    MARKETS_TITLE = "quality-markets-title"
    MARKETS = "quality-markets"
    PEOPLE_PANEL = "quality-people-panel"
    PEOPLE_TITLE = "quality-people-title"
    PEOPLE = "quality-people"
    KNOWN_PANEL = "quality-known-panel"
    KNOWN_TITLE = "quality-known-title"
    KNOWN = "quality-known"
    ACTIONS = "quality-actions"


class QualityIncidents(StrEnum):
    """`/quality/<of>`: the incidents behind a number of the Quality screen."""

    ASKED = "quality-incidents-asked"
    """Store: which incidents, and of which rule."""
    BACK = "quality-incidents-back"
    ANSWER = "quality-incidents-answer"
    PANEL = "quality-incidents-panel"
    LIST = "quality-incidents-list"
    NOTE = "quality-incidents-note"
