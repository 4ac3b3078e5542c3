// The phone's bar shows four screens; "More" opens a sheet with all others. A modal <dialog> keeps
// the focus inside, closes on Escape and gives the focus back to the button.
(function () {
  "use strict";

  const sheet = () => document.getElementById("aw-more");
  const button = () => document.querySelector('[data-action="open-more"]');

  function open() {
    sheet()?.showModal();
    button()?.setAttribute("aria-expanded", "true");
    sheet()?.querySelector("[aria-current]")?.focus();
  }

  function closed() {
    button()?.setAttribute("aria-expanded", "false");
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest?.('[data-action="open-more"]')) {
      open();
    }
  });
  document.addEventListener("close", (event) => {
    if (event.target === sheet()) {
      closed();
    }
  }, true);
  // A link of the sheet was followed, or the phone was turned into something wider.
  window.addEventListener("_dashprivate_pushstate", () => sheet()?.close());
  window.matchMedia("(max-width: 768px)").addEventListener("change", () => sheet()?.close());
})();
