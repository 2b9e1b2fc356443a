// Hides the parts of the form that the chosen decision does not need. What holds words, a tick or an error stays in sight.
(() => {
  "use strict";
  const form = document.querySelector("form[data-decide]");
  if (!form) return;
  const parts = [...form.querySelectorAll("[data-for]")];

  const holds = (part) =>
    part.querySelector(".question--error") !== null ||
    [...part.querySelectorAll("textarea, input[type=date]")].some((field) => field.value.trim() !== "") ||
    [...part.querySelectorAll("input:checked")].some((field) => field.value !== "");

  const show = () => {
    const chosen = form.querySelector("[name=state]:checked")?.value ?? "";
    for (const part of parts) {
      part.hidden = !part.dataset.for.split(" ").includes(chosen) && !holds(part);
    }
  };

  form.addEventListener("change", (event) => {
    if (event.target.name === "state") show();
  });
  show();
})();
