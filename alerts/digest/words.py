"""A digest in words, for each kind of channel, within what its product takes. Pure.

The head of the log is never cut: it is what a reader keeps. Lists are cut, and what is left out is
counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.digest.facts import Digest, Line
from alerts.notify.escaping import ESCAPES
from alerts.notify.facts import moment
from alerts.notify.limits import LIMITS, SUBJECT, cut
from alerts.notify.words import SEVERITIES

_SHOWN = (20, 10, 5, 3, 1, 0)
_LONGEST = 120
_BLANK_LINES = frozenset({"dingtalk", "teams"})
"""Products whose markup joins lines unless there is an empty one between."""

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Daily digest {day}: {crises} crises, {incidents} incidents open; {late} late; "
        "{lost} messages lost",
        "crises": "Open crises: {n}",
        "incidents": "Open incidents: {n}",
        "late": "Late: {n}",
        "lost": "Messages that could not be delivered: {n}",
        "more": "… and {n} more",
        "crisis": "{number}: {title} – level {level}, {status}, led by {lead}",
        "incident": "{number}: {title} – {severity}, {status}, since {at}",
        "step": "crisis {crisis}: {title} was due {at}, {owner}",
        "term": "crisis {crisis}: legal term {title} ended {at}",
        "update": "crisis {crisis}: update to {title} was due {at}",
        "message": "{number}: {title} to {recipient} over {channel}",
        "nobody": "nobody",
        "head": "Head of the log: {head}",
        "keep": "Keep this message: the head shows later whether the log was rebuilt (afterwatch "
        "alerts log verify --head {head}).",
        "proposed": "proposed",
        "declared": "declared",
        "contained": "contained",
        "open": "open",
        "acknowledged": "acknowledged",
        "awaiting_verdict": "awaiting verdict",
    },
    "zh": {
        "title": "每日摘要 {day}：未结危机 {crises} 起，未结事件 {incidents} 起；逾期 {late} 项；"
        "未送达消息 {lost} 条",
        "crises": "未结危机：{n}",
        "incidents": "未结事件：{n}",
        "late": "逾期：{n}",
        "lost": "未能送达的消息：{n}",
        "more": "……另有 {n} 项",
        "crisis": "{number}：{title}（{level} 级，{status}，负责人 {lead}）",
        "incident": "{number}：{title}（{severity}，{status}，自 {at}）",
        "step": "危机 {crisis}：{title} 应于 {at} 完成，{owner}",
        "term": "危机 {crisis}：法定期限 {title} 已于 {at} 届满",
        "update": "危机 {crisis}：应于 {at} 向 {title} 通报",
        "message": "{number}：{title}，经 {channel} 发给 {recipient}",
        "nobody": "无人负责",
        "head": "日志末端：{head}",
        "keep": "请保存本消息：日后可据此判断日志是否被重建（afterwatch alerts log verify --head "
        "{head}）。",
        "proposed": "已提议",
        "declared": "已宣布",
        "contained": "已控制",
        "open": "待处理",
        "acknowledged": "已确认",
        "awaiting_verdict": "待判定",
    },
}


def subject(digest: Digest, locale: str) -> str:
    """One line with the counts."""
    told = _WORDS[locale]["title"].format(
        day=digest.day.isoformat(),
        crises=len(digest.crises),
        incidents=len(digest.incidents),
        late=len(digest.late),
        lost=len(digest.lost),
    )
    return cut(told, SUBJECT)


@dataclass(frozen=True)
class Reader:
    """For whom it is written: kind of the channel, language, and zone of every time."""

    kind: str
    locale: str
    zone: str

    @property
    def words(self) -> Mapping[str, str]:
        """Words of the language."""
        return _WORDS[self.locale]

    def safe(self, text: str) -> str:
        """Text that commands nothing in the channel's product."""
        return ESCAPES[self.kind](text)


def body(digest: Digest, reader: Reader, *, link: str, short_id: str) -> str:
    """The text for a reader.

    Args:
        digest: what to tell.
        reader: for whom.
        link: where the crises stand.
        short_id: what a person sees of the message's key.
    """
    limit, text = LIMITS[reader.kind], ""
    for shown in _SHOWN:
        text = _text(digest, reader, f"{link} [{short_id}]", shown)
        if limit.fits(text):
            break
    return text


def _text(digest: Digest, reader: Reader, link: str, shown: int) -> str:
    words = reader.words
    blocks = [[reader.safe(subject(digest, reader.locale))]]
    for name, lines in (
        ("crises", digest.crises),
        ("incidents", digest.incidents),
        ("late", digest.late),
        ("lost", digest.lost),
    ):
        if lines:
            blocks.append(_block(name, lines, reader, shown))
    blocks.append([words["head"].format(head=digest.head), words["keep"].format(head=digest.head)])
    blocks.append([link])
    between = "\n\n" if reader.kind in _BLANK_LINES else "\n"
    return "\n\n".join(between.join(block) for block in blocks) + "\n"


def _block(name: str, lines: Sequence[Line], reader: Reader, shown: int) -> list[str]:
    words, safe = reader.words, reader.safe
    told = [safe(words[name].format(n=len(lines)))]
    told += [f"- {safe(_told(line, reader))}" for line in lines[:shown]]
    hidden = len(lines) - shown
    return [*told, f"- {safe(words['more'].format(n=hidden))}"] if hidden > 0 else told


def _told(line: Line, reader: Reader) -> str:
    words, locale, facts = reader.words, reader.locale, line.facts
    title = " ".join((line.title.get(locale) or line.title.get("en") or "").split())
    given = {
        "level": "–",
        "crisis": "",
        "channel": "",
        "recipient": "",
        **facts,
        "number": str(line.number),
        "title": title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1].rstrip()}…",
        "status": words.get(facts.get("status", ""), facts.get("status", "")),
        "severity": SEVERITIES[locale].get(facts.get("severity", ""), ""),
        "lead": facts.get("lead") or words["nobody"],
        "owner": facts.get("owner") or words["nobody"],
        "at": moment(line.at, reader.zone) if line.at else "",
    }
    return words[line.what].format(**given)
