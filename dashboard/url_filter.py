"""The address of a view: what the filter bar says ⇄ the query string. Pure, total, one-to-one.

`encode` writes the canonical form (fixed key order, defaults left out), which assets/js writes in
the same way; `decode` never fails: what it does not understand it leaves out and says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import quote, unquote_plus
from zoneinfo import available_timezones

from data_access.metrics import Filter

RANGES = {"7d": 7, "28d": 28, "90d": 90, "12m": 365, "custom": 0}
"""Name of a time range to its days; `custom` has its days in the filter."""

COMPARISONS = ("previous", "year", "none")
DIMENSIONS = (
    "market",
    "category",
    "channel",
    "language",
    "carrier",
    "region",
    "lane",
    "priority",
    "team",
    "product",
    "lot",
    "reason",
    "level",
    "source",
    "continent",
)
"""Filter fields that hold values, in the order of the address; the first five have a control."""

IN_BAR = DIMENSIONS[:5]
KEYS = ("range", "from", "to", "compare", *DIMENSIONS, "currency", "zone")
"""Every key that belongs to the filter bar; other keys of an address belong to its screen."""

UNKNOWN = "*"
"""How the empty value (dimension not known) stands in an address; a real `*` is percent-encoded."""

_SAFE = "-_.~"
_LONGEST = 200
_MOST = 100


@dataclass(frozen=True)
class View:
    """The filter bar. `filter.start` and `filter.end` are set only when `range` is `custom`."""

    range: str = "28d"
    compare: str = "previous"
    filter: Filter = field(default_factory=Filter)
    currency: str | None = None
    zone: str | None = None


@dataclass(frozen=True)
class Ignored:
    """A part of an address that was left out: which key, which value."""

    key: str
    value: str


@dataclass(frozen=True)
class Period:
    """A view at a given day: the filter of now and, if compared, of before; days inclusive."""

    now: Filter
    before: Filter | None
    first: date
    last: date


def encode(view: View) -> str:
    """The canonical query string of `view`, without `?`; empty for the default view."""
    return _joined(_texts(view))


def _texts(view: View) -> dict[str, str]:
    """Key to text of everything in `view` that is not the default."""
    shown: dict[str, Sequence[str]] = {}
    if view.range != "28d":
        shown["range"] = [view.range]
    if view.range == "custom" and view.filter.start and view.filter.end:
        shown["from"] = [view.filter.start.isoformat()]
        shown["to"] = [view.filter.end.isoformat()]
    if view.compare != "previous":
        shown["compare"] = [view.compare]
    for name in DIMENSIONS:
        shown[name] = [str(value) for value in getattr(view.filter, name)]
    shown["currency"] = [view.currency] if view.currency else []
    shown["zone"] = [view.zone] if view.zone else []
    return {key: _text(values) for key, values in shown.items() if values}


def _text(values: Sequence[str]) -> str:
    return ",".join(quote(value, safe=_SAFE) or UNKNOWN for value in values)


def _joined(texts: Mapping[str, str]) -> str:
    return "&".join(f"{key}={texts[key]}" for key in KEYS if key in texts)


# A heat map asks for the addresses behind a thousand cells of one view.
@lru_cache(maxsize=256)
def _canonical(query: str) -> Mapping[str, str]:
    return MappingProxyType(_texts(decode(query)[0]))


def decode(
    query: str, known: Mapping[str, Collection[str]] | None = None
) -> tuple[View, tuple[Ignored, ...]]:
    """The view a query string names, and what of it was not understood.

    Args:
        query: with or without the leading `?`.
        known: dimension to its values; values outside are ignored. A dimension that is absent
            here is not checked.
    """
    parts = _split(query)
    ignored: list[Ignored] = []
    chosen = _one_of(parts, "range", RANGES, "28d", ignored)
    compare = _one_of(parts, "compare", COMPARISONS, "previous", ignored)
    start, end = (_day(parts, key, ignored) for key in ("from", "to"))
    if chosen == "custom" and not (start and end and start <= end):
        ignored.append(Ignored("range", "custom"))
        chosen = "28d"
    if chosen != "custom":
        start = end = None
    dimensions = {name: _values(name, parts, known or {}, ignored) for name in DIMENSIONS}
    selected = Filter(start=start, end=end, **dimensions)  # type: ignore[arg-type]
    currency = _single(parts, "currency", ignored, lambda text: len(text) == 3 and text.isupper())
    zone = _single(parts, "zone", ignored, lambda text: text in available_timezones())
    return View(chosen, compare, selected, currency, zone), tuple(ignored)


def period(view: View, today: date) -> Period:
    """The days that `view` means on `today` (a day of the reporting zone), and those before.

    The range ends with `today`, which is therefore a part of a day. The year before is 364 days
    earlier, so that weekdays meet weekdays.
    """
    last = view.filter.end or today
    first = view.filter.start or today - timedelta(days=RANGES[view.range] - 1)
    span = (last - first).days + 1
    back = {"previous": span, "year": 364 * (1 + (span - 1) // 364)}.get(view.compare)
    now = replace(view.filter, start=first, end=last)
    before = (
        replace(now, start=first - timedelta(days=back), end=last - timedelta(days=back))
        if back
        else None
    )
    return Period(now, before, first, last)


def narrow(query: str, **values: str) -> str:
    """`query` with some dimensions set to one value: the address of the rows behind a number."""
    fitting = {name: _text((str(value),)) for name, value in values.items() if name in DIMENSIONS}
    return _joined({**_canonical(query), **fitting})


def spanning(query: str, first: date, last: date) -> str:
    """`query` with its days set: the address of the rows of one week or one day."""
    days = {"range": "custom", "from": first.isoformat(), "to": last.isoformat()}
    return _joined({**_canonical(query), **days})


def case_link(case_id: str, source: str, query: str) -> str:
    """The page of one case; the feed it came from is named because numbers repeat across feeds."""
    return link(f"/cases/{quote(case_id, safe=_SAFE)}", query, {"feed": source})


def link(path: str, query: str, extra: Mapping[str, str] | None = None) -> str:
    """`path` with the filter of `query` and, before it, the keys of the target screen."""
    own = "&".join(f"{key}={quote(value, safe=_SAFE)}" for key, value in (extra or {}).items())
    whole = "&".join(part for part in (own, query) if part)
    return f"{path}?{whole}" if whole else path


def _split(query: str) -> dict[str, list[str]]:
    """Key to values; commas separate values before they are decoded, as `encode` joined them."""
    parts: dict[str, list[str]] = {}
    for piece in query.removeprefix("?").split("&"):
        key, separator, text = piece.partition("=")
        if separator and key in KEYS:
            pieces = [value for value in text.split(",") if value]
            values = ["" if value == UNKNOWN else unquote_plus(value) for value in pieces]
            parts.setdefault(key, []).extend(values)
    return parts


def _values(
    name: str,
    parts: Mapping[str, Sequence[str]],
    known: Mapping[str, Collection[str]],
    ignored: list[Ignored],
) -> tuple[str, ...] | tuple[int, ...]:
    kept: list[str] = []
    for text in dict.fromkeys(parts.get(name, ())):
        fits = len(text) <= _LONGEST and text.isprintable() and len(kept) < _MOST
        if fits and (name not in known or text == "" or text in known[name]):
            kept.append(text)
        else:
            ignored.append(Ignored(name, text[:_LONGEST]))
    return tuple(kept)


def _one_of(
    parts: Mapping[str, Sequence[str]],
    key: str,
    allowed: Collection[str],
    default: str,
    ignored: list[Ignored],
) -> str:
    for text in parts.get(key, ()):
        if text in allowed:
            return text
        ignored.append(Ignored(key, text[:_LONGEST]))
    return default


def _day(parts: Mapping[str, Sequence[str]], key: str, ignored: list[Ignored]) -> date | None:
    for text in parts.get(key, ()):
        try:
            found = date.fromisoformat(text)
        except ValueError:
            found = None
        if found and 1990 <= found.year <= 2199:
            return found
        ignored.append(Ignored(key, text[:_LONGEST]))
    return None


def _single(
    parts: Mapping[str, Sequence[str]], key: str, ignored: list[Ignored], fits: object
) -> str | None:
    for text in parts.get(key, ()):
        if callable(fits) and fits(text):
            return text
        ignored.append(Ignored(key, text[:_LONGEST]))
    return None
