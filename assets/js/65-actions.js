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
      input.rows = 2;
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

  function form(row, data) {
    const element = make("form", "aw-act__form");
    element.id = data.id + "-" + row.action;
    element.dataset.action = row.action;
    element.noValidate = true;
    element.hidden = true;
    element.append(...row.fields.map(labelled));
    const submit = make("button", "aw-button aw-button--primary", row.submit || row.label);
    submit.type = "submit";
    submit.setAttribute("data-acts", "");
    const refused = make("p", "aw-act__refused");
    refused.setAttribute("role", "alert");
    element.append(submit, refused);
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      const empty = [...element.querySelectorAll("[required]")].find((input) => !input.value.trim());
      refused.textContent = empty ? data.required || "" : "";
      if (empty) {
        empty.focus();
        return;
      }
      press(data.store, row.action, data.subject, data.version, values(element));
    });
    return element;
  }

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

  function opener(row, data, box) {
    const button = make("button", "aw-button", row.label);
    button.type = "button";
    button.setAttribute("data-opens", row.action);
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", data.id + "-" + row.action);
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

  // What was typed or opened before new rows arrived. What the reader has just done is done: its
  // form closes; somebody else's change leaves what is being typed.
  function kept(before, done) {
    const over = last && done === last.token ? last.action : null;
    const forms = [...before.querySelectorAll("form")].filter((one) => one.dataset.action !== over);
    const opened = before.querySelector('[data-opens][aria-expanded="true"]');
    const active = before.contains(document.activeElement) ? document.activeElement : null;
    return {
      opened: opened?.dataset.opens === over ? null : opened?.dataset.opens,
      values: new Map(forms.map((element) => [element.id, values(element)])),
      active: active && { form: active.closest("form")?.id, name: active.name },
    };
  }

  function restore(box, old) {
    for (const [id, known] of old.values) {
      const element = box.querySelector("#" + CSS.escape(id));
      for (const [name, value] of Object.entries(known)) {
        const input = element?.elements.namedItem(name);
        if (input) {
          input.value = value;
        }
      }
    }
    if (old.opened && box.querySelector('[data-opens="' + old.opened + '"]')) {
      open(box, old.opened, false);
    }
    if (old.active) {
      const element = old.active.form && box.querySelector("#" + CSS.escape(old.active.form));
      const input = old.active.name && element?.elements.namedItem(old.active.name);
      (input && !element.hidden ? input : box.querySelector("button"))?.focus({ preventScroll: true });
    }
  }

  KINDS.actions = function (data, label, before) {
    const box = make("div", "aw-act");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", label);
    const bar = make("div", "aw-act__bar");
    const forms = [];
    for (const row of data.rows) {
      if (row.fields && row.fields.length > 0) {
        bar.append(opener(row, data, box));
        forms.push(form(row, data));
      } else {
        bar.append(actButton(row, data));
      }
    }
    box.append(bar, ...forms);
    if (before) {
      const old = kept(before, data.done);
      queueMicrotask(() => restore(box, old)); // when it stands in the page
    }
    return box;
  };

  window.afterwatch.actions = { actButton, fresh, press, tokenFor };
  drawAll(document);
})();
