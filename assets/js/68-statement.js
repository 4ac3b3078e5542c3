// Texts of a statement, one more kind of rows that come as data (see 60-rows.js): each in its own
// language and direction, with marks, a bar for its length, and a button that copies it.
(function () {
  "use strict";

  const { KINDS, drawAll, make } = window.afterwatch.rows;
  const TAGS = { added: "ins", removed: "del", value: "mark", figure: "b", open: "mark" };

  function text(row) {
    const box = make("div", "aw-said__text");
    box.lang = row.lang;
    box.dir = row.dir;
    for (const [mark, words] of row.parts) {
      box.append(TAGS[mark] ? make(TAGS[mark], "aw-said__" + mark, words) : words);
    }
    return box;
  }

  function meter(row) {
    const [size, most] = row.meter;
    const holder = make("div", "aw-said__length" + (size > most ? " is-over" : ""));
    const bar = make("span", "aw-said__bar");
    bar.setAttribute("aria-hidden", "true");
    bar.style.setProperty("--share", Math.min(1, size / most));
    holder.append(bar, make("span", "", row.meter_text));
    return holder;
  }

  // navigator.clipboard exists on secure origins only; an office may serve this over plain http.
  async function copy(words) {
    if (window.navigator.clipboard) {
      await window.navigator.clipboard.writeText(words);
      return;
    }
    const area = document.createElement("textarea");
    area.value = words;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }

  function copier(row) {
    const button = make("button", "aw-button aw-said__copy", row.copy);
    button.type = "button";
    button.addEventListener("click", async () => {
      const kept = row.parts.filter(([mark]) => mark !== "removed");
      await copy(kept.map(([, words]) => words).join(""));
      button.textContent = row.copied;
      window.setTimeout(() => {
        button.textContent = row.copy;
      }, 2000);
    });
    return button;
  }

  KINDS.said = function (data) {
    const box = make("div", "aw-said");
    for (const row of data.rows) {
      const article = make("article", "aw-said__one");
      const head = make("div", "aw-said__head");
      head.append(make("h3", "aw-said__label", row.label));
      if (row.sub) {
        head.append(make("span", "aw-said__sub", row.sub));
      }
      if (row.copy) {
        head.append(copier(row));
      }
      article.append(head, text(row));
      if (row.meter) {
        article.append(meter(row));
      }
      box.append(article);
    }
    return box;
  };

  drawAll(document);
})();
