"""Texts of statements: every language says every value; formats, directions, faults."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from alerts.library.model import DocumentError, Library
from alerts.statements import templates, terms
from alerts.statements.checks import Source, check
from alerts.statements.diffing import compared
from alerts.statements.figures import figures
from alerts.statements.limits import measure, septets, weight
from alerts.statements.lint import filled, lint, longest
from alerts.statements.locales import FSI, LOCALES, PDI, is_rtl, strange_letters
from alerts.statements.rendering import TextError, names, pieces, render, said
from alerts.statements.values import UnfitValueError, typed
from tests.alerts.statements.golden import GOLDEN, NAMES, renders
from tests.alerts.statements.world import SHIPPED, TERMS, shipped_terms, template

HOLDING = tuple(name for name in NAMES if name.endswith("-holding"))
LIBRARY = Library({"terms": {"terms": shipped_terms()}})
PLAYBOOKS = (
    "customs-hold",
    "carrier-collapse",
    "faulty-lot",
    "refund-backlog",
    "viral-complaint",
    "marketplace-suspension",
    "data-breach",
    "translation-error",
)


def rules(found: Any) -> set[str]:
    return {finding.rule for finding in found}


def test_every_playbook_has_its_holding_statement_in_every_language() -> None:
    assert set(HOLDING) == {f"{name}-holding" for name in PLAYBOOKS}
    for name in HOLDING:
        assert set(template(name).locales) >= set(LOCALES)
        status = {locale: text.status for locale, text in template(name).locales.items()}
        assert status.pop("en") == status.pop("zh-Hans") == "complete"
        assert set(status.values()) == {"needs_native_review"}


def test_golden_texts() -> None:
    known = json.loads(GOLDEN.read_text(encoding="utf-8"))
    made = renders()
    assert made.keys() == known.keys()
    assert [key for key in known if made[key] != known[key]] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_language_says_all_values_that_its_source_says(name: str) -> None:
    made = template(name)
    values = made.examples()
    for locale, channel in made.every():
        text = filled(made, locale, channel, values)
        used = names(made.source_of(made.source, channel))
        assert set(names(made.source_of(locale, channel))) == set(used)
        for variable in used:
            assert said(values[variable], locale) in text, (locale, channel, variable)
        assert "{{" not in text
        assert text.count(FSI) == text.count(PDI)
        assert (FSI in text) == is_rtl(locale)


@pytest.mark.parametrize("name", NAMES)
def test_shipped_templates_have_no_finding(name: str) -> None:
    assert lint(template(name), LIBRARY) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_longest_values_fit_every_channel(name: str) -> None:
    made = template(name)
    for locale, channel in made.every():
        size, most = measure(channel, filled(made, locale, channel, longest(made)))
        assert size <= most, (locale, channel)


def test_the_recall_notice_has_what_the_law_asks_for() -> None:
    words = filled(template("recall-notice"), "en", "email", template("recall-notice").examples())
    for asked in (
        "recall",
        "Hazard",
        "stop using",
        "repair, a replacement and a refund",
        "Contact",
    ):
        assert asked in words
    assert "https://shop.example/notice/k2.jpg" in words
    lowered = words.replace("Hazard: the product", "As a precaution: in rare cases the product")
    found = check(template("recall-notice"), None, lowered, "en", "email", shipped_terms())
    assert [finding.rule for finding in found].count("taboo.lowers-risk") == 2
    assert {finding.severity for finding in found} == {"error"}
    # Elsewhere the same words are no fault.
    assert (
        check(template("faulty-lot-holding"), None, lowered, "en", "email", shipped_terms()) == []
    )


# ---- values ----

SAID = {
    # moment, money, day, share, list, number, country: by hand from CLDR
    "en": (
        "November 22, 2026, 6:00\u00a0PM (UTC+1)",
        "€1,234.50",
        "November 22, 2026",
        "25.5%",
        "A1, B2, and C3",
        "12,345",
        "Brazil",
    ),
    "zh-Hans": (
        "2026年11月22日 18:00 (UTC+1)",
        "€1,234.50",
        "2026年11月22日",
        "25.5%",
        "A1、B2和C3",
        "12,345",
        "巴西",
    ),
    "de": (
        "22. November 2026, 18:00 (UTC+1)",
        "1.234,50\u00a0€",
        "22. November 2026",
        "25,5\u00a0%",
        "A1, B2 und C3",
        "12.345",
        "Brasilien",
    ),
    "fr": (
        "22 novembre 2026, 18:00 (UTC+1)",
        "1\u202f234,50\u00a0€",
        "22 novembre 2026",
        "25,5\u00a0%",
        "A1, B2 et C3",
        "12\u202f345",
        "Brésil",
    ),
    "pt-BR": (
        "22 de novembro de 2026 18:00 (UTC+1)",
        "€\u00a01.234,50",
        "22 de novembro de 2026",
        "25,5%",
        "A1, B2 e C3",
        "12.345",
        "Brasil",
    ),
    "pl": (
        "22 listopada 2026, 18:00 (UTC+1)",
        "1\u00a0234,50\u00a0€",
        "22 listopada 2026",
        "25,5%",
        "A1, B2 i C3",
        "12\u00a0345",
        "Brazylia",
    ),
    "ja": (
        "2026年11月22日 18:00 (UTC+1)",
        "€1,234.50",
        "2026年11月22日",
        "25.5%",
        "A1、B2、C3",
        "12,345",
        "ブラジル",
    ),
    "ko": (
        "2026년 11월 22일 18:00 (UTC+1)",
        "€1,234.50",
        "2026년 11월 22일",
        "25.5%",
        "A1, B2 및 C3",
        "12,345",
        "브라질",
    ),
    "ar": (
        "\u206822 نوفمبر 2026، 6:00 م (UTC+1)\u2069",
        "\u2068\u200f1,234.50\u00a0€\u2069",
        "\u206822 نوفمبر 2026\u2069",
        "\u206825.5%\u2069",
        "\u2068A1 وB2 وC3\u2069",
        "\u206812,345\u2069",
        "\u2068البرازيل\u2069",
    ),
}


@pytest.mark.parametrize("locale", SAID)
def test_values_are_said_as_the_language_says_them(locale: str) -> None:
    values = {
        "at": typed("datetime", "2026-11-22T18:00+01:00"),
        "sum": typed("money", "1234.5 eur"),
        "day": typed("date", "2026-11-22"),
        "share": typed("percent", "0.255"),
        "parts": typed("list", "A1, B2, C3"),
        "count": typed("int", 12345),
        "where": typed("country", "Brazil"),
    }
    for name, expected in zip(values, SAID[locale], strict=True):
        assert render(f"{{{{ {name} }}}}", locale, values).text == expected


def test_filters() -> None:
    values = {"at": typed("datetime", "2026-11-22T18:00Z"), "day": typed("date", "2026-11-22")}
    text = "{{ at | datetime('Asia/Kathmandu') }} {{ day | date('full') }}"
    assert render(text, "en", values).text == (
        "November 22, 2026, 11:45\u00a0PM (UTC+5:45) Sunday, November 22, 2026"
    )
    early = {"at": typed("datetime", "2026-11-22T18:00-03:00")}
    assert render("{{ at }}", "de", early).text.endswith("(UTC−3)")
    for bad in ("{{ day | datetime }}", "{{ at | datetime('Mars/Base') }}", "{{ day | money }}"):
        with pytest.raises(TextError):
            render(bad, "en", values)


def test_what_is_not_known_stays_as_it_is_written() -> None:
    made = render("{{ a }} {{ b | date }} {{ a }}", "en", {"a": "x"})
    assert (made.text, made.missing) == ("x {{ b | date }} x", ("b",))


def test_a_value_is_never_a_template() -> None:
    assert render("{{ a }}", "en", {"a": "{{ b }}", "b": "no"}).text == "{{ b }}"


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in b %}{% endfor %}",
        "{% if a %}x{% endif %}",
        "{{ a.b }}",
        "{{ a() }}",
        "{{ a['b'] }}",
        "{{ a | upper }}",
        "{{ 'x' }}",
        "{# c #}",
        "{{ a + b }}",
        "{{ a",
        "{{ a | date(style=b) }}",
        "{{ range(9) }}",
        "x" * 20_000,
    ],
)
def test_a_text_is_no_program(source: str) -> None:
    with pytest.raises(TextError):
        pieces(source)


@given(st.text(alphabet="ab {}%|#'.x\n", max_size=40))
def test_the_parts_of_a_text_are_the_text(source: str) -> None:
    try:
        found = pieces(source)
    except TextError:
        return
    assert "".join(piece.source for piece in found) == source


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("text", ""),
        ("text", "a\nb"),
        ("text", "x" * 61),
        ("int", "1.5"),
        ("int", True),
        ("money", "12.50"),
        ("money", "1 XYQ"),
        ("money", "NaN EUR"),
        ("date", "22.11.2026"),
        ("datetime", "2026-11-22T18:00"),
        ("percent", "25"),
        ("url", "http://shop.example"),
        ("url", "javascript:alert(1)"),
        ("list", []),
        ("country", "Atlantis"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(kind: str, raw: Any) -> None:
    with pytest.raises(UnfitValueError):
        typed(kind, raw)


# ---- limits ----


def test_sizes_of_short_messages() -> None:
    assert septets("Hi €") == 5
    assert measure("sms", "a" * 160) == (160, 160)
    assert measure("sms", "召" * 70) == (70, 70)
    assert measure("sms", "a" * 70 + "ł") == (71, 70)
    assert measure("sms", "\U0001f600") == (2, 70)


def test_weight_of_social_posts() -> None:
    assert weight("abc") == 3
    assert weight("召回") == 4
    assert weight("x https://shop.example/a/very/long/address/that/counts/as/twenty-three") == 25
    assert weight("’…") == 3


# ---- checks ----


def findings(text: str, locale: str = "en", **given: Any) -> set[str]:
    keys = {"template": template("faulty-lot-holding"), "channel": "email", "source": None, **given}
    return rules(
        check(
            keys["template"],
            keys["source"],
            text,
            locale,
            keys["channel"],
            keys.get("terms", shipped_terms()),
            market=keys.get("market", ""),
        )
    )


@pytest.mark.parametrize(
    ("text", "locale", "rule"),
    [
        (" \n", "en", "empty"),
        ("We say {{ sorry }}", "en", "missing_value"),
        ("{% if x %}", "en", "broken_variable"),
        ("Это по-русски", "en", "strange_letters"),
        ("This is English only, all of it.", "ar", "other_language"),
        ("This is English only, all of it.", "ja", "other_language"),
        ("abc \u202e def", "en", "direction_marks"),
        ("abc \u2068 def", "en", "direction_marks"),
        ("https://EC.europa.eu/consumers/odr/main", "en", "dead_link"),
        ("It was OUR  FAULT, we know.", "en", "taboo.admission-of-fault"),
        ("这是我们的过错。", "zh-Hans", "taboo.admission-of-fault"),
        ("Das war unsere Schuld.", "de", "taboo.admission-of-fault"),
        ("هذا بسبب إهمالنا.", "ar", "taboo.admission-of-fault"),
        ("We guarantee that.", "en", "taboo.guarantee"),
        ("健康への影響はありません。", "ja", "taboo.medical-claim"),
    ],
)
def test_faults_of_a_text(text: str, locale: str, rule: str) -> None:
    assert rule in findings(text, locale)


def test_whole_words_only_where_words_are_parted() -> None:
    assert findings("Ourfault lines and guaranteed terms.") == set()


def test_taboos_of_a_market() -> None:
    words = "A bottle of wine comes with it."
    assert "taboo.unclean-products" in findings(words, market="SA")
    assert "taboo.unclean-products" not in findings(words, market="DE")
    assert "taboo.unclean-products" in findings(words)


def test_numbers_and_units_are_those_of_the_source() -> None:
    source = Source("Within 48 hours, 1,250.5 kg at 60 °C or 15 %.", "en")
    same = "Binnen 48 Stunden, 1.250,5 kg bei 60 °C oder 15 %."
    assert "other_numbers" not in findings(same, "de", source=source)
    for other in (
        same.replace("48", "72"),
        same.replace("kg", "g"),
        same.replace("15 %", "15"),
        same.replace("1.250,5", "1,250.5"),
    ):
        assert "other_numbers" in findings(other, "de", source=source), other
    arabic = "خلال ٤٨ ساعة، 1,250.5 kg عند 60 °C أو 15 %."
    assert "other_numbers" not in findings(arabic, "ar", source=source)


def test_figures_of_addresses_do_not_count() -> None:
    assert figures("See https://x.example/2026 or a1@b2.example", "en") == {}


def test_glossary_and_its_version() -> None:
    source = Source("The recall of this lot.", "en")
    assert "glossary" in findings("Die Rücknahme dieser Lieferung.", "de", source=source)
    assert "glossary" not in findings("Der Rückruf dieser Charge.", "de", source=source)
    newer = shipped_terms().model_copy(
        update={"glossary": shipped_terms().glossary.model_copy(update={"version": 2})}
    )
    assert findings("Der Rückruf.", "de", terms=newer) == {"stale_glossary"}


def test_letters_of_other_languages() -> None:
    assert strange_letters("ラーメン 拉麺 Kettle", "ja") == ""
    assert strange_letters("안녕하세요", "zh-Hans") == "안녕하세요"
    assert strange_letters("Ärger über Größe, œuvre, żółć", "en") == ""


# ---- templates ----


def body(**changed: Any) -> str:
    made: dict[str, Any] = {
        "schema_version": 1,
        "id": "test",
        "title": {"en": "T", "zh": "测"},
        "audience": "customers",
        "public": True,
        "tone": {"en": "T", "zh": "测"},
        "variables": {"lot": {"type": "text", "title": {"en": "L", "zh": "批"}, "example": "L1"}},
        "channels": {"banner": {}},
        "locales": {
            "en": _locale("Stop using lot {{ lot }} within 2 days."),
            "zh-Hans": _locale("请在2天内停止使用批次{{ lot }}。"),
        },
        **changed,
    }
    apart = json.loads(json.dumps(made))  # YAML would write what is there twice as an alias
    return yaml.safe_dump(apart, allow_unicode=True)


def _locale(text: str, **more: Any) -> dict[str, Any]:
    return {"status": "complete", "glossary": 1, "texts": {"default": {"body": text}, **more}}


def linted(**changed: Any) -> set[str]:
    return rules(lint(templates.parse(body(**changed), "test"), LIBRARY))


def test_a_sound_template_has_no_finding() -> None:
    assert linted() == set()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"variables": {}}, "lot is not declared"),
        ({"channels": {"fax": {}}}, "no such channel"),
        ({"channels": {"banner": {"text": "short"}}}, "no falling back"),
        ({"sign_offs": ["final"]}, "write all three"),
        ({"source": "fr"}, "the text in fr is missing"),
        ({"locales": {"en": _locale("x"), "xx-Nope": _locale("y")}}, "is no language"),
        ({"locales": {"en": _locale("{{ a.b }}")}}, "only {{ variable }}"),
        ({"locales": {"en": _locale("x", other={"body": "y"})}}, "no channel takes this text"),
        (
            {
                "variables": {
                    "lot": {"type": "date", "title": {"en": "L", "zh": "批"}, "example": "x"}
                }
            },
            "write a day",
        ),
        ({"colour": "red"}, "colour"),
    ],
)
def test_faults_that_a_template_is_refused_for(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(DocumentError, match="line") as caught:
        templates.parse(body(**changed), "test.yaml")
    assert told in str(caught.value)


def test_findings_of_a_template() -> None:
    english = _locale("Stop using lot {{ lot }} within 2 days.")
    other = {"en": english, "zh-Hans": _locale("请在3天内停止使用批次{{ lot }}。")}
    assert linted(locales=other) == {"other_numbers"}
    fewer = {"en": english, "zh-Hans": _locale("请在2天内停止使用该批次。")}
    assert "other_variables" in linted(locales=fewer)
    assert linted(locales={"en": english}) == {"missing_locale"}
    long = {"type": "text", "title": {"en": "L", "zh": "批"}, "example": "L1", "longest": 400}
    assert linted(variables={"lot": long}) == {"too_long_at_worst"}
    more = {"lot": {**long, "longest": 9}, "more": {**long, "longest": 9}}
    assert linted(variables=more) == {"unused_variable"}
    wrong = {"en": _locale("Lot {{ lot | date }} and 2."), "zh-Hans": _locale("批次{{ lot }} 2")}
    assert "cannot_be_filled" in linted(locales=wrong)


def test_shipped_files_carry_the_names_of_their_templates() -> None:
    for path in SHIPPED.glob("*.yaml"):
        assert template(path.stem).id == path.stem


def test_terms_are_read_strictly() -> None:
    text = TERMS.read_text(encoding="utf-8")
    assert terms.parse(text, "terms.yaml").glossary.version == 1
    twice = text.replace("id: blame", "id: guarantee")
    with pytest.raises(DocumentError, match="there twice"):
        terms.parse(twice, "terms.yaml")
    with pytest.raises(DocumentError, match="no language"):
        terms.parse(text.replace("      nl: [terugroep*]", "      xq-Nope: [a]"), "terms.yaml")


# ---- differences ----


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["en", "zh-Hans", "ja", "ar"]))
def test_a_difference_holds_both_texts(before: str, after: str, locale: str) -> None:
    parts = compared(before, after, locale)
    assert "".join(part.text for part in parts if part.op != "added") == before
    assert "".join(part.text for part in parts if part.op != "removed") == after


def test_chinese_is_compared_by_characters() -> None:
    parts = compared("请停止使用该产品", "请立即停止使用该产品", "zh-Hans")
    assert [tuple(part) for part in parts] == [
        ("same", "请"),
        ("added", "立即"),
        ("same", "停止使用该产品"),
    ]
