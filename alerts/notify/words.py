"""Words of messages that no template holds, in both languages. Pure."""

from __future__ import annotations

from collections.abc import Mapping

SEVERITIES: Mapping[str, Mapping[str, str]] = {
    "en": {"info": "INFO", "warning": "WARNING", "critical": "CRITICAL"},
    "zh": {"info": "提示", "warning": "警告", "critical": "严重"},
}

REASONS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "first": "new incident",
        "more": "more alerts joined",
        "escalated": "severity went up",
        "repeat": "still open, reminder",
        "resolved": "resolved",
        "reopened": "opened again",
        "escalation": "nobody has acknowledged it",
        "test": "test message",
        "dead_letter": "a message could not be delivered",
        "bundle": "several in one message",
        "crisis_notice": "news of a crisis",
        "crisis_worry": "a step of a crisis needs a person",
        "crisis_overdue": "a step of a crisis is overdue",
        "crisis_update": "an update on a crisis is due",
        "report": "a report",
        "correction": "a corrected report",
    },
    "zh": {
        "first": "新事件",
        "more": "有更多告警并入",
        "escalated": "严重程度上升",
        "repeat": "仍未处理，提醒",
        "resolved": "已恢复",
        "reopened": "再次发生",
        "escalation": "尚无人确认",
        "test": "测试消息",
        "dead_letter": "有消息未能送达",
        "bundle": "合并为一条消息",
        "crisis_notice": "危机通报",
        "crisis_worry": "危机步骤需要人工处理",
        "crisis_overdue": "危机步骤已逾期",
        "crisis_update": "危机更新应当发出",
        "report": "报告",
        "correction": "报告更正",
    },
}

LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {"sku": "SKU"},
    "zh": {
        "market": "市场",
        "category": "品类",
        "carrier": "承运商",
        "language": "语言",
        "channel": "渠道",
        "product": "商品",
        "sku": "SKU",
        "lot": "批次",
        "reason": "原因",
        "region": "地区",
        "lane": "线路",
        "feed": "数据源",
        "source": "来源",
        "team": "团队",
        "priority": "优先级",
    },
}
"""Dimensions in words; one that is not here keeps its name."""

DRILL_MARKS: Mapping[str, str] = {"en": "[DRILL]", "zh": "【演练】"}
"""What every text of an exercise begins with; other languages take the English mark."""

PHRASES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "because_route": "route {route} takes what matches {matchers}",
        "because_all": "route {route} takes everything",
        "because_told": "you were told that it began",
        "because_escalation": "escalation, step {step}",
        "because_test": "somebody asked for a test",
        "because_crisis": "you have a part in this crisis",
        "because_bundle": "they came at the same time, so they come in one message",
        "because_dead": "you are told of messages that could not be delivered",
        "next_at": "{when} ({reason}), unless something happens before",
        "next_none": "when something changes",
        "incident": "Incident {id}",
        "more_members": "and {n} more",
        "dead_title": "Not delivered over {channel} to {recipient}: {subject}",
        "test_title": "Test of channel {channel}",
        "bundle_title": "{n} incidents",
        "bundle_dead": "{n} messages could not be delivered",
        "attachment_gone": "Not attached, because the file is gone or was changed: {names}. The "
        "link shows the report.",
    },
    "zh": {
        "because_route": "路由 {route} 接收符合 {matchers} 的事件",
        "because_all": "路由 {route} 接收所有事件",
        "because_told": "您曾收到它开始的通知",
        "because_escalation": "逐级上报，第 {step} 步",
        "because_test": "有人请求发送测试消息",
        "because_crisis": "您参与处理这次危机",
        "because_bundle": "它们同时发生，因此合并为一条消息",
        "because_dead": "您负责接收未送达消息的通知",
        "next_at": "{when}（{reason}），除非之前有变化",
        "next_none": "有变化时",
        "incident": "事件 {id}",
        "more_members": "另有 {n} 条",
        "dead_title": "未能通过 {channel} 送达 {recipient}：{subject}",
        "test_title": "渠道 {channel} 的测试",
        "bundle_title": "{n} 个事件",
        "bundle_dead": "{n} 条消息未能送达",
        "attachment_gone": "文件已不存在或已被改动，未能附上：{names}。请通过链接查看报告。",
    },
}


def phrase(locale: str, name: str, **given: object) -> str:
    """A phrase with its fields filled in."""
    return PHRASES[locale][name].format(**given)
