// The filter bar ⇄ the view ⇄ the address. The view is one canonical query string, written as
// dashboard/url_filter.py writes it: fixed order of keys, defaults left out, "*" for unknown.
(function () {
  "use strict";

  const { url } = window.afterwatch;
  const UNKNOWN = "*";
  const IN_BAR = ["market", "category", "channel", "language", "carrier"];
  const nothing = () => window.dash_clientside.no_update;

  function bar() {
    return document.getElementById("shell-filters");
  }

  const keys = url.filterKeys;

  // "a=1&b=2,3" → {a: "1", b: "2,3"}: values stay as they are written.
  function raw(query) {
    const parts = {};
    for (const pair of (query || "").replace(/^\?/, "").split("&")) {
      const cut = pair.indexOf("=");
      if (cut > 0) {
        parts[pair.slice(0, cut)] = pair.slice(cut + 1);
      }
    }
    return parts;
  }

  function join(parts, order) {
    return order.filter((key) => parts[key]).map((key) => key + "=" + parts[key]).join("&");
  }

  function written(values) {
    const quoted = (value) => (value === UNKNOWN ? UNKNOWN : url.encode({ v: value }).slice(2));
    return (values || []).map(quoted).join(",");
  }

  function query(controls, current, defaults) {
    const parts = raw(current);
    const custom = controls.range === "custom";
    parts.range = controls.range === "28d" ? "" : controls.range;
    parts.from = custom ? controls.from : "";
    parts.to = custom ? controls.to : "";
    parts.compare = controls.compare === "previous" ? "" : controls.compare;
    for (const name of IN_BAR) {
      parts[name] = written(controls[name]);
    }
    parts.currency = controls.currency === defaults.currency ? "" : controls.currency;
    parts.zone = controls.zone === defaults.zone ? "" : written([controls.zone]);
    return join(parts, keys());
  }

  function setView(next) {
    window.dash_clientside.set_props("shell-asked", { data: next });
  }

  // ---- the browser's own date fields ----

  function dateField(holder) {
    let field = holder.querySelector("input");
    if (!field) {
      field = document.createElement("input");
      field.type = "date";
      field.id = holder.id + "-field";
      // While a year is typed the field has wrong dates; blur and pick tell the whole one.
      field.addEventListener("change", () => {
        if (document.activeElement !== field || !field.dataset.typing) {
          tell(holder, field);
        }
      });
      field.addEventListener("keydown", (event) => {
        field.dataset.typing = event.key === "Enter" ? "" : "yes";
        if (event.key === "Enter") {
          tell(holder, field);
        }
      });
      field.addEventListener("blur", () => {
        field.dataset.typing = "";
        tell(holder, field);
      });
      holder.append(field);
    }
    const value = holder.getAttribute("data-value") || "";
    if (field.value !== value && document.activeElement !== field) {
      field.value = value;
    }
  }

  function tell(holder, field) {
    if (field.value !== (holder.getAttribute("data-value") || "")) {
      window.dash_clientside.set_props(holder.id, { "data-value": field.value });
    }
  }

  new MutationObserver((mutations) => {
    for (const mutation of mutations) {
      if (mutation.type === "attributes" && mutation.target.classList.contains("aw-date")) {
        dateField(mutation.target);
      }
      for (const node of mutation.addedNodes) {
        if (node.nodeType === Node.ELEMENT_NODE && !node.closest(".aw-date")) {
          node.querySelectorAll(".aw-date").forEach(dateField);
        }
      }
    }
  }).observe(document.body, {
    attributes: true,
    attributeFilter: ["data-value"],
    childList: true,
    subtree: true,
  });

  // ---- chips ----

  function chip(text, title, onClick) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "aw-chip";
    button.title = title;
    button.setAttribute("aria-label", title + ": " + text);
    button.append(text);
    const cross = document.createElement("span");
    cross.className = "aw-icon aw-icon--x-lg";
    cross.setAttribute("aria-hidden", "true");
    button.append(cross);
    button.addEventListener("click", onClick);
    return button;
  }

  function without(parts, key, value) {
    const left = parts[key].split(",").filter((other) => other !== value);
    return join({ ...parts, [key]: left.join(",") }, keys());
  }

  function label(key, value, options, words) {
    const plain = value === UNKNOWN ? UNKNOWN : decodeURIComponent(value);
    const found = (options[key] || []).find((option) => option.value === plain);
    return found ? found.label : plain === UNKNOWN ? words.unknown : plain;
  }

  function drawChips(view, options) {
    const element = bar();
    const holder = element && element.querySelector(".aw-chips");
    if (!holder) {
      return;
    }
    const words = window.afterwatch.rows.words();
    const names = JSON.parse(element.getAttribute("data-dimensions"));
    const parts = raw(view);
    const chips = [];
    for (const [key, name] of Object.entries(names)) {
      for (const value of parts[key] ? parts[key].split(",") : []) {
        const text = name + ": " + label(key, value, options, words);
        chips.push(chip(text, words.remove, () => setView(without(parts, key, value))));
      }
    }
    if (view) {
      const reset = document.createElement("button");
      reset.type = "button";
      reset.className = "aw-button aw-button--quiet aw-chips__reset";
      reset.textContent = words.reset;
      reset.addEventListener("click", () => setView(""));
      chips.push(reset);
    }
    holder.replaceChildren(...chips);
    element.querySelector(".aw-count").textContent = view ? String(view.split("&").length) : "";
    element.toggleAttribute("data-custom", parts.range === "custom");
  }

  Object.assign(window.dash_clientside.afterwatch, {
    // An address was opened: ask the server what it means, unless it is the present view.
    askedView(_pathname, _search, current) {
      const asked = url.pick(window.location.search, keys());
      if (current === asked) {
        return nothing();
      }
      return asked;
    },

    // A control was changed: the new view, if it is one and is new.
    collectView(...values) {
      const names = ["range", "from", "to", "compare", ...IN_BAR, "currency", "zone", "current"];
      const controls = Object.fromEntries(names.map((name, index) => [name, values[index]]));
      const element = bar();
      const custom = controls.range === "custom";
      element.toggleAttribute("data-custom", custom);
      if (custom && !(controls.from && controls.to && controls.from <= controls.to)) {
        return nothing();
      }
      const defaults = {
        currency: element.getAttribute("data-currency"),
        zone: element.getAttribute("data-zone"),
      };
      const next = query(controls, controls.current, defaults);
      return next === (controls.current || "") ? nothing() : next;
    },

    // The view changed: the address and the chips follow.
    showView(view, ...options) {
      if (view === null || view === undefined) {
        return nothing();
      }
      url.writeFilters(view);
      drawChips(view, Object.fromEntries(IN_BAR.map((name, index) => [name, options[index]])));
      return view;
    },
  });

  window.afterwatch.filterBar = { join, query, raw, without };
})();
