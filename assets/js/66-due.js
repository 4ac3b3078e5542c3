// Countdowns: elements with data-due show how long until that instant, or by how much it has passed.
// Only their text and class change, so nothing is drawn anew while somebody reads or types. Inside of
// [data-clock] the time is that of a drill: masked, and faster than the wall clock.
(function () {
  "use strict";

  const SOON_S = 15 * 60;
  const EVERY_MS = 1000;
  let words = null;

  function spoken() {
    if (!words || !words.dueIn) {
      words = window.afterwatch.rows.words();
    }
    return words;
  }

  // What a clock shows at the wall time; `clock` is {real, masked, speed, ended} or null. Pure.
  function shownBy(clock, wall) {
    if (!clock) {
      return wall;
    }
    const until = clock.ended ? Math.min(wall, Date.parse(clock.ended)) : wall;
    return Date.parse(clock.masked) + (until - Date.parse(clock.real)) * clock.speed;
  }

  function clockOf(element) {
    const holder = element.closest("[data-clock]");
    const text = holder ? holder.getAttribute("data-clock") : "";
    try {
      return text ? JSON.parse(text) : null;
    } catch {
      return null;
    }
  }

  // Seconds below two minutes, minutes otherwise: a number that always moves is noise. Pure.
  function span(seconds, lang) {
    const size = Math.abs(seconds);
    const whole = size < 120 ? Math.floor(size) : Math.floor(size / 60) * 60;
    return window.afterwatch.format.duration(whole, lang);
  }

  // What a countdown says and how it stands. Pure.
  function standing(due, now, said, lang) {
    const seconds = (Date.parse(due) - now) / 1000;
    const text = (seconds < 0 ? said.overdueBy : said.dueIn) || "{time}";
    return {
      text: text.replace("{time}", span(seconds, lang)),
      state: seconds < 0 ? "over" : seconds < SOON_S ? "soon" : "",
    };
  }

  function update(element, wall) {
    const due = element.getAttribute("data-due");
    if (!due) {
      return;
    }
    const now = shownBy(clockOf(element), wall);
    const { text, state } = standing(due, now, spoken());
    if (element.textContent !== text) {
      element.textContent = text;
    }
    if (element.getAttribute("data-state") !== state) {
      element.setAttribute("data-state", state);
    }
  }

  // The clock of a drill itself.
  function tell(element, wall) {
    const now = shownBy(clockOf(element), wall);
    const zone = element.closest("[data-tz]")?.getAttribute("data-tz") || undefined;
    const text = window.afterwatch.format.datetime(now, zone);
    if (element.textContent !== text) {
      element.textContent = text;
    }
  }

  function updateAll(root = document, wall = Date.now()) {
    for (const element of root.querySelectorAll("[data-due]")) {
      update(element, wall);
    }
    for (const element of root.querySelectorAll("[data-tells]")) {
      tell(element, wall);
    }
  }

  window.setInterval(() => {
    if (!document.hidden) {
      updateAll();
    }
  }, EVERY_MS);
  new MutationObserver((mutations) => {
    for (const mutation of mutations) {
      if (mutation.type === "attributes") {
        updateAll(mutation.target.parentElement || document);
      }
      for (const node of mutation.addedNodes) {
        if (node.nodeType === Node.ELEMENT_NODE && node.parentElement) {
          updateAll(node.parentElement);
        }
      }
    }
  }).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-due", "data-clock"],
    childList: true,
    subtree: true,
  });

  function due(instant, text, className) {
    const element = document.createElement("time");
    element.className = "aw-due " + (className || "");
    element.setAttribute("data-due", instant);
    element.dateTime = instant;
    element.title = text || "";
    return element;
  }

  window.afterwatch.due = { due, shownBy, span, standing, updateAll };
})();
