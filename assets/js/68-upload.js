// Files that are sent: a native field (so that the keyboard works) inside of a label that takes what
// is dropped on it. The file goes as the body of a request; the answer is {done, text, status}.
(function () {
  "use strict";

  const { KINDS, drawAll, make } = window.afterwatch.rows;
  const { actor } = window.afterwatch;
  const { fresh } = window.afterwatch.actions;

  function control(field) {
    const label = make("label", "aw-act__field");
    label.append(make("span", "aw-act__label", field.label));
    const input = make(field.options ? "select" : "input", "aw-field-native");
    for (const [value, text] of field.options || []) {
      const option = make("option", "", text);
      option.value = value;
      input.append(option);
    }
    input.name = field.name;
    if (!field.options) {
      input.type = "text";
      input.maxLength = 300;
      input.autocomplete = "off";
      input.spellcheck = false;
    }
    label.append(input);
    return label;
  }

  // The options of a field may change while what is chosen stays.
  function renew(box, fields) {
    for (const field of fields) {
      const old = box.querySelector('[name="' + field.name + '"]');
      if (old && field.options && old !== document.activeElement) {
        const chosen = old.value;
        const label = control(field);
        old.closest("label").replaceWith(label);
        const select = label.querySelector("select");
        select.value = [...select.options].some((option) => option.value === chosen) ? chosen : "";
      }
    }
  }

  function say(box, text, status) {
    const outcome = box.querySelector(".aw-upload__outcome");
    outcome.className = "aw-upload__outcome" + (status ? " aw-status aw-status--" + status : "");
    outcome.textContent = text;
  }

  const filled = (template, file) => template.replace("{name}", file.name);

  async function answerOf(data, box, file) {
    const query = new URLSearchParams({ name: file.name });
    for (const input of box.querySelectorAll("select, input[type=text]")) {
      query.set(input.name, input.value.trim());
    }
    const response = await window.fetch(data.url + "?" + query, {
      method: "POST",
      headers: {
        "Content-Type": file.type || "application/octet-stream",
        "X-Afterwatch-Actor": encodeURIComponent(actor.name()),
        "X-Afterwatch-Token": fresh(),
      },
      body: file,
    });
    if (!response.ok) {
      throw new Error(String(response.status));
    }
    return response.json();
  }

  async function send(box, file) {
    const data = box.awData;
    if (!file || box.awBusy) {
      return;
    }
    if (data.most && file.size > data.most) {
      say(box, filled(data.large, file), "breach");
      return;
    }
    box.awBusy = true;
    box.setAttribute("aria-busy", "true");
    say(box, filled(data.busy, file), "info");
    try {
      const answer = await answerOf(data, box, file);
      say(box, answer.text, answer.status);
      if (answer.done && data.store) {
        window.dash_clientside.set_props(data.store, { data: answer.done });
      }
    } catch {
      say(box, data.failed, "breach");
    } finally {
      box.awBusy = false;
      box.removeAttribute("aria-busy");
    }
  }

  // Whoever files something has a name; the question comes first, and the file is sent after it.
  function begin(box) {
    const input = box.querySelector("input[type=file]");
    const file = box.awFile || input.files[0];
    box.awFile = null;
    input.value = "";
    send(box, file);
  }

  function chosen(box, file) {
    box.awFile = file;
    if (file) {
      box.querySelector(".aw-upload__send").click();
    }
  }

  function drop(data, box) {
    const zone = make("label", "aw-upload__drop");
    const input = make("input", "aw-upload__file");
    input.type = "file";
    input.id = data.id + "-input";
    input.addEventListener("change", () => chosen(box, input.files[0]));
    zone.append(
      input,
      make("span", "aw-upload__label", data.label),
      make("span", "aw-act__note", data.note),
    );
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.add("is-over");
      });
    }
    for (const name of ["dragleave", "drop"]) {
      zone.addEventListener(name, () => zone.classList.remove("is-over"));
    }
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      chosen(box, event.dataTransfer.files[0]);
    });
    return zone;
  }

  KINDS.upload = function (data, label, before) {
    if (before?.classList.contains("aw-upload")) {
      before.awData = data;
      renew(before, data.fields);
      return before;
    }
    const box = make("div", "aw-upload");
    box.awData = data;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", label);
    const go = make("button", "aw-upload__send");
    go.type = "button";
    go.tabIndex = -1;
    go.hidden = true;
    if (data.store) {
      go.setAttribute("data-acts", "");
    }
    go.addEventListener("click", () => begin(box));
    const outcome = make("p", "aw-upload__outcome");
    outcome.setAttribute("role", "status");
    const fields = make("div", "aw-upload__fields");
    fields.append(...data.fields.map(control));
    box.append(fields, drop(data, box), go, outcome);
    return box;
  };

  drawAll(document);
})();
