// The script of every page. Pages are whole without it: it keeps a countdown moving, sends a form once, puts the reader
// where something went wrong, and prints. It holds no words; the server writes them.
import { countdowns } from "./countdown";

function start(): void {
  countdowns(document);
  document.querySelector<HTMLElement>("[data-errors]")?.focus();

  // <button data-print hidden>: shown only where this script can answer it.
  for (const button of document.querySelectorAll<HTMLElement>("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // <body data-refresh="30000">: the wall loads itself anew, but not while nobody can see it.
  const every = Number(document.body.dataset["refresh"]);
  if (every > 0) setInterval(() => document.hidden || location.reload(), every);
}

// A second tap on a slow line sends nothing twice. The server would recognise it by its id anyway; this only spares
// the reader a page that says so. After ten seconds, or on coming back to the page, one may try again.
const sent = new WeakMap<EventTarget, number>();
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.method !== "post") return;
  if (event.timeStamp - (sent.get(form) ?? -Infinity) < 10_000) event.preventDefault();
  else sent.set(form, event.timeStamp);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) sent.delete(form);
});

// Paper shows what a screen keeps folded.
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
});

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
