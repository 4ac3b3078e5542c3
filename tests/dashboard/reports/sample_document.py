"""A document with every kind of block and awkward values, for tests of all forms."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from dashboard.reports.document import (
    Cell,
    ChangeBlock,
    Column,
    DeckBlock,
    Document,
    Effect,
    HeatBlock,
    HeatCell,
    Limits,
    MapBlock,
    NothingBlock,
    Panel,
    Point,
    Row,
    SayBlock,
    Section,
    TableBlock,
    fingerprint,
)
from dashboard.reports.forms import Issue
from dashboard.reports.values import (
    Code,
    Day,
    Instant,
    KpiName,
    Listed,
    Money,
    Number,
    Plain,
    Say,
    Span,
    Term,
    Value,
    Words,
)

FIRST = date(2026, 11, 16)
SCRIPT = "<script>alert('x')</script> & \"quotes\""
BIDI = "\u202egnp.exe\u202c عربي"


def said(en: str, zh: str) -> Say:
    """A sentence that needs no wording of an area."""
    return Say(code="as_written", values={"text": Words(en=en, zh=zh)})


def number(value: float | None, unit: str = "share", n: int | None = None, **more: float) -> Number:
    """A number."""
    return Number(value=value, unit=unit, n=n, **more)


def weeks(values: list[float | None], prior: list[float | None], unit: str) -> tuple[Point, ...]:
    """Weekly points that end with the week of the document; the last one is provisional."""
    first = FIRST - timedelta(weeks=len(values) - 1)
    return tuple(
        Point(
            start=first + timedelta(weeks=i),
            number=number(value, unit, 400 + i),
            prior=None if prior[i] is None else number(prior[i], unit, 380 + i),
            provisional=i == len(values) - 1,
        )
        for i, value in enumerate(values)
    )


def months(values: list[float | None], prior: list[float | None], unit: str) -> tuple[Point, ...]:
    """Monthly points that end with November 2026."""
    count = len(values)
    return tuple(
        Point(
            start=date(2025 + (11 + 12 - count + i) // 12, (11 + 12 - count + i) % 12 + 1, 1),
            number=number(value, unit, 1600),
            prior=None if prior[i] is None else number(prior[i], unit, 1500),
            provisional=i == count - 1,
        )
        for i, value in enumerate(values)
    )


def contact_rate() -> Panel:
    """An exception with everything that a panel can have."""
    weekly = weeks(
        [182.4, 179.1, 185.0, 188.8, 214.6, 261.3],
        [171.0, 174.2, None, 176.9, 181.5, 190.2],
        "per_1000",
    )
    last = weekly[-1].number.model_copy(update={"low": 243.0, "high": 280.4, "n": 1213})
    return Panel(
        kpi="contact_rate",
        now=last,
        before=weekly[-2].number,
        prior=number(190.2, "per_1000", 380),
        target=180.0,
        standing="missed",
        exception=(
            Code(group="signal", value="beyond_limits"),
            Code(group="signal", value="target_missed"),
        ),
        limits=Limits(center=183.0, low=160.5, high=205.5, points=26),
        weeks=(*weekly[:-1], weekly[-1].model_copy(update={"number": last})),
        months=months(
            [170, 174, 176, 171, 169, 180, 178, 182, 185, 181, 183, 228],
            [150, 155, 160, 158, 162, 165, 168, 171, 170, 172, 174, 186],
            "per_1000",
        ),
        maturity=0.93,
        says=(
            said(
                "261.3 contacts per 1,000 orders, 22% more than the week before; beyond the usual.",
                "每千单联系量 261.3，较上周增加 22%，超出正常波动范围。",
            ),
        ),
        link="/numbers/contact_rate?range=12m",
    )


def plain_panel(kpi: str, unit: str, values: list[float | None], target: float | None) -> Panel:
    """A panel in order, or without data where all values are None."""
    weekly = weeks(values, [None] * len(values), unit)
    now = weekly[-1].number if weekly else number(None, unit, 0)
    return Panel(
        kpi=kpi,
        now=now,
        before=weekly[-2].number if len(weekly) > 1 else None,
        prior=None,
        target=target,
        standing="no_data" if now.value is None else "unsure" if target else "no_target",
        exception=(),
        limits=None,
        weeks=weekly,
        months=months(values * 2, [None] * (2 * len(values)), unit),
        tainted=3 if kpi == "csat" else 0,
    )


def panels() -> tuple[Panel, ...]:
    """Panels of every unit, gaps, one point, nothing, below zero, huge."""
    return (
        contact_rate(),
        plain_panel(
            "first_response_within_target",
            "share",
            [0.91, 0.92, 0.9, None, 0.93, 0.904],
            0.9,
        ),
        plain_panel("resolution_p50", "hours", [30.5, 31.2, 29.9, 33.0, 30.1, 31.0], None),
        plain_panel(
            "backlog", "count", [1_204_311, 1_250_000, 1_301_222, 1_299_999, 1_310_004, 1], 0
        ),
        plain_panel("nps", "score", [-12.5, -8.0, 3.0, 12.0, -1.0, -14.2], None),
        plain_panel("csat", "share", [None, None, None, None, None, 1.0], 0.8),
        plain_panel("lead_time_p50", "days", [5.0, 5.0, 5.0, 5.0, 5.0, 5.0], None),
        plain_panel("return_rate_lines", "share", [], None),
        plain_panel(
            "cost_to_serve", "money_per_order:EUR", [3.1, 3.2, 2.9, 3.3, 3.12, 1_234.5], None
        ),
    )


def change() -> ChangeBlock:
    """A change split by market."""
    effects = (
        effect(Term(dimension="market", value="PL"), "common", 412.0, 221.0, 52.1, 4.2),
        effect(Term(dimension="market", value="DE"), "common", 190.0, 201.0, -6.3, -1.2),
        effect(Term(dimension="market", value="BR"), "new", 300.0, None, None, None, total=2.4),
        effect(Term(dimension="market", value=None), "lost", None, 150.0, None, None, total=-1.5),
        effect(None, "rest", 175.0, 177.0, -2.0, -1.0),
    )
    return ChangeBlock(
        kpi="contact_rate",
        by="market",
        unit="per_1000",
        before=number(214.6, "per_1000", 900),
        now=number(261.3, "per_1000", 1213),
        total=46.7,
        rate=43.8,
        mix=2.0,
        new=2.4,
        lost=-1.5,
        effects=effects,
        says=(
            said("Poland alone makes up 56.3 of the 46.7.", "仅波兰一地即贡献 46.7 中的 56.3。"),
        ),
    )


def effect(
    segment: Value | None,
    kind: str,
    now: float | None,
    before: float | None,
    rate: float | None,
    mix: float | None,
    *,
    total: float | None = None,
) -> Effect:
    """What one segment did."""
    return Effect(
        segment=segment,
        kind=kind,
        now=None if now is None else number(now, "per_1000", 400),
        before=None if before is None else number(before, "per_1000", 300),
        rate=rate,
        mix=mix,
        total=(rate or 0) + (mix or 0) if total is None else total,
    )


def table() -> TableBlock:
    """A table with every kind of value."""
    cells: dict[str, Value | None] = {
        "market": Term(dimension="market", value="PL"),
        "carrier": Plain(text=SCRIPT),
        "team": Plain(text=BIDI),
        "reason": Term(dimension="reason", value="late_delivery"),
        "level": Money(minor=-1234567, currency="EUR", signed=True),
        "category": Listed(values=(KpiName(name="csat"), Span(seconds=93_600))),
        "product": Instant(value=datetime(2026, 11, 22, 23, 30, tzinfo=UTC)),
        "region": Day(value=date(2026, 12, 1)),
        "lane": number(-0.0123, "points"),
        "language": None,
    }
    numeric = {"level", "lane"}
    columns = tuple(
        Column(key=key, title=Code(group="column", value=key), numeric=key in numeric)
        for key in cells
    )
    unknown: dict[str, Value | None] = {
        "market": Term(dimension="market", value=None),
        "carrier": Words(en="A carrier of our own", zh="自有承运商"),
        "level": Money(minor=None, currency="EUR"),
        "lane": number(None, "points"),
    }
    return TableBlock(
        key="awkward",
        lead=said("Three markets cost most.", "三个市场成本最高。"),
        columns=columns,
        rows=(
            Row(key="pl", cells=cells, tone="bad", link="/cases?market=PL"),
            Row(key="unknown", cells=unknown, tone="unknown"),
            Row(key="big", cells={"level": Money(minor=987_654_321_00, currency="JPY")}),
        ),
        more=17,
    )


def sla_map() -> MapBlock:
    """Markets in every standing, one of them no country."""

    def cell(market: str, value: float | None, standing: str, n: int) -> Cell:
        return Cell(market=market, number=number(value, "share", n), standing=standing)

    return MapBlock(
        kpi="first_response_within_target",
        target=0.9,
        cells=(
            cell("PL", 0.713, "missed", 812),
            cell("DE", 0.934, "met", 2210),
            cell("NL", 0.912, "unsure", 301),
            cell("BE", 0.95, "met", 700),
            cell("FR", 0.93, "met", 1210),
            cell("ES", 0.941, "met", 600),
            cell("IT", 0.89, "unsure", 410),
            cell("GB", 0.96, "met", 1800),
            cell("US", 0.92, "met", 3100),
            cell("BR", 0.81, "missed", 640),
            cell("JP", 1.0, "small", 4),
            cell("SG", None, "no_data", 0),
            cell("AU", 0.97, "met", 333),
            cell("ZA", 0.5, "small", 2),
            cell("unknown", 0.7, "small", 9),
        ),
        lead=said("Two markets miss the target.", "两个市场未达标。"),
    )


def heat() -> HeatBlock:
    """Reasons × markets in every standing."""
    reasons = ("late_delivery", "damaged", "wrong_item")
    markets = ("PL", "DE", "FR", "BR")
    standings = ("more", "usual", "less", "small", "no_data", "usual")
    cells = tuple(
        HeatCell(
            row=reason,
            column=market,
            number=number(
                None if standings[(3 * i + j) % 6] == "no_data" else 12.5 * (i + 1) + j,
                "per_1000",
                30 + i + j,
            ),
            standing=standings[(3 * i + j) % 6],
        )
        for i, reason in enumerate(reasons)
        for j, market in enumerate(markets)
    )
    return HeatBlock(
        key="reasons",
        rows=tuple(Term(dimension="reason", value=reason) for reason in reasons),
        row_keys=reasons,
        columns=tuple(Term(dimension="market", value=market) for market in markets),
        column_keys=markets,
        cells=cells,
        lead=said("Late delivery stands out in Poland.", "波兰的配送延误尤为突出。"),
    )


def document() -> Document:
    """The whole sample."""
    sections = (
        section("kpis", DeckBlock(panels=panels())),
        section("changes", change()),
        section("cost", table()),
        section("sla_map", sla_map()),
        section("causes", heat()),
        section("decisions", decisions()),
        section(
            "not_yet_known",
            SayBlock(
                says=(
                    said(
                        "7% of the week's contacts may still come.",
                        "本周约 7% 的联系可能尚未到达。",
                    ),
                    said("Reviews arrive about 14 days later.", "评价约在 14 天后到达。"),
                ),
                tone="unknown",
            ),
        ),
        section(
            "parity",
            NothingBlock(say=said("No language has 30 cases.", "没有语言达到 30 个工单。")),
        ),
    )
    return Document(
        template="weekly",
        title=Words(en="Weekly page", zh="周报"),
        period="2026-W47",
        first=FIRST,
        last=date(2026, 11, 22),
        as_of=datetime(2026, 11, 23, 23, 0, tzinfo=UTC),
        zone="Europe/Berlin",
        currency="EUR",
        company="Meridian & <Sons>",
        complete=False,
        missing=(
            said("The feed of the carrier DHL is 2 days late.", "承运商 DHL 的数据迟到 2 天。"),
        ),
        headline=said(
            "Contacts per 1,000 orders jumped to 261.3, and Poland alone explains it.",
            "每千单联系量骤升至 261.3，仅波兰一地即可解释。",
        ),
        headline_tone="bad",
        summary=(
            said(
                "Late parcels of one carrier cost €123,457 so far.",
                "一家承运商的延误已造成 €123,457 的成本。",
            ),
            said("2 decisions wait for an owner.", "2 项决策尚无负责人。"),
        ),
        sections=sections,
    )


def decisions() -> TableBlock:
    """Decisions with owner and day."""
    columns = tuple(
        Column(key=key, title=Code(group="column", value=key)) for key in ("term", "team", "region")
    )
    rows = (
        Row(
            key="1",
            cells={
                "term": Plain(text=f"Stop DHL for Poland? {SCRIPT}"),
                "team": Plain(text="Mara Lindqvist"),
                "region": Day(value=date(2026, 11, 27)),
            },
            tone="bad",
        ),
    )
    return TableBlock(key="open", lead=None, columns=columns, rows=rows)


def section(
    key: str,
    *blocks: SayBlock | DeckBlock | ChangeBlock | TableBlock | MapBlock | HeatBlock | NothingBlock,
) -> Section:
    """A section titled by its key."""
    return Section(key=key, title=Code(group="section", value=key), blocks=blocks)


def issue() -> Issue:
    """The issue of the sample."""
    return Issue(number=12, n=2, sha256=fingerprint(document()), batch=87)
