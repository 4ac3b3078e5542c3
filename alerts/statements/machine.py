"""What can be done to a statement in which state, as a total table. Pure.

The table knows the order of things; who may do them, whether the text is fit to be signed and
whether every signature stands on this very text is asked by `alerts.statements.acting`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Status(StrEnum):
    """Where a statement stands."""

    DRAFT = "draft"
    TRANSLATED = "translated"
    PROOFREAD = "proofread"
    FINAL = "final"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


class Do(StrEnum):
    """What is done; `SOURCE_CHANGED` happens when somebody edits the source text."""

    EDIT = "edit"
    FILL = "fill"
    TRANSLATED = "translated"
    PROOFREAD = "proofread"
    FINAL = "final"
    REJECT = "reject"
    SEND = "send"
    RECORD_SENT = "record_sent"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    SOURCE_CHANGED = "source_changed"


class Why(StrEnum):
    """Why something cannot be done; those of signatures are `alerts.approvals.Why`."""

    NAME_NEEDED = "name_needed"
    NOT_FOUND = "not_found"
    NOT_IN_ROLE = "not_in_role"
    NOT_A_SPEAKER = "not_a_speaker"
    NOT_TRANSLATED = "not_translated"
    NOT_PROOFREAD = "not_proofread"
    NOT_FINAL = "not_final"
    ALREADY = "already"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    NOT_WITHDRAWN = "not_withdrawn"
    REJECTED = "rejected"
    FINDINGS = "findings"
    SOURCE_CHANGED = "source_changed"
    SOURCE_OPEN = "source_open"
    SAME_TEXT = "same_text"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    REASON_NEEDED = "reason_needed"
    WHERE_NEEDED = "where_needed"
    TARGET_UNKNOWN = "target_unknown"
    WRONG_VALUE = "wrong_value"
    IN_THE_FUTURE = "in_the_future"
    CRISIS_OVER = "crisis_over"


@dataclass(frozen=True)
class Action:
    """Something done to a statement. What an action does not need is left empty.

    Attributes:
        do: the action.
        text: of `edit`: the whole text, a subject in the first line where the channel has one.
        note: a reason or remark.
        values: of `fill`: variables by name, as `alerts.statements.values` reads them.
        targets: of `send`: channels of `alerting.yaml`.
        where: of `record_sent`: address or place where it was published.
        at: of `record_sent`: when; now if it is left out.
    """

    do: Do
    text: str = ""
    note: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    where: str = ""
    at: datetime | None = None


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """An action that cannot be done: why, who or what stands against it."""

    def __init__(
        self,
        why: str,
        *,
        by: str = "",
        at: datetime | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(str(why))
        self.why = str(why)
        self.by = by
        self.at = at
        self.data = dict(data or {})


Entry = Status | Why
_S, _D = Status, Do


def _open(state: Status, signed: Mapping[Do, Entry]) -> dict[tuple[Status, Do], Entry]:
    """The row of a state in which the text may still change."""
    row: dict[Do, Entry] = {
        _D.EDIT: _S.DRAFT,
        _D.FILL: _S.DRAFT,
        _D.SEND: Why.NOT_FINAL,
        _D.RECORD_SENT: Why.NOT_FINAL,
        _D.WITHDRAW: _S.WITHDRAWN,
        _D.RESTORE: Why.NOT_WITHDRAWN,
        _D.SOURCE_CHANGED: _S.DRAFT,
        **signed,
    }
    return {(state, do): entry for do, entry in row.items()}


def _closed(state: Status, why: Why, but: Mapping[Do, Entry]) -> dict[tuple[Status, Do], Entry]:
    """The row of a state in which nothing changes but `but`."""
    return {(state, do): but.get(do, why) for do in Do}


TABLE: Mapping[tuple[Status, Do], Entry] = MappingProxyType(
    {
        **_open(
            _S.DRAFT,
            {
                _D.TRANSLATED: _S.TRANSLATED,
                _D.PROOFREAD: Why.NOT_TRANSLATED,
                _D.FINAL: Why.NOT_TRANSLATED,
                _D.REJECT: Why.NOT_TRANSLATED,
            },
        ),
        **_open(
            _S.TRANSLATED,
            {
                _D.TRANSLATED: Why.ALREADY,
                _D.PROOFREAD: _S.PROOFREAD,
                _D.FINAL: Why.NOT_PROOFREAD,
                _D.REJECT: _S.DRAFT,
            },
        ),
        **_open(
            _S.PROOFREAD,
            {
                _D.TRANSLATED: Why.ALREADY,
                _D.PROOFREAD: Why.ALREADY,
                _D.FINAL: _S.FINAL,
                _D.REJECT: _S.DRAFT,
            },
        ),
        **_open(
            _S.FINAL,
            {
                _D.TRANSLATED: Why.ALREADY,
                _D.PROOFREAD: Why.ALREADY,
                _D.FINAL: Why.ALREADY,
                _D.REJECT: Why.ALREADY,
                _D.SEND: _S.SENT,
                _D.RECORD_SENT: _S.SENT,
            },
        ),
        **_closed(_S.SENT, Why.SENT, {_D.RECORD_SENT: _S.SENT, _D.SOURCE_CHANGED: _S.SENT}),
        **_closed(
            _S.WITHDRAWN,
            Why.WITHDRAWN,
            {_D.RESTORE: _S.DRAFT, _D.SOURCE_CHANGED: _S.WITHDRAWN},
        ),
    }
)
"""State × action → the next state, or why not."""


def step(status: Status, do: Do) -> Status:
    """The next state.

    Raises:
        Refused: it cannot be done in this state; says why.
    """
    entry = TABLE[status, do]
    if isinstance(entry, Why):
        raise Refused(entry)
    return entry
