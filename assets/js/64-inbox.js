// The rows of the inbox, one more kind of rows that come as data (see 60-rows.js).
(function () {
  "use strict";

  const { KINDS, anchor, drawAll, make } = window.afterwatch.rows;

  function note(part) {
    const item = make("span", "aw-inbox__note", part.text);
    if (part.at) {
      const time = make("time");
      time.setAttribute("data-utc", part.at);
      item.append(" ", time);
    }
    return item;
  }

  function incident(row, data) {
    const item = make("li", "aw-inbox__row aw-inbox__row--" + row.status);
    const head = make("div", "aw-inbox__head");
    const title = make("h3", "aw-inbox__title");
    title.append(anchor(row.href, row.title));
    head.append(make("span", "aw-status aw-status--" + row.status, row.word), title);
    const what = make("p", "aw-inbox__what", row.slice);
    if (row.numbers) {
      what.append(make("span", "aw-inbox__numbers aw-num", row.numbers));
    }
    const notes = make("p", "aw-inbox__notes");
    notes.append(...row.notes.map(note));
    const text = make("div", "aw-inbox__text");
    text.append(head, what, notes);
    item.append(text);
    const line = make("span", "aw-spark aw-spark--inbox");
    line.setAttribute("data-spark", JSON.stringify(row.spark));
    item.append(line);
    const acts = make("div", "aw-inbox__acts");
    if (row.acknowledge) {
      acts.append(window.afterwatch.actions.actButton(
        { action: "acknowledge", label: data.acknowledge, title: row.acknowledge },
        { store: data.store, subject: row.subject, version: row.version },
      ));
    }
    item.append(acts);
    return item;
  }

  KINDS.inbox = function (data, label) {
    const list = make("ol", "aw-inbox");
    list.setAttribute("aria-label", label);
    list.append(...data.rows.map((row) => incident(row, data)));
    return list;
  };

  // What people wrote, each in its own language and direction.
  KINDS.quotes = function (data, label) {
    const list = make("ul", "aw-quotes");
    list.setAttribute("aria-label", label);
    for (const row of data.rows) {
      const item = make("li", "aw-quotes__item");
      const text = make("blockquote", "aw-quotes__text", row.text);
      text.dir = row.dir || "auto";
      if (row.lang) {
        text.lang = row.lang;
      }
      const source = make("p", "aw-quotes__source");
      source.append(row.href ? anchor(row.href, row.source, "aw-link") : row.source);
      item.append(text, source);
      list.append(item);
    }
    return list;
  };

  drawAll(document);
})();
