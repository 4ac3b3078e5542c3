"""The table of a statement, and its life beside a model: nothing goes out without three people."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from alerts import approvals
from alerts.event_log import verify
from alerts.statements import Do, Refused, Status, rows
from alerts.statements.chain import seal
from alerts.statements.machine import TABLE, step
from tests.alerts.fakes import opened
from tests.alerts.statements.world import World

PEOPLE = ("Pia", "Tom", "Ren", "Uma", "Fay", "Lex", "Lea")
MAY = {
    ("en", Do.TRANSLATED): {"Pia", "Lea"},
    ("de", Do.TRANSLATED): {"Tom", "Pia"},
    ("en", Do.PROOFREAD): {"Ren", "Lex"},
    ("de", Do.PROOFREAD): {"Ren", "Lex"},
    ("en", Do.FINAL): {"Fay", "Lex"},
    ("de", Do.FINAL): {"Fay", "Lex"},
}
ORDER = (Do.TRANSLATED, Do.PROOFREAD, Do.FINAL)
TEXTS = {
    "en": ("Stop using lot L2407.", "Please do stop using lot L2407.", "Do not use lot L2407."),
    "de": (
        "Charge L2407 bitte nicht benutzen.",
        "Bitte benutzen Sie Charge L2407 nicht.",
        "Charge L2407 nicht verwenden.",
    ),
}


def test_the_table_is_total() -> None:
    assert set(TABLE) == set(product(Status, Do))


@pytest.mark.parametrize("status", Status)
def test_nothing_leads_to_sent_but_from_final(status: Status) -> None:
    for do in Do:
        try:
            after = step(status, do)
        except Refused:
            continue
        if after is Status.SENT and do is not Do.SOURCE_CHANGED:
            assert status in (Status.FINAL, Status.SENT)
        if status is Status.SENT:
            assert after is Status.SENT
        if do in (Do.EDIT, Do.FILL, Do.SOURCE_CHANGED, Do.REJECT) and status not in (
            Status.SENT,
            Status.WITHDRAWN,
        ):
            assert after is Status.DRAFT


@dataclass
class Expected:
    """One text as the model has it: who signed which role on which seal, and who wrote it."""

    body: str
    source_seal: str | None
    author: str = "worker"
    signed: dict[tuple[str, Do], str] = field(default_factory=dict)
    rejected: set[str] = field(default_factory=set)
    sent: str | None = None
    withdrawn: bool = False

    @property
    def sealed(self) -> str:
        return seal(self.body, self.source_seal)

    def counted(self) -> dict[Do, str]:
        """Signatures that count on the present text."""
        return {
            do: by
            for (sealed, do), by in self.signed.items()
            if sealed == self.sealed and (do is Do.TRANSLATED or by != self.author)
        }

    def full(self) -> bool:
        """Three people on this very text, none of them its author but the first."""
        counted = self.counted()
        return (
            set(counted) == set(ORDER)
            and len(set(counted.values())) == 3
            and self.sealed not in self.rejected
        )


class Life(RuleBasedStateMachine):
    """Edits, signatures, rejections and sends by anybody in any order, on two texts."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        engine = opened(f"sqlite:///{Path(self.folder.name) / 'state.sqlite'}")
        self.world = World(engine).begin()
        english, german = self.world.one("en"), self.world.one("de")
        self.expected = {
            "en": Expected(english.body, None),
            "de": Expected(german.body, english.sha256),
        }

    def teardown(self) -> None:
        if hasattr(self, "world"):
            for locale in ("en", "de"):  # from wherever it stands, as far as it goes
                self.sign_and_send(locale, by_hand=False)
            self.the_texts_are_those_of_the_model()
            assert verify(self.world.engine) is None
            self.world.engine.dispose()
            self.folder.cleanup()

    @rule(
        locale=st.sampled_from(["en", "de"]),
        n=st.integers(0, 2),
        by=st.sampled_from(PEOPLE),
    )
    def edit(self, locale: str, n: int, by: str) -> None:
        expected = self.expected[locale]
        outcome = self.world.act(Do.EDIT, by, locale, text=TEXTS[locale][n])
        allowed = (
            expected.sent is None and not expected.withdrawn and expected.body != TEXTS[locale][n]
        )
        assert (outcome.result == "done") == allowed, outcome
        if allowed:
            expected.body, expected.author = TEXTS[locale][n], by
            if locale == "de":
                expected.source_seal = self.expected["en"].sealed

    @rule(
        locale=st.sampled_from(["en", "de"]),
        do=st.sampled_from(ORDER),
        by=st.sampled_from(PEOPLE),
    )
    def sign(self, locale: str, do: Do, by: str) -> None:
        expected = self.expected[locale]
        before = self.world.one(locale)
        outcome = self.world.act(do, by, locale)
        if outcome.result != "done":
            return
        # Whatever is signed is signed by the right person, on the text as it is, in turn.
        assert expected.sent is None
        assert not expected.withdrawn
        author = expected.author == by and locale == "en" and do is Do.TRANSLATED
        assert by in MAY[locale, do] or author
        if locale == "de":
            if do is not Do.TRANSLATED:
                assert expected.source_seal == self.expected["en"].sealed
            expected.source_seal = self.expected["en"].sealed
        assert before.body == expected.body
        assert expected.sealed not in expected.rejected or do is Do.TRANSLATED
        known = expected.signed.get((expected.sealed, do))
        if known is None:
            assert do is Do.TRANSLATED or by != expected.author
            assert by not in expected.counted().values()
            expected.signed[expected.sealed, do] = by

    @rule(locale=st.sampled_from(["en", "de"]))
    def sign_in_turn(self, locale: str) -> None:
        """Walk on one step, so that texts do become final."""
        for do in ORDER:
            for by in sorted(MAY[locale, do]):
                if self.world.one(locale).status in (Status.FINAL, Status.SENT):
                    return
                self.sign(locale, do, by)

    @rule(locale=st.sampled_from(["en", "de"]), by=st.sampled_from(["Ren", "Lex", "Fay"]))
    def reject(self, locale: str, by: str) -> None:
        expected = self.expected[locale]
        if self.world.act(Do.REJECT, by, locale, note="No").result == "done":
            expected.rejected.add(expected.sealed)

    @rule(
        locale=st.sampled_from(["en", "de"]),
        by=st.sampled_from(PEOPLE),
        by_hand=st.booleans(),
    )
    def send(self, locale: str, by: str, by_hand: bool) -> None:
        expected = self.expected[locale]
        if by_hand:
            outcome = self.world.act(Do.RECORD_SENT, by, locale, where=f"place {self.world.at}")
        else:
            outcome = self.world.act(Do.SEND, by, locale, targets=("site",))
        if outcome.result != "done" or expected.sent is not None:
            return
        assert expected.full(), (locale, expected)
        assert by in {"Pia", "Lea"}
        if locale == "de":
            assert expected.source_seal == self.expected["en"].sealed
            source = self.expected["en"]
            assert source.full() or source.withdrawn
        expected.sent = expected.body

    @rule(locale=st.sampled_from(["en", "de"]), by_hand=st.booleans())
    def sign_and_send(self, locale: str, by_hand: bool) -> None:
        """All the way, so that texts are sent; a translation behind its source is not."""
        if self.expected[locale].withdrawn:
            return
        self.sign_in_turn(locale)
        self.send(locale, "Pia", by_hand)

    @rule(locale=st.sampled_from(["en", "de"]), by=st.sampled_from(["Pia", "Lex"]))
    def withdraw_or_restore(self, locale: str, by: str) -> None:
        expected = self.expected[locale]
        do = Do.RESTORE if expected.withdrawn else Do.WITHDRAW
        outcome = self.world.act(do, by, locale, note="Why")
        assert (outcome.result == "done") == (expected.sent is None)
        if outcome.result == "done":
            expected.withdrawn = not expected.withdrawn

    @invariant()
    def the_texts_are_those_of_the_model(self) -> None:
        if not hasattr(self, "world"):
            return
        messages = self.world.messages()
        for locale, expected in self.expected.items():
            one = self.world.one(locale)
            assert one.body == expected.body
            assert one.sha256 == expected.sealed
            assert (one.status is Status.SENT) == (expected.sent is not None)
            if one.status is Status.FINAL:
                assert expected.full()
            if one.status is Status.SENT:
                assert one.sent is not None
                assert one.sent["text"] == expected.sent == one.body
                with self.world.engine.connect() as connection:
                    signed = rows.signatures(connection, one.id)
                names = [
                    role
                    for role in ("author", "translator")
                    if any(each.role == role for each in signed)
                ]
                chain = (*names, "proofreader", "final_reviewer")
                assert approvals.complete(signed, chain, one.sha256)
            mine = [row for row in messages if f'"statement": {one.id}' in row.payload_json]
            assert len(mine) <= 1
            assert all(row.body == one.body for row in mine)


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
