"""What can be measured of a crisis, by name: the words in which criteria are written. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class MeasureName:
    """A measure as criteria name it: `kind` is `int` or `float`."""

    kind: type
    en: str
    zh: str


MEASURES: Mapping[str, MeasureName] = MappingProxyType(
    {
        "surge_markets": MeasureName(int, "markets with a surge", "出现激增的市场数"),
        "surge_channels": MeasureName(int, "channels with a surge", "出现激增的渠道数"),
        "cases": MeasureName(int, "cases that belong to it", "相关工单数"),
        "lot_cases": MeasureName(
            int, "cases and returned lines of the worst lot", "最严重批次的工单与退货行数"
        ),
        "lot_rate": MeasureName(
            float, "share of the worst lot's orders with trouble", "最严重批次订单的问题率"
        ),
        "safety_injury": MeasureName(
            int, "texts that tell of danger and an injury", "提及危险与受伤的文本数"
        ),
        "mention_reach_max": MeasureName(int, "reach of the widest mention", "最大提及触达人数"),
        "media_reach_max": MeasureName(
            int, "reach of the widest mention by media", "媒体提及的最大触达人数"
        ),
        "anger_max": MeasureName(float, "highest anger (0 to 100)", "最高愤怒值（0–100）"),
        "nps_min": MeasureName(int, "lowest recommendation (0 to 10)", "最低推荐分（0–10）"),
        "repeat_complaints": MeasureName(int, "customers who complained again", "再次投诉的客户数"),
        "vip_black": MeasureName(int, "cases of black-card customers", "黑卡客户工单数"),
        "disputes": MeasureName(int, "disputes about its orders", "相关订单的争议数"),
        "marketplace_disputes": MeasureName(
            int, "orders disputed in the market in 60 days", "该市场 60 天内被争议的订单数"
        ),
        "marketplace_dispute_rate": MeasureName(
            float, "share of the market's orders disputed in 60 days", "该市场 60 天内的订单争议率"
        ),
    }
)
"""By name; what the warehouse cannot tell is unknown, never zero."""
