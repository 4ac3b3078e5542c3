"""HTML as text: what people wrote stays words, and turns nothing around."""

from __future__ import annotations

from dashboard.reports.forms.markup import el


def test_signs_that_turn_the_direction_are_left_out() -> None:
    assert el("p", "\u202eRecall\u2066 of <b>", " level 3") == "<p>Recall of &lt;b&gt; level 3</p>"
