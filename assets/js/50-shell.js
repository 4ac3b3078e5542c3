// The shell's buttons, links and keys. One listener per kind of event on the document, so nothing
// has to be bound again when a screen changes.
(function () {
  "use strict";

  const { storage, theme, url } = window.afterwatch;
  const root = document.documentElement;
  const SCREENS = { o: "/", i: "/alerts", c: "/complaints", s: "/sla", a: "/cases" };
  const CHORD_MS = 1500;

  // ---- buttons ----

  function setFilters(open) {
    root.toggleAttribute("data-filters", open);
    if (open) {
      root.setAttribute("data-filters", "open");
    }
    for (const button of document.querySelectorAll('[data-action="toggle-filters"]')) {
      button.setAttribute("aria-expanded", String(open));
    }
  }

  function setRail(collapsed) {
    root.toggleAttribute("data-rail", collapsed);
    if (collapsed) {
      root.setAttribute("data-rail", "collapsed");
    }
    storage.write(storage.RAIL_KEY, collapsed ? "collapsed" : "open");
    window.dispatchEvent(new Event("resize")); // charts fill the width that became free
  }

  function setLanguage(code) {
    document.cookie = "afterwatch_lang=" + encodeURIComponent(code) +
      ";path=/;max-age=31536000;samesite=lax";
    window.location.reload();
  }

  const ACTIONS = {
    "toggle-theme": () => theme.toggle(),
    "toggle-rail": () => setRail(root.getAttribute("data-rail") !== "collapsed"),
    "toggle-filters": () => setFilters(root.getAttribute("data-filters") !== "open"),
    "set-language": (button) => setLanguage(button.getAttribute("data-value")),
    print: () => window.print(),
  };

  // ---- links ----

  // The address of a rail link with the filters that the other screen knows too.
  function withFilters(href, search, keys) {
    const [path, own] = href.split("?");
    const query = url.join(own, url.pick(search, keys));
    return path + (query ? "?" + query : "");
  }

  // Which of the links is the present screen: the longest one the path begins with.
  function currentLink(hrefs, pathname) {
    let best = -1;
    hrefs.forEach((href, index) => {
      const path = href.split("?")[0].replace(/\/$/, "");
      const matches = pathname === path || pathname.startsWith(path + "/");
      const exactRoot = path !== "" || pathname === "/";
      if (matches && exactRoot && (best < 0 || path.length > hrefs[best].split("?")[0].length)) {
        best = index;
      }
    });
    return best;
  }

  function markCurrent() {
    // The phone's sheet shows some of the links once more.
    const sheet = [...document.querySelectorAll(".aw-more a.aw-rail__link")];
    const links = [...document.querySelectorAll(".aw-rail__links a.aw-rail__link")];
    mark(links);
    const here = links.find((link) => link.hasAttribute("aria-current"))?.getAttribute("href");
    for (const link of sheet) {
      current(link, link.getAttribute("href") === here);
    }
    const more = document.querySelector(".aw-rail__more");
    more?.classList.toggle("active", sheet.some((link) => link.hasAttribute("aria-current")));
  }

  function current(link, isHere) {
    if (isHere) {
      link.setAttribute("aria-current", "page");
    } else {
      link.removeAttribute("aria-current");
    }
  }

  function mark(links) {
    const index = currentLink(
      links.map((link) => link.getAttribute("href") || ""),
      window.location.pathname,
    );
    links.forEach((link, i) => current(link, i === index));
  }

  function plainClick(event) {
    return event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  }

  // A file, another window or a page outside the router is left to the browser.
  function isScreenLink(link) {
    const href = link.getAttribute("href");
    return (
      url.isLocal(href) &&
      !link.hasAttribute("download") &&
      !link.hasAttribute("data-reload") &&
      (!link.target || link.target === "_self") &&
      !/\.[a-z0-9]{2,5}(?:$|\?)/i.test(href.split("?")[0])
    );
  }

  function onRailClick(event) {
    const link = event.target.closest?.(".aw-rail a[href]");
    if (!link || !plainClick(event) || !isScreenLink(link)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation(); // dcc.Link would go to the address without the filters
    url.goTo(withFilters(link.getAttribute("href"), window.location.search, url.filterKeys()));
  }

  function onClick(event) {
    const target = event.target;
    if (!target.closest) {
      return;
    }
    const button = target.closest("[data-action]");
    if (button && ACTIONS[button.getAttribute("data-action")]) {
      ACTIONS[button.getAttribute("data-action")](button);
      return;
    }
    if (event.defaultPrevented || !plainClick(event)) {
      return;
    }
    const link = target.closest("a[href]");
    if (link) {
      if (link.classList.contains("aw-skip")) {
        event.preventDefault();
        document.getElementById("aw-main")?.focus();
      } else if (isScreenLink(link)) {
        event.preventDefault();
        url.goTo(link.getAttribute("href"));
      }
      return;
    }
    target.closest(".aw-table__row--link")?.querySelector("a[href]")?.click();
  }

  // ---- keys ----

  function isTyping(element) {
    return Boolean(
      element &&
        (/^(?:INPUT|TEXTAREA|SELECT)$/.test(element.tagName) ||
          element.isContentEditable ||
          element.closest('[role="listbox"], .ag-root, .dash-dropdown-content')),
    );
  }

  // (previous key if recent, key) → what to do. Pure, so it can be tested by itself.
  function shortcut(before, key) {
    if (before === "g" && SCREENS[key]) {
      return { go: SCREENS[key] };
    }
    if (key === "/") {
      return { focus: "filters" };
    }
    if (key === "t") {
      return { action: "toggle-theme" };
    }
    return null;
  }

  let last = { key: null, at: 0 };

  function focusFilters() {
    setFilters(true);
    const selector = "button:not([data-action]), input, select, [tabindex='0']";
    document.querySelector(".aw-filters__body")?.querySelector(selector)?.focus();
  }

  function onKey(event) {
    if (event.key === "Escape" && root.getAttribute("data-filters") === "open") {
      setFilters(false);
      document.querySelector('[data-action="toggle-filters"]')?.focus();
      return;
    }
    if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) {
      return;
    }
    const recent = event.timeStamp - last.at < CHORD_MS ? last.key : null;
    last = { key: event.key, at: event.timeStamp };
    const what = shortcut(recent, event.key);
    if (!what) {
      return;
    }
    event.preventDefault();
    if (what.go) {
      const link = [...document.querySelectorAll(".aw-rail__links a.aw-rail__link")].find(
        (item) => (item.getAttribute("href") || "").split("?")[0] === what.go,
      );
      link?.click();
    } else if (what.focus) {
      focusFilters();
    } else {
      ACTIONS[what.action]();
    }
  }

  // ---- a hidden tab asks for nothing ----

  function onVisibility() {
    const id = document.querySelector("[data-refresh-interval]")?.getAttribute("data-refresh-interval");
    if (!id || !window.dash_clientside?.set_props) {
      return;
    }
    const back = { disabled: false, n_intervals: Math.round(window.performance.now()) };
    window.dash_clientside.set_props(id, document.hidden ? { disabled: true } : back);
  }

  // ---- toasts ----

  function toast(text, kind = "info", seconds = 6) {
    const holder = document.querySelector(".aw-toasts");
    if (!holder || !text) {
      return null;
    }
    const item = document.createElement("div");
    item.className = "aw-toast is-shown aw-toast--" + kind;
    item.setAttribute("role", kind === "breach" ? "alert" : "status");
    item.textContent = text;
    holder.append(item);
    window.setTimeout(() => item.remove(), seconds * 1000);
    return item;
  }

  document.addEventListener("click", onRailClick, true);
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", onVisibility);
  window.addEventListener("popstate", markCurrent);
  window.addEventListener("_dashprivate_pushstate", () => {
    setFilters(false);
    markCurrent();
  });
  new MutationObserver((mutations) => {
    if (mutations.some((mutation) => mutation.addedNodes.length > 0)) {
      markCurrent();
    }
  }).observe(document.body, { childList: true, subtree: true });

  window.afterwatch.shell = { currentLink, isScreenLink, shortcut, toast, withFilters };
})();
