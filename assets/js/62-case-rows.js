// Facts and timeline of a case, two more kinds of rows that come as data (see 60-rows.js).
(function () {
  "use strict";

  const { KINDS, anchor, drawAll, make } = window.afterwatch.rows;

  KINDS.facts = function (data) {
    const list = make("dl", "aw-facts");
    for (const fact of data.rows) {
      const entry = make("div");
      const value = make("dd", fact.status ? "aw-status aw-status--" + fact.status : "");
      value.append(fact.href ? anchor(fact.href, fact.text, "aw-link") : fact.text || "");
      entry.append(make("dt", "", fact.label), value);
      if (fact.sub) {
        entry.append(make("dd", "aw-facts__sub", fact.sub));
      }
      list.append(entry);
    }
    return list;
  };

  function moment(row) {
    const item = make("li", "aw-timeline__item aw-timeline__item--" + row.kind);
    const when = make("div", "aw-timeline__time");
    const time = make("time", "", row.time);
    time.dateTime = row.at;
    when.append(time);
    if (row.local) {
      when.append(make("span", "aw-timeline__local", row.local));
    }
    const body = make("div", "aw-timeline__body");
    const head = make("div", "aw-timeline__head", row.head);
    if (row.note) {
      head.append(" ", make("span", "aw-timeline__note", row.note));
    }
    body.append(head);
    if (row.text) {
      const text = make("p", "aw-timeline__text", row.text);
      text.dir = row.dir || "auto";
      if (row.lang) {
        text.lang = row.lang;
      }
      body.append(text);
    }
    item.append(when, body);
    return item;
  }

  // Entries of a day stand under its heading; days off the screen are not laid out (CSS).
  KINDS.timeline = function (data, label) {
    const box = make("div", "aw-timeline");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", label);
    let day = null;
    let list = null;
    for (const row of data.rows) {
      if (row.day !== day) {
        day = row.day;
        const part = make("section", "aw-timeline__part");
        list = make("ol", "aw-timeline__list");
        part.append(make("h3", "aw-timeline__day", day), list);
        box.append(part);
      }
      list.append(moment(row));
    }
    return box;
  };

  drawAll(document);
})();
