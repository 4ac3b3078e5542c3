"""The clientside code in a browser: pure functions by their values, the rest by what is seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import dash_ag_grid as dag
import plotly.graph_objects as go
import pytest
from dash import Dash, Input, Output, dcc, html
from playwright.sync_api import Page, expect

from dashboard.assets_folder import assets_folder
from dashboard.security import install_security_headers
from dashboard.static import ASSETS_IGNORE, install_index, install_static_cache
from tests.browser.conftest import Watch

pytestmark = pytest.mark.browser

SCREENS = {"/": "Overview", "/complaints": "Complaints", "/sla": "SLA map", "/cases": "Cases"}
LIGHT_ACCENT, DARK_ACCENT = "rgb(36, 86, 214)", "rgb(130, 168, 255)"


def heat_map() -> go.Figure:
    figure = go.Figure(
        go.Heatmap(
            x=["DE", "FR"],
            y=["Toys"],
            z=[[1, 9]],
            colorscale=[[i / 8, f"var(--aw-seq-{i})"] for i in range(9)],
            customdata=[["/cases?market=DE", "/cases?market=FR"]],
            showscale=False,
        )
    )
    return figure.update_layout(template="none", height=160)


def bars() -> go.Figure:
    bar = go.Bar(x=["a"], y=[1], marker_color="var(--aw-accent)")
    return go.Figure(bar).update_layout(template="none", height=160)


def world() -> go.Figure:
    trace = go.Choropleth(locations=["BRA", "CHN"], z=[0.2, 0.9], showscale=False)
    return go.Figure(trace).update_layout(template="none", height=200)


def overview() -> html.Div:
    columns = [
        {"field": "rate", "valueFormatter": {"function": "aw.percent(params.value)"}},
        {
            "field": "status",
            "valueFormatter": {"function": "aw.status(params.value, {'late': 'Late'})"},
            "cellClass": {"function": "aw.statusClass(params.value, {'late': 'breach'})"},
        },
        {"field": "paid", "valueFormatter": {"function": "aw.money(params.value, 'JPY')"}},
    ]
    rows = [{"rate": 0.842, "status": "late", "paid": 1250}]
    return html.Div(
        [
            html.H1("Overview", id="title", className="aw-page"),
            html.Time("server text", id="then", **{"data-utc": "2020-03-01T23:30:00Z"}),
            html.Time(
                "server text",
                id="zoned",
                **{
                    "data-utc": "2020-03-01T23:30:00Z",
                    "data-format": "datetime",
                    "data-tz": "America/Sao_Paulo",
                },
            ),
            html.Time("server text", id="unreadable", **{"data-utc": "soon"}),
            html.A("plain link", href="/sla?level=3", id="plain"),
            dcc.Graph(id="heat", figure=heat_map()),
            dcc.Graph(id="bars", figure=bars()),
            dcc.Graph(id="world", figure=world()),
            dag.AgGrid(id="grid", columnDefs=columns, rowData=rows, style={"height": 200}),
        ]
    )


def create_application() -> Dash:
    app = Dash(
        "clientside",
        assets_folder=str(assets_folder()),
        assets_ignore=ASSETS_IGNORE,
        suppress_callback_exceptions=True,
        use_async=False,
    )
    links = [
        dcc.Link(html.Span(name, className="aw-rail__word"), href=path, className="aw-rail__link")
        for path, name in SCREENS.items()
    ]
    toggle = {"aria-expanded": "false", "aria-controls": "body"}
    app.layout = html.Div(
        [
            html.A("Skip to content", className="aw-skip", href="#aw-main"),
            html.Nav(
                html.Div(links, className="aw-rail__links"),
                className="aw-rail",
                **{"data-filter-keys": "range,market"},
            ),
            html.Div(
                [
                    html.Button("Theme", id="theme", **{"data-action": "toggle-theme"}),
                    html.Div(
                        [
                            html.Button(
                                "Filters",
                                id="filters",
                                className="aw-button aw-filters__toggle",
                                **{"data-action": "toggle-filters"},
                                **toggle,
                            ),
                            html.Div(
                                dcc.Dropdown(["DE"], id="market"),
                                id="body",
                                className="aw-filters__body",
                            ),
                        ],
                        className="aw-filters",
                    ),
                    html.Main(id="aw-main", className="aw-main", tabIndex="-1"),
                ],
                className="aw-column",
            ),
            dcc.Location(id="address", refresh=False),
            html.Div(className="aw-toasts"),
        ],
        className="aw-shell",
    )

    # A router in one line: Dash's own keeps its pages in one list for all applications.
    @app.callback(Output("aw-main", "children"), Input("address", "pathname"))
    def show(path: str) -> html.Div | html.H1:
        return (
            overview() if path == "/" else html.H1(SCREENS[path], id="title", className="aw-page")
        )

    install_index(app, lambda: "en")
    install_static_cache(app.server)
    install_security_headers(app)
    return app


@pytest.fixture(scope="module")
def address(serve_wsgi: Callable[[Any], str]) -> str:
    return serve_wsgi(create_application().server)


def opened(page: Page, address: str, path: str = "/") -> Page:
    page.goto(address + path)
    page.wait_for_selector("#title")
    return page


def drawn(page: Page, graph: str) -> None:
    page.wait_for_selector(f"#{graph} .main-svg")
    expect(page.locator(f"#{graph} .dash-graph--pending")).to_have_count(0)


# ---- pure functions ----

FORMATS = [
    ("number(1234.5, 1, 'en')", "1,234.5"),
    ("number(null)", "–"),
    ("percent(0.842, 1, 'en')", "84.2%"),
    ("percent(0.842, 0, 'zh-CN')", "84%"),
    ("money(123456, 'EUR', 'en')", "€1,234.56"),
    ("money(1250, 'JPY', 'en')", "¥1,250"),
    ("duration(0, 'en')", "0 s"),
    ("duration(720, 'en')", "12 min"),
    ("duration(3 * 86400 + 4 * 3600 + 59, 'en')", "3 d 4 h"),
    ("duration(86400 + 59 * 60, 'en')", "1 d"),
    ("duration(-90, 'en')", "−1 min 30 s"),
    ("duration(90000, 'zh-CN')", "1 天 1 小时"),
    ("date('2026-03-01T23:30:00Z', 'Asia/Shanghai', 'en')", "Mar 2, 2026"),
    ("date('2026-03-01', 'UTC', 'en')", "Mar 1, 2026"),
    ("datetime('2026-03-01 23:30:00', 'UTC', 'en')", "Mar 1, 2026, 23:30"),
    ("datetime('nonsense', 'UTC', 'en')", "–"),
    ("time('2026-07-01T12:00:00+02:00', 'Europe/Berlin', 'en')", "12:00"),
    ("time('2026-07-01T12:00:00Z', 'No/Such_Zone', 'en').length", 5),
    ("ago('2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1, 0, 2), 'UTC', 'en')", "2 min. ago"),
    ("ago('2026-01-01T03:00:00Z', Date.UTC(2026, 0, 1), 'UTC', 'en')", "in 3 hr."),
    ("ago('2026-01-01T00:00:10Z', Date.UTC(2026, 0, 1), 'UTC', 'en')", "now"),
    ("ago('2026-01-01T00:00:00Z', Date.UTC(2026, 0, 6), 'UTC', 'en')", "5 days ago"),
    ("ago('2025-01-01T00:00:00Z', Date.UTC(2026, 0, 6), 'UTC', 'en')", "Jan 1, 2025"),
    ("ago('2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1, 0, 2), 'UTC', 'zh-CN')", "2分钟前"),
]


def test_formats(page: Page, address: str) -> None:
    opened(page, address, "/cases")
    shown = {call: page.evaluate(f"afterwatch.format.{call}") for call, _ in FORMATS}
    assert shown == dict(FORMATS)


def test_queries_are_written_and_read(page: Page, address: str) -> None:
    opened(page, address, "/cases")
    query = {"range": "28d", "market": ["DE", "F,R"], "q": "a b&c*", "none": None, "empty": []}
    text = page.evaluate("query => afterwatch.url.encode(query)", query)
    assert text == "range=28d&market=DE,F%2CR&q=a%20b%26c%2A"
    assert page.evaluate("text => afterwatch.url.decode('?' + text)", text) == {
        "range": "28d",
        "market": ["DE", "F,R"],
        "q": "a b&c*",
    }
    assert page.evaluate("afterwatch.url.decode('a=%E4%B8%AD&b=%&c')") == {
        "a": "中",
        "b": "%",
        "c": "",
    }


def test_only_local_paths_are_followed(page: Page, address: str) -> None:
    opened(page, address, "/sla")
    foreign = [
        "//elsewhere.example",
        "https://elsewhere.example",
        "javascript:alert(1)",
        "/\\elsewhere.example",
        "/a\nb",
        "",
        None,
        ["/cases"],
    ]
    judged = "hrefs => hrefs.map((href) => afterwatch.url.isLocal(href))"
    assert page.evaluate(judged, ["/cases?x=1", "/", *foreign]) == [True, True] + [False] * 8
    assert page.evaluate("afterwatch.url.goTo('//elsewhere.example')") is False
    assert page.url == f"{address}/sla"


def test_figures_are_resolved_without_touching_what_dash_holds(page: Page, address: str) -> None:
    opened(page, address, "/cases")
    result = page.evaluate(
        """() => {
          const raw = { data: [{ y: { dtype: "f8", bdata: "var(--aw-x)" }, x: ["a", "b"],
                                 line: { color: "var(--aw-accent)" } }], layout: { a: 1 } };
          const before = JSON.stringify(raw);
          const themed = afterwatch.figures.applyTheme(raw, (name) => "<" + name + ">");
          return { same: JSON.stringify(raw) === before, color: themed.data[0].line.color,
                   shared: themed.data[0].x === raw.data[0].x, y: themed.data[0].y.bdata,
                   font: themed.layout.template.layout.font.family, a: themed.layout.a };
        }"""
    )
    assert result == {
        "same": True,
        "color": "<--aw-accent>",
        "shared": True,
        "y": "var(--aw-x)",
        "font": "<--aw-font>",
        "a": 1,
    }


def test_the_current_link_and_kept_filters(page: Page, address: str) -> None:
    opened(page, address, "/cases")
    links = ["/", "/cases", "/cases-old", "/sla?x=1"]
    current = "([links, path]) => afterwatch.shell.currentLink(links, path)"
    expected = {"/": 0, "/cases": 1, "/cases/C-1": 1, "/cases-old": 2, "/sla": 3, "/no": -1}
    assert {path: page.evaluate(current, [links, path]) for path in expected} == expected
    kept = "afterwatch.shell.withFilters('/sla?level=3', '?own=1&market=DE,FR', ['market'])"
    assert page.evaluate(kept) == "/sla?level=3&market=DE,FR"


# ---- what is seen ----


def test_the_theme_follows_the_system_then_the_person(
    new_page: Callable[..., Page], address: str
) -> None:
    page = opened(new_page(scheme="dark"), address)
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    drawn(page, "bars")
    bar = page.locator("#bars .point path")
    expect(bar).to_have_css("fill", DARK_ACCENT)
    page.click("#theme")
    expect(root).to_have_attribute("data-bs-theme", "light")
    expect(root).to_have_attribute("data-ag-theme-mode", "light")
    expect(bar).to_have_css("fill", LIGHT_ACCENT)
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.keyboard.press("t")
    expect(root).to_have_attribute("data-bs-theme", "dark")


def test_the_vendored_plotly_draws_and_dash_loads_no_other(
    page: Page, address: str, watch: Watch
) -> None:
    opened(page, address)
    for graph in ("heat", "bars", "world"):
        drawn(page, graph)
    page.wait_for_selector("#world .choroplethlayer path")
    assert page.locator("#world .choroplethlayer path").count() == 2
    scripts = [url for url in watch.requests if "plotly" in url]
    assert len(scripts) == 1
    assert "/assets/05-plotly-" in scripts[0]
    assert any(url.endswith("/assets/geo/world_110m.json") for url in watch.requests)
    assert page.locator(".modebar").count() == 0


def test_a_cell_with_an_address_is_a_link(page: Page, address: str) -> None:
    opened(page, address)
    drawn(page, "heat")
    plot = page.locator("#heat .nsewdrag").bounding_box()
    assert plot
    x, y = plot["x"] + plot["width"] * 0.75, plot["y"] + plot["height"] / 2
    page.mouse.move(x - 20, y)
    page.mouse.move(x, y)
    expect(page.locator("#heat .nsewdrag")).to_have_css("cursor", "pointer")
    page.mouse.click(x, y)
    expect(page.locator("#title")).to_have_text("Cases")
    assert page.url == f"{address}/cases?market=FR"


def test_times_are_shown_in_the_zone_and_stay_where_unreadable(page: Page, address: str) -> None:
    opened(page, address)
    # The browser is in Shanghai, eight hours ahead: already the second of March.
    expect(page.locator("#then")).to_have_text("Mar 2, 2020")
    expect(page.locator("#zoned")).to_have_text("Mar 1, 2020, 20:30")
    expect(page.locator("#unreadable")).to_have_text("server text")
    page.evaluate("document.getElementById('zoned').setAttribute('data-tz', 'UTC')")
    expect(page.locator("#zoned")).to_have_text("Mar 1, 2020, 23:30")
    title = page.get_attribute("#zoned", "title") or ""
    assert "UTC" in title


def test_links_keep_the_filters_and_load_no_page(page: Page, address: str, watch: Watch) -> None:
    opened(page, address, "/?market=DE,FR&own=1")
    loads = [url for url in watch.requests if urlsplit(url).path == "/"]
    page.click("text=Complaints")
    expect(page.locator("#title")).to_have_text("Complaints")
    assert parse_qsl(urlsplit(page.url).query) == [("market", "DE,FR")]
    expect(page.locator("a[aria-current=page]")).to_have_text("Complaints")
    page.go_back()
    expect(page.locator("#title")).to_have_text("Overview")
    expect(page.locator("a[aria-current=page]")).to_have_text("Overview")
    page.click("#plain")
    expect(page.locator("#title")).to_have_text("SLA map")
    assert page.url == f"{address}/sla?level=3"
    assert [url for url in watch.requests if urlsplit(url).path in SCREENS] == loads


def test_writing_the_address_asks_the_server_nothing(
    page: Page, address: str, watch: Watch
) -> None:
    opened(page, address, "/sla?level=3&market=FR")

    def questions() -> list[str]:
        return [url for url in watch.requests if "_dash-update" in url or url.endswith("/sla")]

    expect(page.locator("#title")).to_have_text("SLA map")
    before = questions()
    page.evaluate("dash_clientside.afterwatch.writeUrl('market=DE&range=7d')")
    assert page.url == f"{address}/sla?level=3&market=DE&range=7d"
    page.evaluate("dash_clientside.afterwatch.writeOwn({ level: null, view: 'late' })")
    assert page.url == f"{address}/sla?view=late&market=DE&range=7d"
    read = page.evaluate("dash_clientside.afterwatch.readUrl()")
    assert read == {"view": "late", "market": "DE", "range": "7d"}
    page.wait_for_timeout(200)
    assert questions() == before


def test_keys_lead_to_screens_and_filters(page: Page, address: str) -> None:
    opened(page, address)
    for key, name in (("c", "Complaints"), ("s", "SLA map"), ("a", "Cases"), ("o", "Overview")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(page.locator("#title")).to_have_text(name)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.closest('#body') !== null")
    page.keyboard.press("Tab")
    page.goto(address)
    page.wait_for_selector("#title")
    page.keyboard.press("Tab")
    expect(page.locator(".aw-skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#aw-main")).to_be_focused()


def test_filters_are_a_drawer_on_a_phone(new_page: Callable[..., Page], address: str) -> None:
    page = opened(new_page(width=390, height=844), address)
    expect(page.locator("#body")).to_be_hidden()
    page.click("#filters")
    expect(page.locator("#body")).to_be_visible()
    expect(page.locator("#filters")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#body")).to_be_hidden()
    expect(page.locator("#filters")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_filter_toggle_is_not_there_on_a_desk(page: Page, address: str) -> None:
    opened(page, address)
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator("#body")).to_be_visible()


def test_grid_cells_are_formatted(page: Page, address: str) -> None:
    opened(page, address)
    cells = page.locator("#grid .ag-row .ag-cell")
    expect(cells).to_have_text(["84.2%", "Late", "¥1,250"])
    expect(cells.nth(1)).to_have_class(
        "ag-cell ag-cell-not-inline-editing ag-cell-normal-height "
        "aw-cell-status aw-cell-status--breach ag-cell-value"
    )


def test_toasts_appear_and_say_how_urgent_they_are(page: Page, address: str) -> None:
    opened(page, address)
    page.evaluate("dash_clientside.afterwatch.toast('Import finished', 'ok')")
    page.evaluate("dash_clientside.afterwatch.toast('Not saved', 'breach')")
    page.evaluate("dash_clientside.afterwatch.toast('', 'ok')")
    expect(page.locator(".aw-toast")).to_have_text(["Import finished", "Not saved"])
    expect(page.locator("[role=alert].aw-toast")).to_have_text("Not saved")


def test_our_fonts_are_used(page: Page, address: str) -> None:
    opened(page, address)
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('14px \"Inter Variable\"', 'Overview')")
    assert page.evaluate("getComputedStyle(document.body).fontVariantNumeric") == "tabular-nums"


def test_a_hidden_tab_asks_for_nothing(page: Page, address: str) -> None:
    opened(page, address, "/sla")
    calls = page.evaluate(
        """() => {
          const calls = [];
          dash_clientside.set_props = (id, props) => calls.push([id, Object.keys(props).sort()]);
          document.querySelector(".aw-shell").setAttribute("data-refresh-interval", "beat");
          for (const hidden of [true, false]) {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
            calls.push(dash_clientside.afterwatch.visibleTick(7) === 7);
          }
          return calls;
        }"""
    )
    assert calls == [["beat", ["disabled"]], False, ["beat", ["disabled", "n_intervals"]], True]


def test_paper_is_white(new_page: Callable[..., Page], address: str) -> None:
    page = opened(new_page(scheme="dark"), address, "/sla")
    root = page.locator("html")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.emulate_media(media="print")
    expect(page.locator(".aw-rail")).to_be_hidden()
    expect(page.locator("#title")).to_be_visible()
