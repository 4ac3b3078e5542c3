// Who is acting. The name stands in the top bar and in a store that the browser keeps; a button
// with data-acts asks for it first and then goes on with what was pressed.
(function () {
  "use strict";

  const FIELD = "shell-actor-name";
  const STORE = "shell-actor";
  const LONGEST = 100;
  let pressed = null;

  const clean = (name) => (name || "").replaceAll(/\s+/g, " ").trim().slice(0, LONGEST);

  // The field shows what the store holds, and what was typed a moment ago.
  function name() {
    return clean(document.getElementById(FIELD)?.value);
  }

  function remember(given) {
    const known = clean(given);
    window.dash_clientside.set_props(STORE, { data: known });
    window.dash_clientside.set_props(FIELD, { value: known });
    const field = document.getElementById(FIELD);
    if (field) {
      field.value = known; // the click that goes on must not wait for the next frame
    }
    return known;
  }

  // ---- the question ----

  const question = () => document.getElementById("aw-actor-question");

  function questionField() {
    const holder = question().querySelector("[data-actor-field]");
    let input = holder.querySelector("input");
    if (!input) {
      const label = document.createElement("label");
      label.append(holder.getAttribute("data-actor-field"));
      input = document.createElement("input");
      input.type = "text";
      input.className = "aw-field-native";
      input.maxLength = LONGEST;
      input.setAttribute("list", "aw-people");
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") {
          event.preventDefault();
          goOn();
        }
      });
      label.append(input);
      holder.append(label);
    }
    return input;
  }

  function ask(button) {
    const dialog = question();
    if (!dialog || dialog.open) {
      return;
    }
    pressed = button;
    questionField().value = "";
    dialog.showModal(); // traps the focus, closes on Escape, gives the focus back
    questionField().focus();
  }

  function goOn() {
    const given = clean(questionField().value);
    if (!given) {
      questionField().focus();
      return;
    }
    remember(given);
    const button = pressed;
    question().close();
    if (button && button.isConnected) {
      button.focus({ preventScroll: true });
      button.click();
    }
  }

  document.addEventListener(
    "click",
    (event) => {
      const target = event.target;
      const button = target.closest?.("[data-acts]");
      if (button && !button.disabled && !name()) {
        event.preventDefault();
        event.stopImmediatePropagation();
        ask(button);
        return;
      }
      const closing = target.closest?.("[data-dialog]");
      if (closing?.getAttribute("data-dialog") === "actor") {
        goOn();
      } else if (closing) {
        closing.closest("dialog").close();
      } else if (target.tagName === "DIALOG") {
        target.close(); // the backdrop
      }
    },
    true,
  );
  document.addEventListener("close", (event) => {
    if (event.target === question()) {
      pressed = null;
    }
  }, true);

  window.afterwatch.actor = { clean, name, remember };
})();
