// Formatters for AG Grid: {"function": "aw.number(params.value, 1)"}. They use the page's language.
(function () {
  "use strict";

  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const format = () => window.afterwatch.format;

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

    // {'open': 'watch'} → the classes that draw the icon beside the word.
    statusClass: (code, kinds) =>
      "aw-cell-status aw-cell-status--" + ((kinds && kinds[code]) || "none"),
  };
})();
