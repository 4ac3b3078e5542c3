// What the crisis screens draw: levels, deadlines, the list of crises, the tasks of a room.
(function () {
  "use strict";

  const { KINDS, anchor, drawAll, make } = window.afterwatch.rows;
  const { due } = window.afterwatch.due;

  // Four bars of which as many are filled as the level is high, and the word; never colour alone.
  function level(row) {
    const badge = make("span", "aw-level aw-level--" + row.level);
    if (row.proposed) {
      badge.classList.add("aw-level--proposed");
    }
    const bars = make("span", "aw-level__bars");
    bars.setAttribute("aria-hidden", "true");
    for (let n = 1; n <= 4; n += 1) {
      bars.append(make("span", n <= row.level ? "is-on" : ""));
    }
    badge.append(bars, make("span", "aw-level__word", row.word));
    return badge;
  }

  function status(kind, text) {
    return make("span", "aw-status aw-status--" + kind, text);
  }

  // One part of a line of notes: a text, an instant or a countdown.
  function note(part) {
    const item = make("span", "aw-note" + (part.status ? " aw-status aw-status--" + part.status : ""));
    item.append(part.href ? anchor(part.href, part.text || "", "aw-link") : part.text || "");
    if (part.at) {
      const time = make("time");
      time.setAttribute("data-utc", part.at);
      item.append(" ", time);
    }
    if (part.due) {
      item.append(" ", due(part.due, part.title));
    }
    return item;
  }

  function notes(parts, className) {
    const line = make("p", "aw-notes " + (className || ""));
    line.append(...(parts || []).map(note));
    return line;
  }

  function acts(row, data, before) {
    const own = {
      ...data, kind: "actions", id: data.id + "-" + row.key.replaceAll(/[^\w-]/g, "-"),
      subject: row.subject, version: row.version, rows: row.acts,
    };
    return KINDS.actions(own, row.label || row.title, before);
  }

  // ---- the head of a room ----

  KINDS["crisis-head"] = function (data) {
    const box = make("div", "aw-crisis-head");
    if (data.level) {
      box.append(level(data.level));
    }
    box.append(notes(data.notes));
    if (data.next) {
      const next = make("p", "aw-crisis-head__next");
      next.append(make("span", "aw-crisis-head__label", data.next.label));
      next.append(anchor(data.next.href || "", data.next.title, "aw-crisis-head__what"));
      next.append(due(data.next.due, data.next.when));
      box.append(next);
    }
    return box;
  };

  KINDS["crisis-banner"] = function (data) {
    const box = make("div", "aw-drill");
    box.setAttribute("role", "note");
    const clock = make("span", "aw-drill__clock aw-num");
    clock.setAttribute("data-tells", "");
    box.append(make("strong", "aw-drill__word", data.word), make("span", "", data.text), clock);
    if (data.speed) {
      box.append(make("span", "aw-num", data.speed));
    }
    if (data.href) {
      box.append(anchor(data.href, data.link, "aw-link"));
    }
    return box;
  };

  // ---- deadlines ----

  KINDS["crisis-due"] = function (data, label, before) {
    const old = new Map([...(before?.children || [])].map((item) => [item.dataset.key, item]));
    const list = before?.classList.contains("aw-dues") ? before : make("ul", "aw-dues");
    list.setAttribute("aria-label", label);
    arrange(list, data.rows.map((row) => dueItem(row, data, old.get(row.key))));
    return list;
  };

  function dueItem(row, data, before) {
    const item = before || make("li", "aw-dues__item");
    item.dataset.key = row.key;
    const text = JSON.stringify([row, data.done]);
    if (item.awDrawn === text) {
      return item;
    }
    item.awDrawn = text;
    const head = make("div", "aw-dues__head");
    const title = make("h3", "aw-dues__title");
    title.append(row.href ? anchor(row.href, row.title) : row.title);
    head.append(title);
    head.append(row.due ? due(row.due, row.when, "aw-dues__when") : status(row.status || "none", row.word));
    const parts = [head];
    if (row.notes && row.notes.length > 0) {
      parts.push(notes(row.notes));
    }
    if (row.text) {
      parts.push(make("p", "aw-dues__text", row.text));
    }
    const box = item.querySelector(":scope > .aw-act");
    for (const child of [...item.children]) {
      if (child !== box) {
        child.remove();
      }
    }
    item.prepend(...parts);
    drawActs(item, row, data, box);
    return item;
  }

  function drawActs(item, row, data, box) {
    if (row.acts && row.acts.length > 0) {
      const drawn = acts(row, data, box);
      if (drawn !== box) {
        item.append(drawn);
      }
    } else if (box && [...box.querySelectorAll("form")].some((one) => !one.hidden)) {
      acts({ ...row, acts: [] }, data, box); // somebody writes in it
    } else if (box) {
      box.remove();
    }
  }

  // ---- criteria ----

  KINDS["crisis-criteria"] = function (data, label) {
    const list = make("ul", "aw-criteria");
    list.setAttribute("aria-label", label);
    for (const row of data.rows) {
      const item = make("li", "aw-criteria__item" + (row.holds ? " is-held" : ""));
      const head = make("div", "aw-criteria__head");
      head.append(level(row), status(row.holds ? "breach" : row.status || "ok", row.state));
      item.append(head, make("p", "aw-criteria__title", row.title));
      item.append(notes(row.notes));
      list.append(item);
    }
    return list;
  };

  // ---- the list of crises ----

  KINDS.crises = function (data, label, before) {
    const list = before?.classList.contains("aw-crises") ? before : make("ol", "aw-crises");
    const old = new Map([...list.children].map((item) => [item.dataset.key, item]));
    list.setAttribute("aria-label", label);
    arrange(list, data.rows.map((row) => crisis(row, data, old.get(row.key))));
    return list;
  };

  function crisis(row, data, before) {
    const item = before || make("li", "aw-crises__row");
    item.dataset.key = row.key;
    item.classList.toggle("aw-crises__row--drill", Boolean(row.drill));
    if (row.clock) {
      item.setAttribute("data-clock", row.clock);
    }
    const text = JSON.stringify([row, data.done]);
    if (item.awDrawn === text) {
      return item;
    }
    item.awDrawn = text;
    const head = make("div", "aw-crises__head");
    if (row.drill) {
      head.append(make("strong", "aw-drill__word", row.drill));
    }
    if (row.level) {
      head.append(level(row.level));
    }
    const title = make("h3", "aw-crises__title");
    title.append(anchor(row.href, row.title));
    head.append(title);
    const side = make("div", "aw-crises__side");
    if (row.next) {
      side.append(make("span", "aw-crises__what", row.next.title));
      side.append(due(row.next.due, row.next.when));
    }
    const box = item.querySelector(":scope > .aw-act");
    for (const child of [...item.children]) {
      if (child !== box) {
        child.remove();
      }
    }
    const body = make("div", "aw-crises__text");
    body.append(head, notes(row.notes));
    for (const line of row.evidence || []) {
      body.append(make("p", "aw-crises__evidence", line));
    }
    item.prepend(body, side);
    drawActs(item, row, data, box);
    return item;
  }

  // ---- tasks ----

  // Put `wanted` into `list` in their order. What holds the focus is never moved: an element that is
  // taken out of the page loses it, and with it a word that is being composed.
  function arrange(list, wanted) {
    const keep = new Set(wanted);
    const pinned = wanted.find((node) => node.parentNode === list && node.contains(document.activeElement));
    for (const child of [...list.children]) {
      if (!keep.has(child)) {
        child.remove();
      }
    }
    let next = null;
    for (const node of [...wanted].reverse()) {
      if (node !== pinned && (node.parentNode !== list || node.nextSibling !== next)) {
        list.insertBefore(node, next);
      }
      next = node;
    }
  }

  function groupHead(row, list, before) {
    const item = before || make("li", "aw-tasks__group");
    item.dataset.key = row.key;
    const title = make("h3", "aw-tasks__title", row.title);
    if (row.count) {
      title.append(" ", make("span", "aw-tasks__count aw-num", row.count));
    }
    const parts = [title];
    if (row.fold) {
      const button = make("button", "aw-button aw-button--quiet", row.show);
      button.type = "button";
      const tell = () => {
        const open = list.awOpen.has(row.fold);
        button.textContent = open ? row.hide : row.show;
        button.setAttribute("aria-expanded", String(open));
      };
      button.addEventListener("click", () => {
        list.awOpen[list.awOpen.has(row.fold) ? "delete" : "add"](row.fold);
        tell();
        fold(list);
      });
      tell();
      parts.push(button);
    }
    item.replaceChildren(...parts);
    return item;
  }

  function fold(list) {
    for (const item of list.children) {
      const name = item.dataset.fold;
      item.hidden = Boolean(name) && !list.awOpen.has(name) && !item.contains(document.activeElement);
    }
  }

  function task(row, data, before) {
    const item = before || make("li", "aw-task");
    item.className = "aw-task aw-task--" + row.state + (row.brief ? " aw-task--brief" : "");
    item.dataset.key = row.key;
    item.id = row.anchor;
    if (row.fold) {
      item.dataset.fold = row.fold;
    } else {
      delete item.dataset.fold;
    }
    const head = make("div", "aw-task__head");
    head.append(status(row.status, row.word), make("h4", "aw-task__title", row.title));
    if (row.due) {
      head.append(due(row.due, row.when, "aw-task__due"));
    } else if (row.side) {
      head.append(make("span", "aw-task__due aw-num", row.side));
    }
    const body = make("div", "aw-task__body");
    body.append(head);
    if (row.notes && row.notes.length > 0) {
      body.append(notes(row.notes));
    }
    if (row.text) {
      body.append(make("p", "aw-task__text", row.text));
    }
    for (const line of row.results || []) {
      const result = make("p", "aw-task__result");
      result.append(status(line.status || "ok", line.text));
      if (line.href) {
        result.append(" ", anchor(line.href, line.link, "aw-link"));
      }
      body.append(result);
    }
    const box = item.querySelector(":scope > .aw-act");
    item.querySelector(":scope > .aw-task__body")?.remove();
    item.prepend(body);
    drawActs(item, row, data, box);
    return item;
  }

  // The rows come as the order of all and the cards that changed. What is held is told to the store
  // `held`, so that the next answer needs to carry only what differs from it.
  KINDS["crisis-tasks"] = function (data, label, before) {
    const list = before?.classList.contains("aw-tasks") ? before : make("ol", "aw-tasks");
    list.setAttribute("aria-label", label);
    list.awHeld = list.awHeld || new Map();
    list.awOpen = list.awOpen || new Set();
    const wanted = [];
    const now = new Map();
    for (const [key, digest] of data.order) {
      const row = data.cards[key];
      let held = list.awHeld.get(key);
      if (row) {
        const node = row.group ? groupHead(row, list, held?.node) : task(row, data, held?.node);
        held = { digest, node };
      }
      if (held) {
        now.set(key, held);
        wanted.push(held.node);
      }
    }
    list.awHeld = now;
    arrange(list, wanted);
    window.afterwatch.actions.settle(list, data.done);
    fold(list);
    const told = Object.fromEntries([...now].map(([key, held]) => [key, held.digest]));
    told[""] = data.done;
    window.dash_clientside.set_props(data.held, { data: told });
    return list;
  };

  // ---- how much of something is there ----

  KINDS.progress = function (data, label) {
    const box = make("div", "aw-progress");
    const bar = make("div", "aw-progress__bar");
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-label", label);
    bar.setAttribute("aria-valuemin", "0");
    bar.setAttribute("aria-valuemax", "100");
    bar.setAttribute("aria-valuenow", String(Math.round(100 * data.share)));
    const fill = make("span", "aw-progress__fill" + (data.share >= 1 ? " is-whole" : ""));
    fill.style.width = 100 * data.share + "%";
    bar.append(fill);
    const text = make("p", "aw-progress__text");
    text.append(data.href ? anchor(data.href, data.text, "aw-link") : data.text);
    box.append(bar, text, notes(data.notes));
    return box;
  };

  // ---- a strip above another screen ----

  KINDS["crisis-strip"] = function (data, label) {
    const list = make("ul", "aw-strip");
    list.setAttribute("aria-label", label);
    for (const row of data.rows) {
      const item = make("li", "aw-strip__item");
      item.append(level(row.level), anchor(row.href, row.title, "aw-strip__title"));
      if (row.next) {
        const next = make("span", "aw-strip__next", row.next.title);
        next.append(" ", due(row.next.due, row.next.when));
        item.append(next);
      }
      list.append(item);
    }
    return list;
  };

  window.afterwatch.crisis = { arrange };
  drawAll(document);
})();
