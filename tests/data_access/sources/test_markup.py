from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.sources.markup import text_of_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain  words", "plain  words"),
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("<div>One<br>Two<br/>\n  Three</div>", "One\nTwo\nThree"),
        ("a&nbsp;&lt;b&gt; &amp; c &#8364;", "a <b> & c €"),
        ("<style>p { x }</style><script>alert('x')</script>Shown", "Shown"),
        ("<ul><li>first</li><li>second</li></ul>", "first\nsecond"),
        ("<p>never <b>closed <i>tags", "never closed tags"),
        ("3 < 4 and 5 > 2", "3 < 4 and 5 > 2"),
        ("<p>  </p><br>", None),
        ("", None),
        ("<!-- hidden -->seen", "seen"),
        ("<p>包裹在哪里？</p>", "包裹在哪里？"),
    ],
)
def test_text_of_html(html: str, text: str | None) -> None:
    assert text_of_html(html) == text


@given(st.text(alphabet="<>/&;abp \n#x1!-\"'=", max_size=40))
def test_nothing_raises(html: str) -> None:
    text = text_of_html(html)
    assert text is None or text == text.strip()
