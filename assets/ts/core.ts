// The script of every page. Pages are whole without it: it saves a reload, keeps a countdown moving, and puts the
// reader where something went wrong. It holds no words; the server writes them.
import "htmx.org";
import { countdowns } from "./countdown";

// focusOnErrors brings the reader to the summary of what has to be changed, once per answer of the server.
function focusOnErrors(within: ParentNode): void {
  within.querySelector<HTMLElement>("[data-errors]")?.focus();
}

document.addEventListener("DOMContentLoaded", () => {
  countdowns(document);
  focusOnErrors(document);
});

document.addEventListener("htmx:after:swap", () => {
  countdowns(document);
  focusOnErrors(document);
});

// <button data-print hidden>: shown only where this script can answer it.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll<HTMLElement>("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
});
