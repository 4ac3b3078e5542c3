// What Python names with ClientsideFunction("afterwatch", …). Each is one line over a function of
// the files before it; docs/assets.md is the reference.
(function () {
  "use strict";

  const { actor, figures, shell, theme, url } = window.afterwatch;

  window.dash_clientside = window.dash_clientside || {};
  const nothing = () => window.dash_clientside.no_update;

  window.dash_clientside.afterwatch = {
    writeUrl(query) {
      if (query !== null && query !== undefined) {
        url.writeFilters(query);
      }
      return nothing();
    },

    writeOwn(values) {
      if (values) {
        url.writeOwn(values);
      }
      return nothing();
    },

    readUrl() {
      return url.decode(window.location.search);
    },

    goTo(href) {
      url.goTo(href);
      return nothing();
    },

    followClick(clickData) {
      url.goTo(clickData ? figures.address(clickData.points[0]) : null);
      return nothing();
    },

    followRow(cell) {
      url.goTo(cell && cell.data ? cell.data.href : null);
      return nothing();
    },

    toggleTheme(clicks) {
      return clicks ? theme.toggle() : theme.current();
    },

    visibleTick(intervals) {
      return document.hidden ? nothing() : intervals;
    },

    toast(text, kind) {
      shell.toast(text, kind || "info");
      return nothing();
    },

    // The name in the top bar and the one the browser keeps; neither writes what is there already.
    keepActor(typed, kept) {
      const name = actor.clean(typed);
      return name === (kept || "") ? nothing() : name;
    },

    showActor(kept, shown) {
      return actor.clean(kept) === actor.clean(shown) ? nothing() : actor.clean(kept);
    },

    // An infinite grid keeps its loaded blocks until it is told that the rows behind changed.
    refreshGrid(trigger, gridId) {
      if (trigger !== null && trigger !== undefined && window.dash_ag_grid) {
        window.dash_ag_grid.getApiAsync(gridId).then((api) => api.refreshInfiniteCache());
      }
      return nothing();
    },

    // A choice that belongs to the screen goes into the address, under the last part of the
    // control's id: complaints-measure → measure.
    keepChoice(value) {
      const [control] = window.dash_clientside.callback_context.triggered;
      const key = control ? control.prop_id.split(".")[0].split("-").pop() : null;
      if (key) {
        url.writeOwn({ [key]: value });
      }
      return nothing();
    },

    // An infinite grid over the present view. Another view, search or filter starts from its top;
    // new numbers behind the same view only replace the rows that changed. A grid that is not there
    // yet will ask by itself, with what is chosen then.
    askGrid(query, version, view, text, gridId) {
      if (query === null || query === undefined) {
        return nothing();
      }
      url.writeOwn({ view: view === "all" ? null : view, q: text });
      const api = gridApi(gridId);
      const chosen = JSON.stringify([query, view, text]);
      const before = asked.get(gridId);
      asked.set(gridId, chosen);
      if (!api) {
        return nothing();
      }
      if (before === chosen) {
        api.refreshInfiniteCache();
      } else {
        api.purgeInfiniteCache();
        api.ensureIndexVisible(0, "top");
      }
      return nothing();
    },
  };

  const asked = new Map();

  function gridApi(gridId) {
    try {
      const api = window.dash_ag_grid.getApi(gridId);
      return api && !api.isDestroyed() && document.getElementById(gridId) ? api : null;
    } catch {
      return null; // the grid's code has not arrived, or the grid is still being made
    }
  }
})();
