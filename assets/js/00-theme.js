// Runs in <head> before anything is painted, so that a dark page never flashes white.
(function () {
  "use strict";

  const STORAGE_KEY = "afterwatch-theme";
  const RAIL_KEY = "afterwatch-rail";
  const root = document.documentElement;

  // What the person chose wins over what the system prefers.
  function choose(stored, prefersDark) {
    if (stored === "light" || stored === "dark") {
      return stored;
    }
    return prefersDark ? "dark" : "light";
  }

  // localStorage throws where cookies are blocked; the choice then lasts for the page only.
  function read(key) {
    try {
      return window.localStorage.getItem(key);
    } catch {
      return null;
    }
  }

  function write(key, value) {
    try {
      window.localStorage.setItem(key, value);
    } catch {
      /* not stored */
    }
  }

  function current() {
    return root.getAttribute("data-bs-theme") === "dark" ? "dark" : "light";
  }

  function apply(theme) {
    root.setAttribute("data-bs-theme", theme);
    root.setAttribute("data-ag-theme-mode", theme);
    window.dispatchEvent(new CustomEvent("afterwatch:theme", { detail: theme }));
  }

  function toggle() {
    const theme = current() === "dark" ? "light" : "dark";
    write(STORAGE_KEY, theme);
    apply(theme);
    return theme;
  }

  const system = window.matchMedia("(prefers-color-scheme: dark)");
  apply(choose(read(STORAGE_KEY), system.matches));
  system.addEventListener("change", (event) => {
    apply(choose(read(STORAGE_KEY), event.matches));
  });

  if (read(RAIL_KEY) === "collapsed") {
    root.setAttribute("data-rail", "collapsed");
  }

  // Paper is white whatever the screen was.
  let beforePrint = null;
  window.addEventListener("beforeprint", () => {
    beforePrint = current();
    apply("light");
  });
  window.addEventListener("afterprint", () => {
    if (beforePrint) {
      apply(beforePrint);
    }
  });

  window.afterwatch = Object.assign(window.afterwatch || {}, {
    theme: { apply, choose, current, toggle },
    storage: { read, write, RAIL_KEY },
  });
})();
