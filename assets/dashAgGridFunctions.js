// Formatters for AG Grid: {"function": "aw.number(params.value, 1)"}. They use the page's language.
(function () {
  "use strict";

  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const format = () => window.afterwatch.format;

  const opensTab = (event) => Boolean(event && (event.ctrlKey || event.metaKey || event.shiftKey));

  functions.aw = {
    number: (value, digits) => format().number(value, digits),
    percent: (value, digits) => format().percent(value, digits),
    money: (minor, currency) => format().money(minor, currency),
    datetime: (value, zone) => format().datetime(value, zone),
    date: (value, zone) => format().date(value, zone),
    ago: (value) => format().ago(value),
    duration: (seconds) => format().duration(seconds),

    // The word for a code; a code without a word shows as it is.
    status: (code, labels) => (labels && labels[code]) || code || format().NOTHING,

    // An instant of a row, in the zone the row names; the year is in the filter bar.
    moment: (params) => format().moment(params.value, params.data ? params.data.zone : undefined),

    // The class of a cell whose row says how its clock stands.
    clockClass: (params, field) =>
      "aw-cell-status aw-cell-status--" + ((params.data && params.data[field]) || "none"),

    // Rows carry the address they open.
    openRow: (params) => {
      const chosen = window.getSelection ? String(window.getSelection()) : "";
      if (params.data && !chosen && !opensTab(params.event)) {
        window.afterwatch.url.goTo(params.data.href);
      }
    },
    openOnEnter: (params) => {
      if (params.event?.key === "Enter" && params.data) {
        window.afterwatch.url.goTo(params.data.href);
      }
    },

    // A phone has room for what matters most.
    fitColumns: (params) => {
      const narrow = window.matchMedia("(max-width: 768px)").matches;
      const wide = params.api
        .getColumns()
        .filter((column) => column.getColDef().context?.wide && column.isVisible() === narrow);
      if (wide.length > 0) {
        params.api.setColumnsVisible(wide, !narrow);
        const fills = params.api.getColumns().filter((one) => one.getColDef().context?.fills);
        const state = fills.map((one) => ({ colId: one.getColId(), flex: narrow ? 1 : null }));
        params.api.applyColumnState({ state });
      }
    },

    // {'open': 'watch'} → the classes that draw the icon beside the word.
    statusClass: (code, kinds) =>
      "aw-cell-status aw-cell-status--" + ((kinds && kinds[code]) || "none"),
  };

  // A real link, so that a case can be opened in a new tab.
  const components = (window.dashAgGridComponentFunctions =
    window.dashAgGridComponentFunctions || {});
  components.CaseLink = (props) =>
    props.data?.href
      ? window.React.createElement(
          "a",
          {
            className: "aw-link",
            href: props.data.href,
            tabIndex: -1,
            // The row opens the case in place; with a modifier the browser opens a tab.
            onClick: (event) => {
              if (!opensTab(event)) {
                event.preventDefault();
              }
            },
          },
          props.value,
        )
      : props.value || null;
})();
