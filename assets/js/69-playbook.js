// What the page of a playbook draws: its steps, phase by phase.
(function () {
  "use strict";

  const { KINDS, drawAll, make } = window.afterwatch.rows;

  function times(row) {
    const box = make("div", "aw-plan__due");
    for (const due of row.due || []) {
      const time = make("span", "aw-plan__time");
      if (due.level) {
        time.append(make("span", "aw-plan__level", due.level), " ");
      }
      time.append(make("span", "aw-num", due.text));
      box.append(time);
    }
    if (row.since) {
      box.append(make("span", "aw-plan__sub", row.since));
    }
    return box;
  }

  function who(row) {
    const box = make("div", "aw-plan__who");
    box.append(make("span", "", row.who), make("span", "aw-plan__sub", row.how));
    return box;
  }

  function what(row) {
    const box = make("div", "aw-plan__what");
    box.append(make("p", "aw-plan__title", row.title));
    for (const note of row.notes || []) {
      box.append(make("p", "aw-plan__note", note));
    }
    if (row.text) {
      box.append(make("p", "aw-plan__text", row.text));
    }
    return box;
  }

  KINDS["playbook-steps"] = function (data, label) {
    const list = make("ol", "aw-plan");
    list.setAttribute("aria-label", label);
    for (const row of data.rows) {
      const step = make("li", "aw-plan__step");
      step.id = "step-" + row.key;
      step.value = row.n;
      const number = make("span", "aw-plan__n aw-num", String(row.n));
      number.setAttribute("aria-hidden", "true");
      step.append(number, what(row), who(row), times(row));
      list.append(step);
    }
    return list;
  };

  drawAll(document);
})();
