// A page that waits for our program shows by itself what has come. Without this it is the same
// page, with a link that loads it again.
"use strict";
{
  const AGAIN = 15; // seconds after which to look once more when there was no answer
  const told = document.createElement("p");
  told.setAttribute("role", "status");
  told.className = "unseen";
  document.body.append(told);

  const every = (page) => Number(page.querySelector("script[data-every]")?.dataset.every ?? 0);
  const wait = (seconds) => seconds && setTimeout(look, seconds * 1000);
  const main = (page) => page.querySelector("main");
  const first = (options) => Math.max(options.findIndex((option) => option.defaultSelected), 0);
  const changed = (field) =>
    field.matches("select")
      ? field.selectedIndex !== first([...field.options])
      : field.value !== field.defaultValue || Boolean(field.checked) !== Boolean(field.defaultChecked);
  // Nobody's typing is taken away: what is new waits until they have sent it, or undone it and left.
  const busy = () =>
    main(document).contains(document.activeElement?.closest("form, details")) ||
    [...main(document).querySelectorAll("input, select, textarea")].some(changed);

  async function look() {
    if (document.hidden) {
      document.addEventListener("visibilitychange", look, { once: true });
      return;
    }
    try {
      const answer = await fetch(location.href);
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      wait(show(page) ? every(page) : every(document));
    } catch {
      wait(AGAIN);
    }
  }

  function show(page) {
    if (main(page).textContent === main(document).textContent) return true;
    if (busy()) return false;
    main(document).replaceWith(main(page));
    document.title = page.title;
    told.textContent = document.querySelector("h1").textContent;
    return true;
  }

  wait(every(document));
}
