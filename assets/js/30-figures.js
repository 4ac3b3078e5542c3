// Figures carry CSS variables instead of colours ("var(--aw-accent)"). Here they get the values of
// the present theme just before plotly.js draws, and again when the theme changes.
(function () {
  "use strict";

  const VARIABLE = /var\((--aw-[a-z0-9-]+)\)/g;
  const MARK = "var(--aw-";
  const script = document.currentScript;

  // A copy of `value` with every variable replaced; parts without variables are shared, never
  // copied, and typed arrays ({dtype, bdata}) are not searched.
  function resolve(value, read) {
    if (typeof value === "string") {
      return value.includes(MARK) ? value.replace(VARIABLE, (_, name) => read(name)) : value;
    }
    if (value === null || typeof value !== "object" || ArrayBuffer.isView(value) || value.bdata) {
      return value;
    }
    let copy = value;
    for (const key of Object.keys(value)) {
      const before = value[key];
      const after = resolve(before, read);
      if (after !== before) {
        if (copy === value) {
          copy = Array.isArray(value) ? value.slice() : { ...value };
        }
        copy[key] = after;
      }
    }
    return copy;
  }

  // Dash copies the drawn layout back into the figure after a zoom, with the variables already
  // resolved. `raw` still has them: put them back.
  function restore(layout, raw) {
    for (const key of Object.keys(raw)) {
      const value = raw[key];
      if (typeof value === "string") {
        if (value.includes(MARK)) {
          layout[key] = value;
        }
      } else if (value && typeof value === "object" && layout[key] && !value.bdata) {
        restore(layout[key], value);
      }
    }
    return layout;
  }

  // One look for all figures, in the variables of the tokens.
  function template() {
    const axis = {
      automargin: true,
      color: "var(--aw-muted)",
      gridcolor: "var(--aw-line)",
      linecolor: "var(--aw-line)",
      tickcolor: "var(--aw-line)",
      zeroline: false,
      title: { standoff: 8, font: { size: 12 } },
    };
    const font = { family: "var(--aw-font)", size: 12, color: "var(--aw-text)" };
    const range = (name, last) =>
      Array.from({ length: last + 1 }, (_, i) => [i / last, "var(--aw-" + name + "-" + i + ")"]);
    const bar = {
      outlinewidth: 0,
      thickness: 8,
      len: 0.6,
      ticks: "",
      tickfont: { color: "var(--aw-muted)" },
    };
    return {
      layout: {
        font,
        autosize: true,
        paper_bgcolor: "rgba(0,0,0,0)",
        plot_bgcolor: "rgba(0,0,0,0)",
        margin: { l: 8, r: 8, t: 8, b: 8, pad: 0 },
        colorway: [1, 2, 3, 4, 5, 6].map((i) => "var(--aw-series-" + i + ")"),
        colorscale: { sequential: range("seq", 8), diverging: range("div", 8) },
        coloraxis: { colorbar: bar },
        title: { font: { size: 14 }, x: 0, xanchor: "left" },
        xaxis: { ...axis, showgrid: false, ticks: "outside", ticklen: 4 },
        yaxis: { ...axis, showgrid: true, showline: false },
        legend: {
          orientation: "h",
          x: 0,
          y: 1,
          yanchor: "bottom",
          bgcolor: "rgba(0,0,0,0)",
          font: { color: "var(--aw-muted)" },
        },
        hoverlabel: {
          align: "left",
          bgcolor: "var(--aw-canvas)",
          bordercolor: "var(--aw-line-strong)",
          font: { ...font },
        },
        hovermode: "closest",
        dragmode: false,
        bargap: 0.25,
        barcornerradius: 2,
        geo: {
          fitbounds: false,
          projection: { type: "natural earth" },
          lataxis: { range: [-58, 85] },
          bgcolor: "rgba(0,0,0,0)",
          coastlinecolor: "var(--aw-coast)",
          countrycolor: "var(--aw-coast)",
          countrywidth: 0.5,
          framewidth: 0,
          lakecolor: "var(--aw-sea)",
          landcolor: "var(--aw-land)",
          oceancolor: "var(--aw-sea)",
          showcountries: true,
          showframe: false,
          showlakes: false,
          showland: true,
          showcoastlines: false,
        },
        annotationdefaults: { font: { size: 12, color: "var(--aw-muted)" }, showarrow: false },
        shapedefaults: { line: { color: "var(--aw-target)", width: 1 } },
      },
      data: {
        bar: [{ type: "bar", marker: { line: { width: 0 } } }],
        heatmap: [
          {
            type: "heatmap",
            xgap: 2,
            ygap: 2,
            hoverongaps: false,
            colorbar: bar,
            colorscale: range("seq", 8),
          },
        ],
        choropleth: [
          {
            type: "choropleth",
            colorbar: bar,
            colorscale: range("seq", 8),
            marker: { line: { color: "var(--aw-coast)", width: 0.5 } },
          },
        ],
        scatter: [{ type: "scatter", line: { width: 2 }, marker: { size: 6 } }],
      },
    };
  }

  // Figure with raw variables → figure to draw. `read(name)` gives a variable's value.
  function applyTheme(figure, read) {
    const layout = { ...(figure.layout || {}), template: template() };
    return { ...figure, data: resolve(figure.data || [], read), layout: resolve(layout, read) };
  }

  function reader() {
    const style = window.getComputedStyle(document.documentElement);
    return (name) => style.getPropertyValue(name).trim();
  }

  function config(given) {
    const lang = document.documentElement.lang || "en";
    return {
      displayModeBar: false,
      displaylogo: false,
      showSendToCloud: false,
      plotlyServerURL: "",
      topojsonURL: script ? new URL("../geo/", script.src).href : "/assets/geo/",
      locale: lang.startsWith("zh") ? "zh-CN" : "en",
      ...given,
    };
  }

  // customdata that is a local path, alone or first of a list, is the address behind the point.
  function address(point) {
    const data = point && point.customdata;
    const first = Array.isArray(data) ? data[0] : data;
    return window.afterwatch.url.isLocal(first) ? first : null;
  }

  function bindClicks(gd) {
    if (gd.afterwatchBound || typeof gd.on !== "function") {
      return;
    }
    gd.afterwatchBound = true;
    const target = () => gd.querySelector(".nsewdrag") || gd;
    gd.on("plotly_click", (event) => {
      const href = address(event.points[0]);
      if (href) {
        window.afterwatch.url.goTo(href);
      }
    });
    gd.on("plotly_hover", (event) => {
      target().style.cursor = address(event.points[0]) ? "pointer" : "";
    });
    gd.on("plotly_unhover", () => {
      target().style.cursor = "";
    });
  }

  function wrap(draw) {
    return function (gd, data, layout, settings) {
      const given = Array.isArray(data) ? { data, layout, config: settings } : data || {};
      const element = typeof gd === "string" ? document.getElementById(gd) : gd;
      const last = element.afterwatchFigure;
      const raw = { ...given, layout: structuredClone(given.layout || {}) };
      if (last && last.data === given.data) {
        restore(raw.layout, last.layout);
      }
      element.afterwatchFigure = raw;
      const themed = applyTheme({ ...raw, layout: structuredClone(raw.layout) }, reader());
      themed.config = config(given.config);
      return draw(element, themed).then((drawn) => {
        bindClicks(element);
        return drawn;
      });
    };
  }

  function redrawAll() {
    for (const gd of document.querySelectorAll(".js-plotly-plot")) {
      if (gd.afterwatchFigure) {
        window.Plotly.react(gd, gd.afterwatchFigure);
      }
    }
  }

  if (window.Plotly) {
    const purge = window.Plotly.purge;
    window.Plotly.react = wrap(window.Plotly.react);
    window.Plotly.newPlot = wrap(window.Plotly.newPlot);
    window.Plotly.purge = function (gd) {
      delete gd.afterwatchBound;
      delete gd.afterwatchFigure;
      return purge(gd);
    };
    window.addEventListener("afterwatch:theme", redrawAll);
  }

  window.afterwatch.figures = { address, applyTheme, config, redrawAll, resolve, restore, template };
})();
