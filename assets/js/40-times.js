// Elements with data-utc show that instant in the reader's language and zone. The text the server
// sent stays where the instant cannot be read.
(function () {
  "use strict";

  const EVERY_MS = 30_000;
  const ATTRIBUTES = ["data-utc", "data-format", "data-tz"];

  function text(element, now) {
    const { format } = window.afterwatch;
    const holder = element.closest("[data-tz]");
    const zone = holder ? holder.getAttribute("data-tz") : undefined;
    const value = element.getAttribute("data-utc");
    if (!format.instant(value)) {
      return null;
    }
    const shape = element.getAttribute("data-format") || "ago";
    return {
      shown: shape === "ago" ? format.ago(value, now, zone) : format[shape](value, zone),
      title: format.full(value, zone),
    };
  }

  function update(element, now) {
    const result = text(element, now);
    if (result && element.textContent !== result.shown) {
      element.textContent = result.shown;
    }
    if (result && element.title !== result.title) {
      element.title = result.title;
    }
  }

  function updateAll(root = document, now = Date.now()) {
    for (const element of root.querySelectorAll("[data-utc]")) {
      update(element, now);
    }
  }

  function onMutations(mutations) {
    const now = Date.now();
    for (const mutation of mutations) {
      if (mutation.type === "attributes") {
        const holder = mutation.attributeName === "data-tz" ? mutation.target : null;
        if (mutation.target.hasAttribute("data-utc")) {
          update(mutation.target, now);
        }
        if (holder) {
          updateAll(holder, now);
        }
      }
      for (const node of mutation.addedNodes) {
        if (node.nodeType === Node.ELEMENT_NODE) {
          if (node.hasAttribute("data-utc")) {
            update(node, now);
          }
          updateAll(node, now);
        }
      }
    }
  }

  new MutationObserver(onMutations).observe(document.documentElement, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ATTRIBUTES,
  });
  window.setInterval(() => {
    if (!document.hidden) {
      updateAll();
    }
  }, EVERY_MS);
  updateAll();

  window.afterwatch.times = { text, updateAll };
})();
