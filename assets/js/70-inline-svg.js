// Elements with data-svg show that drawing. It is parsed as XML, never as HTML, and only what
// draws is taken over: no script, no handler, no address.
(function () {
  "use strict";

  const ATTRIBUTE = "data-svg";
  const NAMESPACE = "http://www.w3.org/2000/svg";
  const DRAWS = new Set([
    "svg",
    "g",
    "defs",
    "pattern",
    "title",
    "desc",
    "path",
    "line",
    "polyline",
    "polygon",
    "rect",
    "circle",
    "text",
    "tspan",
  ]);
  const shown = new WeakMap();

  function isSafe(attribute) {
    const name = attribute.name.toLowerCase();
    if (name.startsWith("on") || name === "href" || name === "xlink:href" || name === "style") {
      return false;
    }
    // A reference may point into the drawing itself only.
    return !/url\(\s*[^#\s]/i.test(attribute.value);
  }

  function purify(element) {
    for (const child of [...element.children]) {
      if (child.namespaceURI === NAMESPACE && DRAWS.has(child.localName)) {
        purify(child);
      } else {
        child.remove();
      }
    }
    for (const attribute of [...element.attributes]) {
      if (!isSafe(attribute)) {
        element.removeAttributeNode(attribute);
      }
    }
    return element;
  }

  function parse(text) {
    const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    if (root.localName !== "svg" || root.namespaceURI !== NAMESPACE) {
      return null;
    }
    return document.importNode(purify(root), true);
  }

  function update(element) {
    const text = element.getAttribute(ATTRIBUTE);
    // What is there already stays: a refresh that changes nothing moves nothing.
    if (shown.get(element) === text && (element.firstElementChild || !text)) {
      return;
    }
    shown.set(element, text);
    const drawing = text ? parse(text) : null;
    element.replaceChildren(...(drawing ? [drawing] : []));
  }

  function updateAll(root) {
    for (const element of root.querySelectorAll(`[${ATTRIBUTE}]`)) {
      update(element);
    }
  }

  function onMutations(mutations) {
    for (const mutation of mutations) {
      if (mutation.type === "attributes") {
        update(mutation.target);
        continue;
      }
      for (const node of mutation.addedNodes) {
        if (node.nodeType !== Node.ELEMENT_NODE) {
          continue;
        }
        if (node.hasAttribute(ATTRIBUTE)) {
          update(node);
        }
        updateAll(node);
      }
    }
  }

  new MutationObserver(onMutations).observe(document.documentElement, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: [ATTRIBUTE],
  });
  updateAll(document);

  window.afterwatch.inlineSvg = { parse, updateAll };
})();
