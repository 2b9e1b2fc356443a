// Keys for the list: j and k from patient to patient, Enter opens, d decides, x ticks, ? shows the keys. Everything
// can be reached without them, and they can be switched off. Nothing happens while something is typed.
(() => {
  "use strict";
  const table = document.getElementById("list");
  const help = document.getElementById("keys");
  if (!table || !help) return;
  const OFF = "list-keys-off";
  const rows = [...table.querySelectorAll("tr[data-case]")];
  const links = rows.map((row) => row.querySelector("th a"));
  const enabled = document.getElementById("keys-on");
  let last = -1; // the patient who had the focus last

  const stored = (change) => {
    try {
      return change(window.localStorage);
    } catch {
      return null; // the browser keeps nothing: the keys are on each time
    }
  };

  const at = () => rows.findIndex((row) => row.contains(document.activeElement));

  const go = (index) => {
    const to = Math.min(Math.max(index, 0), rows.length - 1);
    links[to].focus();
    rows[to].scrollIntoView({ block: "nearest" });
  };

  const types = (target) =>
    target.isContentEditable ||
    target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=submit], [type=button])");

  const keys = {
    j: () => go((at() < 0 ? last : at()) + 1),
    k: () => go((at() < 0 ? last : at()) - 1),
    d: () => at() >= 0 && window.location.assign(`${rows[at()].dataset.case}#decide`),
    x: () => at() >= 0 && rows[at()].querySelector("input[type=checkbox]")?.click(),
    "?": () => {
      help.open = !help.open;
      if (help.open) help.querySelector("summary").focus();
    },
  };

  // In a row these do nothing else that is needed; elsewhere they scroll the page.
  const inRow = {
    ArrowDown: () => go(at() + 1),
    ArrowUp: () => go(at() - 1),
    Enter: () => window.location.assign(rows[at()].dataset.case),
  };

  table.addEventListener("focusin", () => {
    const now = at();
    if (now >= 0) last = now;
  });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || types(event.target)) return;
    const single = enabled.checked && (event.key === "?" || !event.shiftKey) ? keys[event.key] : null;
    const tick = event.target.matches("input[type=checkbox]");
    const enters = event.key === "Enter" && !tick; // a link opens by itself, and as the reader wants it
    const act = single ?? (at() >= 0 && !event.shiftKey && !enters ? inRow[event.key] : null);
    if (!act) return;
    event.preventDefault();
    act();
  });

  enabled.checked = stored((store) => store.getItem(OFF)) !== "yes";
  enabled.addEventListener("change", () => {
    stored((store) => (enabled.checked ? store.removeItem(OFF) : store.setItem(OFF, "yes")));
  });
  help.hidden = false;
})();
