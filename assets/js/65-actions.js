// Buttons that act. A press becomes one object in a store, which a callback reads:
// {action, subject, version, token, actor, fields}. The token is the same for the same press on the
// same state, so that a double click, or a click repeated on a slow line, is one action.
(function () {
  "use strict";

  const { KINDS, drawAll, make } = window.afterwatch.rows;
  const { actor } = window.afterwatch;
  const tokens = new Map();
  let last = null;

  // crypto.randomUUID exists on secure origins only; an office may serve this over plain http.
  function fresh() {
    const bytes = window.crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function tokenFor(what) {
    const key = JSON.stringify(what);
    if (!tokens.has(key)) {
      tokens.set(key, fresh());
    }
    return tokens.get(key);
  }

  function press(store, action, subject, version, fields) {
    const what = { action, subject: String(subject), version, fields, actor: actor.name() };
    // `at` makes pressing again arrive although nothing else differs.
    const data = { ...what, token: tokenFor(what), at: window.performance.now() };
    last = data;
    window.dash_clientside.set_props(store, { data });
  }

  // ---- fields of a form ----

  function choice(field) {
    const select = make("select", "aw-field-native");
    for (const [value, label] of field.options) {
      const option = make("option", "", label);
      option.value = value;
      select.append(option);
    }
    return select;
  }

  function control(field) {
    let input;
    if (field.kind === "choice") {
      input = choice(field);
    } else if (field.kind === "text") {
      input = make("textarea", "aw-field-native");
      input.rows = field.lines || 2;
    } else {
      input = make("input", "aw-field-native");
      input.type = field.kind === "line" || field.kind === "person" ? "text" : field.kind;
      if (field.kind === "person") {
        input.setAttribute("list", "aw-people");
        input.autocomplete = "off";
      }
    }
    input.name = field.name;
    input.value = field.value || (field.kind === "choice" ? field.options[0][0] : "");
    if (field.kind === "text" || field.kind === "line") {
      input.maxLength = field.longest || 1000;
    }
    input.required = Boolean(field.required);
    return input;
  }

  function labelled(field) {
    const label = make("label", "aw-act__field");
    label.append(make("span", "aw-act__label", field.label), control(field));
    if (field.note) {
      label.append(make("span", "aw-act__note", field.note));
    }
    return label;
  }

  function values(form) {
    const inputs = [...form.querySelectorAll("[name]")];
    return Object.fromEntries(inputs.map((input) => [input.name, input.value.trim()]));
  }

  function form(row, box) {
    const element = make("form", "aw-act__form");
    const data = box.awData;
    element.id = data.id + "-" + row.action;
    element.dataset.action = row.action;
    element.awSpec = specOf(row);
    element.noValidate = true;
    element.hidden = true;
    element.append(...row.fields.map(labelled));
    element.awFirst = JSON.stringify(values(element));
    const submit = make("button", "aw-button aw-button--primary", row.submit || row.label);
    submit.type = "submit";
    submit.setAttribute("data-acts", "");
    const refused = make("p", "aw-act__refused");
    refused.setAttribute("role", "alert");
    element.append(submit, refused);
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      const empty = [...element.querySelectorAll("[required]")].find((input) => !input.value.trim());
      refused.textContent = empty ? box.awData.required || "" : "";
      if (empty) {
        empty.focus();
        return;
      }
      const { store, subject, version } = box.awData; // as they are now, not when it was opened
      press(store, row.action, subject, version, { ...element.awValues, ...values(element) });
    });
    element.addEventListener("keydown", (event) => {
      const button = box.querySelector('[data-opens="' + CSS.escape(row.action) + '"]');
      if (event.key === "Escape" && button?.getAttribute("aria-expanded") === "true") {
        open(box, row.action); // shut again; what was typed stays in it
        button.focus();
      }
    });
    return element;
  }

  const specOf = (row) => JSON.stringify([row.fields, row.submit, row.label]);

  function open(box, action, focus = true) {
    for (const button of box.querySelectorAll("[data-opens]")) {
      const shown = button.getAttribute("data-opens") === action &&
        button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(shown));
      const target = box.querySelector("#" + CSS.escape(button.getAttribute("aria-controls")));
      target.hidden = !shown;
      if (shown && focus) {
        target.querySelector("[name]")?.focus();
      }
    }
  }

  function opener(row, box) {
    const button = make("button", "aw-button" + (row.primary ? " aw-button--primary" : ""), row.label);
    button.type = "button";
    button.setAttribute("data-opens", row.action);
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", box.awData.id + "-" + row.action);
    if (row.title) {
      button.setAttribute("aria-label", row.title);
    }
    button.addEventListener("click", () => open(box, row.action));
    return button;
  }

  // One button that acts at once; also used in the rows of a list.
  function actButton(row, data) {
    const button = make("button", "aw-button" + (row.primary ? " aw-button--primary" : ""), row.label);
    button.type = "button";
    button.setAttribute("data-acts", "");
    if (row.title) {
      button.setAttribute("aria-label", row.title);
    }
    button.addEventListener("click", () => {
      press(data.store, row.action, data.subject, data.version, row.values || {});
    });
    return button;
  }

  // New rows change the bar and leave a form alone that asks the same: what is being typed stays in
  // the very field it is typed in. What the reader has just done is done, and its form closes. A form
  // whose action is gone stays while it is open and somebody has written in it.
  function formFor(box, row, over) {
    const old = [...box.querySelectorAll("form")].find((one) => one.dataset.action === row.action);
    if (old && row.action !== over && old.awSpec === specOf(row)) {
      old.awValues = row.values;
      return old;
    }
    const fresh = form(row, box);
    fresh.awValues = row.values;
    if (old && row.action !== over && JSON.stringify(values(old)) !== old.awFirst) {
      for (const [name, value] of Object.entries(values(old))) {
        const input = fresh.elements.namedItem(name);
        if (input) {
          input.value = value;
        }
      }
    }
    if (old) {
      const active = old.contains(document.activeElement) ? document.activeElement.name : null;
      old.replaceWith(fresh);
      fresh.hidden = row.action === over || old.hidden;
      if (active && !fresh.hidden) {
        fresh.elements.namedItem(active)?.focus({ preventScroll: true });
      }
    } else {
      box.append(fresh);
    }
    return fresh;
  }

  const isWritten = (one) => !one.hidden && JSON.stringify(values(one)) !== one.awFirst;

  KINDS.actions = function (data, label, before) {
    const box = before?.classList.contains("aw-act") ? before : make("div", "aw-act");
    const mine = last && data.done === last.token && String(data.subject) === last.subject;
    const over = mine && box.awOver !== data.done ? last.action : null; // closed once, not again
    box.awOver = data.done;
    box.awData = data;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", label);
    const old = box.querySelector(".aw-act__bar");
    const focused = old?.contains(document.activeElement) ? document.activeElement : null;
    const bar = make("div", "aw-act__bar");
    const shown = new Set();
    for (const row of data.rows) {
      if (row.fields && row.fields.length > 0) {
        const its = formFor(box, row, over);
        shown.add(its);
        const button = opener(row, box);
        button.setAttribute("aria-expanded", String(!its.hidden));
        bar.append(button);
      } else {
        bar.append(actButton(row, data));
      }
    }
    for (const one of box.querySelectorAll("form")) {
      if (shown.has(one)) {
        continue;
      }
      const button = old?.querySelector('[data-opens="' + one.dataset.action + '"]');
      if (one.dataset.action !== over && button && isWritten(one)) {
        bar.append(button);
      } else {
        one.remove();
      }
    }
    if (old) {
      old.replaceWith(bar);
    } else {
      box.prepend(bar);
    }
    if (focused) {
      const same = [...bar.querySelectorAll("button")].find(
        (button) => button.textContent === focused.textContent,
      );
      (same || bar.querySelector("button"))?.focus({ preventScroll: true });
    }
    return box;
  };

  // Bars that were not drawn anew still close the form of what was done in them.
  function settle(root, done) {
    for (const box of root.querySelectorAll(".aw-act")) {
      if (box.awData && last && done === last.token && box.awOver !== done &&
          String(box.awData.subject) === last.subject) {
        KINDS.actions({ ...box.awData, done }, box.getAttribute("aria-label"), box);
      }
    }
  }

  window.afterwatch.actions = { settle, actButton, fresh, press, tokenFor };
  drawAll(document);
})();
