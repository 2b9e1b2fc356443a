// Stores a mark without leaving the page, so that a decision or another mark half typed beside it stays as it is.
// Without JavaScript, and where nothing else was typed, the mark is sent as any form is.
(() => {
  "use strict";
  const FORMS = "form[data-decide], form[data-mark]";

  const typed = (form) =>
    [...form.elements].some((field) =>
      field.matches("[type=radio], [type=checkbox]")
        ? field.checked !== field.defaultChecked
        : field.matches("textarea, input:not([type=hidden])") && field.value !== field.defaultValue,
    );

  // What the server says of the case now goes into the form that stays: its version above all.
  const keep = (form, renewed) => {
    for (const hidden of renewed.querySelectorAll("input[type=hidden]")) {
      const own = form.querySelector(`input[type=hidden][name="${CSS.escape(hidden.name)}"]`);
      if (own) own.value = hidden.value;
    }
    const around = renewed.closest("details");
    if (around) around.open = true;
    renewed.replaceWith(form);
  };

  const show = (page, forms) => {
    for (const form of forms) {
      const renewed = page.querySelector(`form[action="${CSS.escape(form.getAttribute("action"))}"]:is(${FORMS})`);
      if (renewed) keep(form, renewed);
    }
    document.querySelectorAll(".messages").forEach((old) => old.remove());
    const main = document.getElementById("main");
    const said = page.querySelector(".messages");
    if (said) main.before(said);
    main.replaceWith(page.getElementById("main"));
  };

  const goTo = (finding) => {
    const place = document.querySelector(".error-summary") ?? document.getElementById(finding);
    if (!place) return;
    place.tabIndex = -1;
    place.focus();
  };

  const store = async (form, finding, others) => {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector("form[data-mark]")) throw new Error("not the case");
    show(page, others);
    goTo(finding);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-mark]")) return;
    const others = [...document.querySelectorAll(FORMS)].filter((each) => each !== form && typed(each));
    if (others.length === 0) return;
    event.preventDefault();
    const finding = form.closest(".finding")?.querySelector("h3")?.id;
    const button = form.querySelector("[type=submit]");
    if (button.disabled) return;
    button.disabled = true;
    store(form, finding, others).catch(() => form.submit()); // to the login page, or to what went wrong
  });
})();
