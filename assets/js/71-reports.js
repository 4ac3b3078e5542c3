// The page of a report: decisions, comments beside their figures, printing. What is shown arrives
// as data; a figure that is commented on opens the one form there is, about itself.
(function () {
  "use strict";

  const { KINDS, anchor, make } = window.afterwatch.rows;
  const { actButton } = window.afterwatch.actions;
  const { actor } = window.afterwatch;

  // ---- decisions ----

  function decision(row) {
    const item = make("li", "aw-decision" + (row.over ? " aw-decision--over" : ""));
    const head = make("div", "aw-decision__head");
    const text = make("p", "aw-decision__text");
    text.append(row.href ? anchor(row.href, row.text) : row.text);
    head.append(text, make("span", "aw-status aw-status--" + row.status, row.word));
    item.append(head, make("p", "aw-decision__note", row.note));
    return item;
  }

  KINDS["report-decisions"] = function (data) {
    const list = make("ul", "aw-decisions");
    list.append(...data.rows.map(decision));
    return list;
  };

  // ---- comments ----

  function comment(row, data, isBeside) {
    const item = make("li", "aw-remark");
    const head = make("p", "aw-remark__head");
    head.append(make("strong", "", row.by), " ", make("span", "aw-interval", row.at));
    if (row.on && !isBeside) {
      const on = make(row.anchor ? "a" : "span", "aw-link", row.on);
      if (row.anchor) {
        on.href = "#" + row.anchor;
      }
      head.append(" · ", on);
    }
    const text = make("p", "aw-remark__text", row.text);
    item.append(head, text);
    if (!isBeside && row.by === actor.name()) {
      const own = { store: data.store, subject: row.key, version: row.version };
      const button = actButton({ action: "withdraw", label: data.withdraw }, own);
      button.classList.add("aw-button--quiet");
      item.append(button);
    }
    return item;
  }

  function besideFigures(data) {
    for (const place of document.querySelectorAll("[data-figure]")) {
      const mine = data.rows.filter((row) => row.figure === place.getAttribute("data-figure"));
      if (!mine.length) {
        place.replaceChildren();
        continue;
      }
      const list = make("ul", "aw-remarks");
      list.append(...mine.map((row) => comment(row, data, true)));
      place.replaceChildren(list);
    }
  }

  KINDS["report-comments"] = function (data) {
    const list = make("ul", "aw-remarks");
    list.append(...data.rows.map((row) => comment(row, data, false)));
    besideFigures(data);
    return list;
  };

  // Whoever acts under another name may take other comments back.
  document.addEventListener("change", (event) => {
    const box = document.getElementById("report-comments");
    if (event.target.id === "shell-actor-name" && box) {
      box.setAttribute("data-rows", box.getAttribute("data-rows") || "");
    }
  });

  // ---- a comment on a figure ----

  function commentOn(key) {
    const bar = document.querySelector("#report-comments-bar .aw-act");
    const opener = bar?.querySelector('[data-opens="comment"]');
    const form = bar?.querySelector("form");
    if (!opener || !form) {
      return;
    }
    if (form.hidden) {
      opener.click();
    }
    const about = form.elements.namedItem("figure");
    if ([...about.options].some((option) => option.value === key)) {
      about.value = key;
    }
    form.scrollIntoView({ block: "center" });
    form.elements.namedItem("text").focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-comment], [data-print]");
    if (button?.hasAttribute("data-print")) {
      window.print();
    } else if (button) {
      commentOn(button.getAttribute("data-comment"));
    }
  });
})();
