"""Mapping files: every kind of column, every way to be wrong."""

# ruff: noqa: E501 - files within tests stand as they are

from __future__ import annotations

from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.sources.base import SourceError, Table
from data_access.sources.mapped import SOURCE
from tests.data_access.sources.reading_aid import notes, options, problems, read, write

CASES = 'case_id = "id"\ncreated_at = "at"\n'


def run(folder: Path, csv: str, columns: str, *, file: str = "", table: str = "cases") -> Table:
    mapping = (
        f'[file]\nzone = "UTC"\n{file}\n[[table]]\nname = "{table}"\n[table.columns]\n{columns}'
    )
    given_ = options(mapping=write(folder, "m.toml", mapping))
    return read(SOURCE, write(folder, "e.csv", csv), given_)[table]


def run_raw(folder: Path, csv: str, mapping: str, zone: str | None = None) -> dict[str, Table]:
    given_ = options(mapping=write(folder, "m.toml", mapping), zone=zone)
    return read(SOURCE, write(folder, "e.csv", csv), given_)


def values(table: Table, column: str) -> list[object]:
    return table.frame[column].to_list()


def test_formats_are_tried_in_their_order(tmp_path: Path) -> None:
    csv = "id,at\n1,3/4/2026 10:00\n2,4/30/2026 10:00\n3,1775296800\n4,2026-04-31\n5,3/4/16 10:00\n"
    formats = 'datetime_formats = ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "epoch_s"]'
    table = run(tmp_path, csv, CASES, file=formats)
    assert values(table, "created_at") == [
        datetime(2026, 4, 3, 10, tzinfo=UTC),
        datetime(2026, 4, 30, 10, tzinfo=UTC),
        datetime(2026, 4, 4, 10, tzinfo=UTC),
    ]
    # The year 16 is no year of a case, whatever the format says.
    assert problems(table) == [(5, "at", "2026-04-31"), (6, "at", "3/4/16 10:00")]


def test_a_zone_given_on_the_command_line_beats_the_file(tmp_path: Path) -> None:
    mapping = f'[file]\nzone = "UTC"\n[[table]]\nname = "cases"\n[table.columns]\n{CASES}'
    csv = "id,at\n1,2026-01-01 12:00\n2,2026-01-01T12:00:00Z\n"
    (table,) = run_raw(tmp_path, csv, mapping, zone="Asia/Shanghai").values()
    assert values(table, "created_at") == [
        datetime(2026, 1, 1, 4, tzinfo=UTC),
        datetime(2026, 1, 1, 12, tzinfo=UTC),
    ]


def test_times_without_a_zone_are_refused_if_nobody_gave_one(tmp_path: Path) -> None:
    mapping = f'[[table]]\nname = "cases"\n[table.columns]\n{CASES}'
    csv = "id,at\n1,2026-01-01 12:00:00\n2,2026-01-01T12:00:00Z\n"
    (table,) = run_raw(tmp_path, csv, mapping).values()
    assert problems(table) == [(2, "at", "2026-01-01 12:00:00")]
    assert "--zone" in table.problems["advice"][0]
    strict = mapping.replace("[[table]]", '[file]\ndatetime_formats = ["%d.%m.%Y"]\n[[table]]', 1)
    with pytest.raises(SourceError, match="carry no time zone"):
        run_raw(tmp_path, csv, strict)


def test_numbers_and_money(tmp_path: Path) -> None:
    csv = (
        "id;at;total;cur\n1;2026-01-01;1.234,565;EUR\n2;2026-01-01;1234;JPY\n"
        "3;2026-01-01;-0,5;KWD\n4;2026-01-01;12.34;EUR\n5;2026-01-01;1;EURO\n6;2026-01-01;;\n"
    )
    columns = 'order_id = "id"\nplaced_at = "at"\ntotal = "total"\ncurrency = "cur"'
    signs = 'decimal = ","\nthousands = "."'
    table = run(tmp_path, csv, columns, file=signs, table="orders")
    assert values(table, "total") == [123457, 1234, -500, None]
    assert problems(table) == [(5, "total", "12.34"), (6, "cur", "EURO")]
    assert "ISO 4217" in table.problems["reason"][1]


def test_scale_counts_and_minor_units(tmp_path: Path) -> None:
    csv = "sku,kg,cents,days\nA,1.25,1999,5.0\nB,0.0001,5,5.5\nC,,,\n"
    columns = (
        'sku = "sku"\nweight_g = { column = "kg", scale = 1000 }\n'
        'cost = { column = "cents", minor_units = true }\ncurrency = { constant = "EUR" }\n'
        'warranty_days = "days"'
    )
    table = run(tmp_path, csv, columns, table="products")
    assert table.frame.select("sku", "weight_g", "cost", "warranty_days").rows() == [
        ("A", 1250, 1999, 5),
        ("C", None, None, None),
    ]
    assert problems(table) == [(3, "kg", "0.0001"), (3, "days", "5.5")]


def test_choices_maps_flags_and_places(tmp_path: Path) -> None:
    csv = (
        "id,at,ch,spam,land,lang,team\n"
        "1,2026-01-01,E-Mail,JA,Deutschland,Deutsch,a\n"
        "2,2026-01-01,phone,nein,usa,pt_BR,b\n"
        "3,2026-01-01,On hold,,中国,,\n"
        "4,2026-01-01,x,vielleicht,Narnia,Elvish,c\n"
    )
    columns = CASES + (
        'channel = { column = "ch", map = { "e-mail" = "email" }, other = "other" }\n'
        'spam = "spam"\ncountry = "land"\nlang = "lang"\nteam = { column = "team", map = { a = "A" } }'
    )
    table = run(tmp_path, csv, columns, file='true = ["ja"]\nfalse = ["nein"]')
    assert table.frame.select("channel", "spam", "country", "lang", "team").rows() == [
        ("email", True, "DE", "de", "A"),
        ("phone", False, "US", "pt-BR", "b"),
        ("other", None, "CN", None, None),
    ]
    assert problems(table) == [
        (5, "lang", "Elvish"),
        (5, "land", "Narnia"),
        (5, "spam", "vielleicht"),
    ]
    assert table.read == 4


def test_an_unmapped_choice_is_refused_with_the_words_there_are(tmp_path: Path) -> None:
    table = run(tmp_path, "id,at,st\n1,2026-01-01,wartet\n", CASES + 'status = "st"')
    (problem,) = table.problems.iter_rows(named=True)
    assert problem["reason"] == "not one of new, open, pending, on_hold, solved, closed"
    assert "value map of 'status'" in problem["advice"]
    assert problem["raw"] == '{"id":"1","at":"2026-01-01","st":"wartet"}'


def test_derived_columns(tmp_path: Path) -> None:
    csv = "id,at,a,b,x,y\n1,2026-01-01,,2026-01-03,1,2\n2,2026-01-02,2026-01-05,2026-01-04,,\n"
    columns = (
        'return_id = "id"\nrequested_at = { min = ["at", "a"] }\nreceived_at = { max = ["a", "b"] }\n'
        'approved_at = { first_non_null = ["a", "b"] }\n'
        'state = { constant = "closed" }\nmethod = { column = "x", if_null = "post" }'
    )
    table = run(tmp_path, csv, columns, table="returns")

    def day(number: int) -> datetime:
        return datetime(2026, 1, number, tzinfo=UTC)

    assert table.frame.select("requested_at", "received_at", "approved_at", "method").rows() == [
        (day(1), day(3), day(3), "1"),
        (day(2), day(5), day(5), "post"),
    ]


def test_sums_and_unreadable_parts(tmp_path: Path) -> None:
    csv = "id,at,x,y\n1,2026-01-01,1.10,2.20\n2,2026-01-01,,5\n3,2026-01-01,,\n4,2026-01-01,1,two\n"
    columns = 'order_id = "id"\nplaced_at = "at"\ntotal = { sum = ["x", "y"] }\ncurrency = { constant = "USD" }'
    table = run(tmp_path, csv, columns, table="orders")
    assert values(table, "total") == [330, 500, None]
    assert problems(table) == [(5, "x + y", "1 | two")]


def test_keys(tmp_path: Path) -> None:
    csv = "a,b,at\nx,1,2026-01-01\nx1,,2026-01-01\n,,2026-01-01\n"
    columns = 'case_id = { concat = ["a", "b"], separator = "" }\ncreated_at = "at"\norder_id = { concat = ["a", "b"], hash = true }'
    table = run(tmp_path, csv, columns)
    assert values(table, "case_id") == ["x1", "x1", None]
    first, second, third = values(table, "order_id")
    assert first != second, "the parts of a hashed key must not run together"
    assert third is None
    # BLAKE2b with 12 bytes over the parts with a unit separator between them.
    assert first == blake2b(b"x\x1f1", digest_size=12).hexdigest()


def test_last_by_number_time_and_text(tmp_path: Path) -> None:
    mapping = (
        '[file]\nzone = "UTC"\n[[table]]\nname = "cases"\nlast_by = "v"\n[table.columns]\n'
        + CASES
        + 'team = "team"'
    )

    def last(*order: str) -> list[object]:
        csv = "id,at,team,v\n" + "".join(f"1,2026-01-01,{i},{v}\n" for i, v in enumerate(order))
        (table,) = run_raw(tmp_path, csv, mapping).values()
        assert notes(table) == [f"{len(order)} rows made 1 cases: the last by 'v'"]
        return values(table, "team")

    assert last("9", "10", "2") == ["1"]
    assert last("2026-01-02", "2026-01-10 08:00", "2026-01-09T23:00:00Z") == ["1"]
    assert last("b", "a10", "a9") == ["0"]
    assert last("5", "5", "") == ["1"]


def test_two_tables_share_the_rows(tmp_path: Path) -> None:
    mapping = (
        '[file]\nzone = "UTC"\n[[table]]\nname = "cases"\nwhere = [{ column = "k", in = ["case"] }]\n'
        f"[table.columns]\n{CASES}\n"
        '[[table]]\nname = "reviews"\nwhere = [{ column = "k", not_in = ["case"] }, { column = "id", empty = false }]\n'
        '[table.columns]\nreview_id = "id"\nat = "at"'
    )
    csv = "k,id,at\ncase,1,2026-01-01\nreview,2,2026-01-01\n,3,2026-01-01\nreview,,2026-01-01\nragged\n"
    tables = run_raw(tmp_path, csv, mapping)
    assert values(tables["cases"], "case_id") == ["1"]
    assert values(tables["reviews"], "review_id") == ["2", "3"]
    # The broken line is of no table: it counts once, with the first.
    assert (tables["cases"].read, tables["reviews"].read) == (2, 2)


def test_parquet_and_json_lines(tmp_path: Path) -> None:
    mapping = write(
        tmp_path,
        "m.toml",
        f'[file]\nzone = "UTC"\nnull = ["-"]\n[[table]]\nname = "cases"\n[table.columns]\n{CASES}team = "t"',
    )
    frame = pl.DataFrame(
        {"id": [17850.0, 2.5], "at": [datetime(2026, 1, 1, tzinfo=UTC), None], "t": ["-", "x"]}
    )
    frame.write_parquet(tmp_path / "e.parquet")
    table = read(SOURCE, tmp_path / "e.parquet", options(mapping=mapping))["cases"]
    assert table.frame.select("case_id", "created_at", "team").rows() == [
        ("17850", datetime(2026, 1, 1, tzinfo=UTC), None),
        ("2.5", None, "x"),
    ]
    lines = write(tmp_path, "e.jsonl", '{"id":7,"at":"2026-01-01","t":"-"}\n')
    table = read(SOURCE, lines, options(mapping=mapping))["cases"]
    assert table.frame.select("case_id", "team").rows() == [("7", None)]


def test_dates(tmp_path: Path) -> None:
    columns = 'date = "d"\nbase = { constant = "EUR" }\nquote = { constant = "USD" }\nrate = "r"'
    csv = "d,r\n31.12.2025,1.1\n2026-01-02 23:59,1\n2026-13-01,1\n2026-01-03,inf\n"
    formats = 'date_formats = ["%d.%m.%Y", "%Y-%m-%d %H:%M", "iso8601"]'
    table = run(tmp_path, csv, columns, file=formats, table="fx_rates")
    assert values(table, "date") == [date(2025, 12, 31), date(2026, 1, 2)]
    assert problems(table) == [(4, "d", "2026-13-01"), (5, "r", "inf")]


GOOD = f'[[table]]\nname = "cases"\n[table.columns]\n{CASES}'


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("[[table]", "not a TOML file"),
        ("", "Field required"),
        (GOOD.replace("cases", "casses"), "no table 'casses'. Did you mean 'cases'?"),
        (GOOD + 'chanel = "c"', "no column 'chanel'. Did you mean 'channel'?"),
        (GOOD + "[file]\nencodng = 'x'", "no key 'encodng'. Did you mean 'encoding'?"),
        (GOOD.replace("[table.c", 'lastby = "x"\n[table.c'), "Did you mean 'last_by'?"),
        (GOOD + 'team = { colum = "x" }', "no key 'colum'. Did you mean 'column'?"),
        (GOOD + 'team = { column = "x", constant = "y" }', "needs exactly one of column, constant"),
        (GOOD.replace('created_at = "at"\n', ""), "nothing is mapped to created_at"),
        (GOOD + "[file]\nzone = 'Europe/Berln'", "no IANA time zone"),
        (GOOD + "[file]\ndecimal = ','\nthousands = ','", "two different signs"),
        (GOOD + "[file]\ndelimiter = '\"'", "delimiter must differ from quote"),
        (GOOD + "[file]\ndate_formats = ['dd.mm.yyyy']", "codes such as %d.%m.%Y"),
        (GOOD + 'status = { constant = "opn" }', "the constant 'opn' is not one of"),
        (GOOD + 'team = "Team"', "no column 'Team'. Did you mean 'team'?"),
        (GOOD + 'team = { sum = ["id"], hash = true }', "hash goes with column or concat"),
        (GOOD + 'team = { column = "id", when = { column = "id" } }', "exactly one of in, not_in"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said(tmp_path: Path, mapping: str, said: str) -> None:
    with pytest.raises(SourceError) as error:
        run_raw(tmp_path, "id,at,team\n1,2026-01-01,a\n", mapping, zone="UTC")
    assert said in error.value.message


def test_amounts_beyond_belief_are_refused(tmp_path: Path) -> None:
    csv = "id,at,n\n1,2026-01-01,1e30\n2,2026-01-01,-9e40\n3,2026-01-01,1e3\n4,2026-01-01,nan\n"
    columns = 'order_id = "id"\nplaced_at = "at"\ntotal = "n"\ncurrency = { constant = "USD" }'
    table = run(tmp_path, csv, columns, table="orders")
    assert values(table, "total") == [100_000]
    assert [row for row, _, _ in problems(table)] == [2, 3, 5]


def test_a_zone_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="'Mars/Base' is no time zone"):
        run_raw(tmp_path, "id,at\n1,2026-01-01\n", GOOD, zone="Mars/Base")


def test_mapping_file_is_needed(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="needs --mapping"):
        read(SOURCE, write(tmp_path, "e.csv", "a\n"))
    with pytest.raises(SourceError, match="cannot be read"):
        read(SOURCE, tmp_path / "e.csv", options(mapping=tmp_path / "none.toml"))


CELLS = st.sampled_from(
    ["", "1", "2026-01-01", "2026-02-30", "x", "EUR", "1,5", "yes", "DE", '"', "a;b"]
)


@settings(max_examples=100)
@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=7), max_size=12))
def test_every_row_is_given_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    csv = "id,at,n,c,f,l\n" + "".join(",".join(row) + "\n" for row in rows)
    columns = CASES + 'severity = "n"\nspam = "f"\ncountry = "l"\nvendor_frt_min = "n"'
    table = run(folder, csv, columns)
    seen = table.frame["_row"].to_list() + [
        row for row in table.problems["_row"].unique().to_list() if row is not None
    ]
    # Quotes may join lines, and a line without any sign is blank: all others are accounted for.
    if '"' not in csv:
        lines = csv.split("\n")[1:-1]
        assert sorted(seen) == [i for i, line in enumerate(lines, start=2) if line]
    assert len(set(seen)) == len(seen) == table.read
