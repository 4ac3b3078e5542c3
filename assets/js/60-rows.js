// Tables, lists and alerts come as data: the element's data-rows is JSON from dashboard/rows.py,
// drawn here. Lines (data-spark) are small SVGs: fifty of them cost less than one chart.
(function () {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 120;
  const HEIGHT = 40;

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) {
      element.className = className;
    }
    if (text) {
      element.textContent = text;
    }
    return element;
  }

  function anchor(href, text, className) {
    if (!window.afterwatch.url.isLocal(href)) {
      return make("span", className, text);
    }
    const link = make("a", className, text);
    link.href = href;
    return link;
  }

  function time(instant, text) {
    const element = make("time", "", text);
    element.setAttribute("data-utc", instant);
    return element;
  }

  // ---- tables ----

  function bar(value, kind) {
    const holder = make("span", "aw-bar aw-bar--" + kind);
    holder.setAttribute("aria-hidden", "true");
    const fill = make("span", "aw-bar__fill");
    const share = 50 * Math.min(1, Math.abs(value));
    fill.style.width = share + "%";
    fill.style.left = (value < 0 ? 50 - share : 50) + "%";
    holder.append(fill);
    return holder;
  }

  function meter([value, low, high, target]) {
    const element = make("span", "aw-meter");
    element.setAttribute("aria-hidden", "true");
    for (const [name, part] of Object.entries({ value, low, high, target })) {
      if (part !== null && part !== undefined) {
        element.style.setProperty("--" + name, part);
      }
    }
    return element;
  }

  function fill(td, cell) {
    const text = cell.text || "";
    if (cell.href) {
      td.append(anchor(cell.href, text, "aw-link"));
    } else if (cell.at) {
      td.append(time(cell.at, text));
    } else if (cell.status) {
      td.append(make("span", "aw-status aw-status--" + cell.status, text));
    } else {
      td.append(text);
    }
    if (cell.sub) {
      td.append(" ", make("span", "aw-interval", cell.sub));
    }
    if (cell.bar !== undefined) {
      td.append(bar(cell.bar, cell.bar_kind || "neutral"));
    }
    if (cell.meter) {
      td.append(meter(cell.meter));
    }
    if (cell.spark) {
      const line = make("span", "aw-spark aw-spark--cell");
      line.setAttribute("data-spark", JSON.stringify({ values: cell.spark }));
      td.append(line);
    }
  }

  function tableRow(row, columns) {
    const tr = make("tr", row.small ? "aw-table__row--small" : "");
    if (row.small) {
      tr.title = words().tooSmall || "";
    }
    (row.cells || []).forEach((cell, index) => {
      const column = columns[index] || {};
      const td = make(index === 0 ? "th" : "td", column.num ? "aw-num" : "");
      if (index === 0) {
        td.scope = "row";
      }
      if (index === 0 && row.href && !cell.href) {
        fill(td, { ...cell, href: row.href });
      } else {
        fill(td, cell);
      }
      tr.append(td);
    });
    if (row.href) {
      tr.classList.add("aw-table__row--link");
    }
    return tr;
  }

  function table(data, label) {
    const wrap = make("div", "aw-table-wrap");
    wrap.tabIndex = 0;
    wrap.setAttribute("role", "region");
    wrap.setAttribute("aria-label", label);
    const element = make("table", "aw-table");
    const head = make("tr");
    for (const column of data.columns) {
      const th = make("th", column.num ? "aw-num" : "", column.label);
      th.scope = "col";
      if (column.title) {
        th.title = column.title;
      }
      head.append(th);
    }
    const thead = make("thead");
    thead.append(head);
    const tbody = make("tbody");
    tbody.append(...data.rows.map((row) => tableRow(row, data.columns)));
    element.append(thead, tbody);
    wrap.append(element);
    return wrap;
  }

  // ---- lists and alerts ----

  function item(row) {
    const li = make("li", "aw-list__item");
    li.append(anchor(row.href, row.title, "aw-list__main"));
    const side = make("span", "aw-list__side aw-num");
    if (row.status) {
      side.className += " aw-status aw-status--" + row.status;
    }
    side.append(row.at ? time(row.at, row.side) : row.side || "");
    li.append(side);
    if (row.note) {
      li.append(make("span", "aw-list__note", row.note));
    }
    return li;
  }

  function list(data) {
    const ul = make("ul", "aw-list");
    ul.append(...data.rows.map(item));
    return ul;
  }

  function alertBox(row) {
    const article = make("article", "aw-alert aw-alert--" + row.kind);
    const title = make("h3", "aw-alert__title");
    title.append(anchor(row.href, row.title));
    const evidence = make("p", "aw-alert__evidence", row.evidence);
    if (row.since) {
      evidence.append(" · ", row.since_text || "", " ", time(row.since, ""));
    }
    article.append(make("span", "aw-status aw-status--" + row.kind, row.word), title, evidence);
    return article;
  }

  function alerts(data) {
    const box = make("div", "aw-alerts");
    box.append(...data.rows.map(alertBox));
    return box;
  }

  // ---- lines ----

  function scale(parts) {
    const all = [parts.values, parts.compare, parts.low, parts.high]
      .filter(Boolean)
      .flat()
      .filter((value) => value !== null);
    if (parts.zero) {
      all.push(0);
    }
    let low = Math.min(...all);
    let high = Math.max(...all);
    const reach = (high - low) * 0.5 || 1;
    const target = parts.target;
    if (target !== undefined && target > low - reach && target < high + reach) {
      low = Math.min(low, target);
      high = Math.max(high, target);
    }
    const span = high - low || 1;
    return (value) => HEIGHT - 3 - ((value - low) / span) * (HEIGHT - 6);
  }

  // Points of a line; a gap (null) begins a new piece.
  function path(values, y) {
    const step = WIDTH / Math.max(1, values.length - 1);
    let pen = "M";
    const parts = [];
    values.forEach((value, index) => {
      if (value === null) {
        pen = "M";
      } else {
        parts.push(pen + (index * step).toFixed(1) + " " + y(value).toFixed(1));
        pen = "L";
      }
    });
    return parts.join("");
  }

  function bandPath(low, high, y) {
    if (low.some((value) => value === null) || high.some((value) => value === null)) {
      return "";
    }
    const back = path([...high].reverse(), y).replaceAll(/([ML])([\d.]+) /g, (_, pen, x) =>
      "L" + (WIDTH - Number(x)).toFixed(1) + " ");
    return path(low, y) + back + "Z";
  }

  function shape(tag, className, attributes) {
    const element = document.createElementNS(SVG, tag);
    element.setAttribute("class", className);
    for (const [name, value] of Object.entries(attributes)) {
      element.setAttribute(name, value);
    }
    return element;
  }

  function spark(parts) {
    const svg = shape("svg", "aw-spark__svg", {
      viewBox: "0 0 " + WIDTH + " " + HEIGHT,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    });
    if (!(parts.values || []).some((value) => value !== null)) {
      return svg;
    }
    const y = scale(parts);
    if (parts.low && parts.high) {
      svg.append(shape("path", "aw-spark__band", { d: bandPath(parts.low, parts.high, y) }));
    }
    const at = parts.target === undefined ? -1 : y(parts.target);
    if (at >= 0 && at <= HEIGHT) {
      svg.append(shape("path", "aw-spark__target", { d: "M0 " + at + "H" + WIDTH }));
    }
    if (parts.compare) {
      svg.append(shape("path", "aw-spark__compare", { d: path(parts.compare, y) }));
    }
    svg.append(shape("path", "aw-spark__line", { d: path(parts.values, y) }));
    return svg;
  }

  // ---- drawing where the data are ----

  const KINDS = { table, list, alerts };

  function words() {
    const holder = document.querySelector("[data-words]");
    return holder ? JSON.parse(holder.getAttribute("data-words")) : {};
  }

  function read(element, name) {
    try {
      return JSON.parse(element.getAttribute(name) || "null");
    } catch {
      return null;
    }
  }

  function draw(element) {
    const data = read(element, "data-rows");
    if (!data || !KINDS[data.kind]) {
      element.replaceChildren();
      return;
    }
    const wrap = element.firstElementChild;
    const drawn = KINDS[data.kind](data, element.getAttribute("data-label") || "", wrap);
    const scroll = wrap ? [wrap.scrollLeft, wrap.scrollTop] : [0, 0];
    const focused = wrap ? [...wrap.querySelectorAll("a, button")].indexOf(document.activeElement) : -1;
    if (drawn === wrap) {
      return; // changed in place, so that what is being typed in it stays
    }
    element.replaceChildren(drawn);
    [drawn.scrollLeft, drawn.scrollTop] = scroll;
    drawn.querySelectorAll("a, button")[focused]?.focus({ preventScroll: true });
  }

  function drawSpark(element) {
    const parts = read(element, "data-spark");
    element.replaceChildren(...(parts ? [spark(parts)] : []));
  }

  function drawAll(root) {
    for (const element of root.querySelectorAll("[data-rows]")) {
      draw(element);
    }
    for (const element of root.querySelectorAll("[data-spark]")) {
      drawSpark(element);
    }
  }

  new MutationObserver((mutations) => {
    for (const mutation of mutations) {
      if (mutation.type === "attributes") {
        (mutation.attributeName === "data-rows" ? draw : drawSpark)(mutation.target);
      }
      for (const node of mutation.addedNodes) {
        if (node.nodeType === Node.ELEMENT_NODE && node.parentElement) {
          drawAll(node.parentElement === node ? node : { querySelectorAll: (selector) => [
            ...(node.matches(selector) ? [node] : []), ...node.querySelectorAll(selector)] });
        }
      }
    }
  }).observe(document.body, {
    attributes: true,
    attributeFilter: ["data-rows", "data-spark"],
    childList: true,
    subtree: true,
  });

  window.afterwatch.rows = { KINDS, anchor, bandPath, drawAll, make, path, words };
})();
