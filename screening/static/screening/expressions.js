// Puts a key from the help where the caret is in the expression. Without this the help is a list to read.
(() => {
  "use strict";
  let box = null; // the expression that had the focus last

  const insert = (key) => {
    const target = box ?? document.querySelector("textarea[data-expression]");
    if (!target) return;
    const before = target.value.slice(0, target.selectionStart);
    const after = target.value.slice(target.selectionEnd);
    const start = /[\w"'.]$/.test(before) ? " " : "";
    const end = /^[\w"']/.test(after) ? " " : "";
    target.focus();
    target.setRangeText(start + key + end, target.selectionStart, target.selectionEnd, "end");
    target.dispatchEvent(new Event("input", { bubbles: true }));
  };

  document.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea[data-expression]")) box = event.target;
  });

  document.addEventListener("DOMContentLoaded", () => {
    for (const code of document.querySelectorAll("code[data-insert]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "insert";
      button.textContent = code.textContent;
      button.addEventListener("click", () => insert(code.dataset.insert));
      code.replaceChildren(button);
    }
  });
})();
