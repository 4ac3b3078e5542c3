from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.sources.places import country_code, language_tag


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("DE", "DE"),
        ("de", "DE"),
        ("DEU", "DE"),
        (" germany ", "DE"),
        ("Alemanha", "DE"),
        ("德国", "DE"),
        ("UK", "GB"),
        ("EIRE", "IE"),
        ("Türkiye", "TR"),
        ("EU", None),
        ("ZZ", None),
        ("", None),
        ("Narnia", None),
    ],
)
def test_country_code(name: str, code: str | None) -> None:
    assert country_code(name) == code


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("EN", "en"),
        ("pt_br", "pt-BR"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("Deutsch", "de"),
        ("Brazilian Portuguese", "pt-BR"),
        ("xq", None),
        ("Elvish", None),
        ("", None),
    ],
)
def test_language_tag(name: str, tag: str | None) -> None:
    assert language_tag(name) == tag


@given(st.text(max_size=12))
def test_whatever_comes_out_fits_the_contract(name: str) -> None:
    code, tag = country_code(name), language_tag(name)
    assert code is None or re.fullmatch("[A-Z]{2}", code)
    assert tag is None or re.fullmatch("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag)
