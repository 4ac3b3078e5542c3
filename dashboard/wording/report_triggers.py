"""How reports speak of what makes customers angry."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboard.languages import _, ngettext
from dashboard.wording.report_operations import Raw, Sentence, Shown, count_of, only


def _drivers_rose(shown: Shown, raw: Raw) -> str:
    return ngettext(
        "{count} reason clearly makes more messages angry than in the three periods before: "
        "“{reason}”, {now} of all messages, {before} before.",
        "{count} reasons clearly make more messages angry than in the three periods before, most "
        "“{reason}”: {now} of all messages, {before} before.",
        count_of(raw, "count"),
        **only(shown, "reason", "now", "before"),
    )


def _heat_more(shown: Shown, raw: Raw) -> str:
    return ngettext(
        "Angrier than in its last three periods: {count} of {judged} places that can be judged, "
        "“{reason}” in {market} ({mean}).",
        "Angrier than in their last three periods: {count} of {judged} places that can be judged, "
        "the largest “{reason}” in {market} ({mean}).",
        count_of(raw, "more"),
        **only(shown, "judged", "reason", "market", "mean"),
    )


SENTENCES: Mapping[str, Sentence] = {
    "anger_none_ever": lambda shown, raw: _(  # noqa: ARG005
        "No message, review or mention carries a score of anger. Scores are imported (column "
        "anger), they are not computed here."
    ),
    "anger_none_now": lambda shown, raw: _(  # noqa: ARG005
        "Nothing written in the period carries a score of anger."
    ),
    "anger_no_messages": lambda shown, raw: _(  # noqa: ARG005
        "No message carries a score; of {voices} reviews and mentions the mean anger is {mean}.",
        **only(shown, "voices", "mean"),
    ),
    "anger_now": lambda shown, raw: _(  # noqa: ARG005
        "{angry} of {n} messages were angry ({share}); mean anger {mean}.",
        **only(shown, "angry", "n", "share", "mean"),
    ),
    "anger_no_history": lambda shown, raw: _(  # noqa: ARG005
        "The three periods before hold no scores: what is usual is not yet known."
    ),
    "anger_rose": lambda shown, raw: _(  # noqa: ARG005
        "Customers were angrier: {share} of messages ({angry} of {n}), after {before} in the "
        "three periods before; mean anger {mean}.",
        **only(shown, "angry", "n", "share", "before", "mean"),
    ),
    "anger_fell": lambda shown, raw: _(  # noqa: ARG005
        "Customers were less angry: {share} of messages ({angry} of {n}), after {before} in the "
        "three periods before; mean anger {mean}.",
        **only(shown, "angry", "n", "share", "before", "mean"),
    ),
    "anger_steady": lambda shown, raw: _(  # noqa: ARG005
        "Customers were about as angry as before: {share} of messages ({angry} of {n}), after "
        "{before} in the three periods before; mean anger {mean}.",
        **only(shown, "angry", "n", "share", "before", "mean"),
    ),
    "anger_small": lambda shown, raw: _(  # noqa: ARG005
        "{angry} of {n} messages were angry ({share}), too few to compare with before; mean anger "
        "{mean}.",
        **only(shown, "angry", "n", "share", "mean"),
    ),
    "anger_most": lambda shown, raw: _(  # noqa: ARG005
        "“{reason}” is behind {part} of the angry messages.", **shown
    ),
    "anger_not_over": lambda shown, raw: _(  # noqa: ARG005
        "The period is not over: the numbers will still change."
    ),
    "anger_imported": lambda shown, raw: _(  # noqa: ARG005
        "Angry is a score of 80 or more of 100; scores are imported, not computed here. Who writes "
        "three times counts three times."
    ),
    "heat_more": _heat_more,
    "heat_usual": lambda shown, raw: _(  # noqa: ARG005
        "No reason in any market is clearly angrier than in its last three periods ({judged} "
        "places can be judged).",
        **only(shown, "judged"),
    ),
    "heat_small": lambda shown, raw: _(  # noqa: ARG005
        "Mean anger by reason and market: no place has enough scores, now and before, to be judged."
    ),
    "drivers_rose": _drivers_rose,
    "drivers_none": lambda shown, raw: _(  # noqa: ARG005
        "No reason clearly makes more messages angry than in the three periods before."
    ),
    "groups_most": lambda shown, raw: _(  # noqa: ARG005
        "Most angry messages are about {group}: {part}.", **only(shown, "group", "part")
    ),
    "groups_few": lambda shown, raw: ngettext(  # noqa: ARG005
        "{count} angry message: too few to say what they are about.",
        "{count} angry messages: too few to say what they are about.",
        count_of(raw, "angry"),
    ),
}

WORDS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "column": {
        "angry_messages": lambda: _("Angry ones"),
        "of_messages": lambda: _("Of all messages"),
        "of_messages_before": lambda: _("Three periods before"),
        "mean_anger": lambda: _("Mean anger"),
        "mean_anger_before": lambda: _("Mean anger before"),
        "trend": lambda: _("Change"),
        "reason_group": lambda: _("Group"),
        "of_angry": lambda: _("Of the angry ones"),
        "of_angry_before": lambda: _("Of them before"),
        "angry_within": lambda: _("Angry within the group"),
    },
    "anger_trend": {
        "rose": lambda: _("Clearly more"),
        "fell": lambda: _("Clearly less"),
        "steady": lambda: _("No clear change"),
        "small": lambda: _("Too small to judge"),
    },
    "reason_group": {
        "logistics": lambda: _("late or damaged deliveries"),
        "policy": lambda: _("after-sales policies"),
        "product": lambda: _("the goods themselves"),
        "other": lambda: _("something else or unknown"),
    },
}
