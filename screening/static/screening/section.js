// Saves each answer as it is given, and shows and hides questions as the server says. Nothing is worked out here, and
// everything on the page works without it.
(() => {
  "use strict";
  const form = document.querySelector("form[data-save]");
  if (!form || !window.fetch || !form.requestSubmit) return;

  const say = form.dataset;
  const status = document.getElementById("save-status");
  const questions = new Map(
    [...form.querySelectorAll("[data-question]")].map((box) => [box.dataset.question, box]),
  );
  const seen = JSON.parse(form.elements.seen.value);
  const revisions = JSON.parse(form.elements.revisions.value);
  const problems = new Map(); // question -> why it was not stored, told once the question is left
  const changed = new Set(); // questions whose answer waits to be sent
  let packet = null; // what was sent and not yet answered; sent again as it was until it is
  let flying = false; // whether a request is under way
  let held = null; // the button that was pressed meanwhile
  let timer = 0;
  let closed = false;
  let released = Promise.resolve(); // fulfilled while no finger or mouse button is down

  const cookie = () => {
    const start = `${say.csrfCookie}=`;
    const found = document.cookie.split("; ").find((each) => each.startsWith(start));
    return found ? decodeURIComponent(found.slice(start.length)) : form.elements.csrfmiddlewaretoken.value;
  };

  // A question's answer as it stands in its boxes; undefined while a date is only half typed.
  const valueOf = (box) => {
    const parts = [...box.querySelectorAll("[data-part]")];
    if (parts.length) {
      const typed = Object.fromEntries(parts.map((part) => [part.dataset.part, part.value.trim()]));
      const filled = parts.filter((part) => part.value.trim());
      if (!filled.length) return "";
      if (!("year" in typed)) return Object.fromEntries(filled.map((part) => [part.dataset.part, part.value.trim()]));
      if (filled.length < parts.length || typed.year.length < 4) return undefined;
      const names = ["year", "month", "day"].filter((name) => name in typed);
      return names.map((name) => typed[name].padStart(2, "0")).join("-");
    }
    const ticked = [...box.querySelectorAll("input:checked")].map((input) => input.value);
    if (box.querySelector("input[type=checkbox]")) return ticked;
    if (box.querySelector("input[type=radio]")) return ticked[0] ?? "";
    return box.querySelector("input, textarea").value;
  };

  const isEmpty = (value) => value === undefined || value === "" || value.length === 0;

  const tell = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };

  const later = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(send, milliseconds);
  };

  function send() {
    clearTimeout(timer);
    if (flying || closed) return;
    if (!packet) {
      const answers = {};
      const bases = {};
      for (const key of changed) {
        const value = valueOf(questions.get(key));
        if (value === undefined) continue;
        answers[key] = value;
        bases[key] = revisions[key] ?? 0;
        changed.delete(key);
      }
      if (!Object.keys(answers).length) return;
      packet = { answers, revisions: bases };
    }
    post();
  }

  async function post() {
    flying = true;
    tell(say.saving);
    const giveUp = new AbortController();
    const patience = setTimeout(() => giveUp.abort(), 8000);
    try {
      const response = await fetch(say.save, {
        method: "POST",
        credentials: "same-origin",
        keepalive: true, // also when the page is left meanwhile
        signal: giveUp.signal,
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": cookie() },
        body: JSON.stringify(packet),
      });
      await read(response);
    } catch {
      tryAgain(say.unsaved);
    } finally {
      clearTimeout(patience);
      flying = false;
      if (held) press(held);
    }
  }

  async function read(response) {
    if (response.status === 401 || response.redirected) return logInFirst();
    if (![200, 400, 409, 413, 415, 422].includes(response.status)) return tryAgain(say.unsaved);
    const state = await response.json();
    const sent = Object.keys(packet.answers);
    packet = null;
    // A page that moves under a finger takes the button away that is being pressed.
    await released;
    if (!state.revisions) {
      closed = response.status === 409; // there is nothing in progress any more
      return tell(state.error);
    }
    show(state, sent);
    if (state.notice) {
      send();
      location.assign(state.notice);
      return;
    }
    tell(state.error ? "" : say.saved);
    if (changed.size) later(0);
  }

  function tryAgain(text) {
    tell(text);
    later(4000);
  }

  function logInFirst() {
    const link = document.createElement("a");
    link.href = say.loginAddress;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = say.loginLink;
    if (!status.querySelector("a")) status.replaceChildren(`${say.login} `, link);
    later(4000);
  }

  function show(state, sent) {
    Object.assign(revisions, state.revisions);
    for (const key of sent) {
      if (state.conflicts?.[key] !== undefined) continue;
      if (state.answers[key] === null) delete seen[key];
      else seen[key] = state.answers[key];
    }
    form.elements.seen.value = JSON.stringify(seen);
    form.elements.revisions.value = JSON.stringify(revisions);
    for (const [key, box] of questions) {
      const shown = state.shown.includes(key);
      // What was typed before the question was hidden is still in its boxes, so it is an answer again.
      if (shown && box.hidden && !isEmpty(valueOf(box))) changed.add(key);
      box.hidden = !shown;
    }
    for (const key of sent) {
      problems.set(key, state.errors?.[key] ?? "");
      if (!questions.get(key).contains(document.activeElement) || !problems.get(key)) note(key);
    }
    for (const [key, words] of Object.entries(state.conflicts ?? {})) ask(key, words);
  }

  function note(key) {
    const place = questions.get(key).querySelector("[data-note]");
    place.textContent = problems.get(key) ?? "";
    place.hidden = !place.textContent;
  }

  // The same question was answered in another window: the patient chooses.
  function ask(key, words) {
    const place = questions.get(key).querySelector("[data-note]");
    const button = (text, action) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "btn btn-outline-primary";
      made.textContent = text;
      made.addEventListener("click", action);
      return made;
    };
    const keep = () => {
      place.hidden = true;
      changed.add(key);
      send();
    };
    place.replaceChildren(
      `${say.conflict} ${words} `,
      button(say.keep, keep),
      button(say.take, () => location.reload()),
    );
    place.hidden = false;
  }

  function press(button) {
    held = null;
    form.requestSubmit(button === form ? null : button);
  }

  addEventListener("pointerdown", () => {
    released = new Promise((resolve) => {
      for (const name of ["pointerup", "pointercancel"]) {
        addEventListener(name, () => setTimeout(resolve), { once: true });
      }
      setTimeout(resolve, 1000);
    });
  });

  const answered = (event) => {
    const box = event.target.closest("[data-question]");
    if (!box) return;
    changed.add(box.dataset.question);
    later(event.type === "change" ? 0 : 1200);
  };
  form.addEventListener("input", (event) => {
    if (event.target.matches("input[type=text], input:not([type]), textarea")) answered(event);
  });
  form.addEventListener("change", answered);
  form.addEventListener("focusout", (event) => {
    const box = event.target.closest("[data-question]");
    if (box && problems.get(box.dataset.question)) note(box.dataset.question);
  });
  form.addEventListener("submit", (event) => {
    form.elements.csrfmiddlewaretoken.value = cookie();
    if (!flying) return;
    // Sent together they could pass each other on the way, and one would look like another window's answer.
    event.preventDefault();
    held = event.submitter ?? form;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send();
  });
  addEventListener("online", send);
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
})();
