"""The five injected incidents: what really happened, stored beside the sample as its truth.

Times are relative to the instant the history ends, so that the newest are in every manager's view.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Incident:
    """One injected incident. Empty fields mean it is not limited by them."""

    name: str
    starts_at: datetime
    ends_at: datetime
    text: str
    text_zh: str
    country: str | None = None
    lane: str | None = None
    carrier: str | None = None
    category: str | None = None
    sku: str | None = None
    lot_id: str | None = None
    known: bool = True
    """Whether the merchant knows and has marked it on the time axis."""

    @property
    def start_s(self) -> float:
        """Start in seconds since 1970."""
        return self.starts_at.timestamp()

    @property
    def end_s(self) -> float:
        """End in seconds since 1970."""
        return self.ends_at.timestamp()

    @property
    def next_morning_s(self) -> float:
        """4:00 UTC on the day after the start, in seconds since 1970."""
        return (self.starts_at + timedelta(days=1)).replace(hour=4).timestamp()


def incidents(now: datetime) -> dict[str, Incident]:
    """The incidents of a world whose history ends at `now`."""

    def ago(days: float) -> datetime:
        return (now - timedelta(days=days)).replace(minute=0, second=0, microsecond=0)

    told = (
        Incident(
            "customs_hold", ago(12), ago(-9),
            "Customs in Poland holds electronics from outside the EU: product papers requested",
            "波兰海关扣留欧盟以外发来的电子产品：要求补交产品文件", country="PL",
            category="Electronics", known=False,
        ),
        Incident(
            "faulty_lot", ago(46), ago(30),
            "A production lot of the power bank with a weak charging port was shipped",
            "一批充电口有缺陷的移动电源已发货", category="Electronics", sku="VAN-201",
            lot_id="VAN-201-X7", known=False,
        ),
        Incident(
            "carrier_collapse", ago(98), ago(80),
            "Meridian Parcel changes its hub in Milan; parcels from China to Italy are stuck",
            "Meridian Parcel 更换米兰分拨中心，中国至意大利的包裹滞留", country="IT", lane="CN>IT",
            carrier="Meridian Parcel",
        ),
        Incident(
            "refund_backlog", ago(68), ago(50),
            "The refund desk moves to a new payment provider; refunds wait",
            "退款团队更换支付服务商，退款积压",
        ),
        Incident(
            "viral_complaint", ago(6), ago(-4),
            "A video about skin reactions to the serum goes round in France",
            "法国流传一段关于精华液引起皮肤反应的视频", country="FR", category="Beauty",
            sku="BEL-101", known=False,
        ),
    )  # fmt: skip
    return {incident.name: incident for incident in told}


def truth(
    told: dict[str, Incident], affected: dict[str, dict[str, int]]
) -> list[dict[str, object]]:
    """The incidents as plain data for `truth.json`, with what each of them touched."""
    rows = []
    for name, incident in told.items():
        row: dict[str, object] = asdict(incident)
        row["starts_at"] = incident.starts_at.isoformat()
        row["ends_at"] = incident.ends_at.isoformat()
        row["affected"] = affected.get(name, {})
        rows.append(row)
    return rows
