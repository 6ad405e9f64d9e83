// The script of every page. Pages are whole without it: it saves a reload, keeps a countdown moving, and puts the
// reader where something went wrong. It holds no words; the server writes them.
import "htmx.org";
import { countdowns } from "./countdown";
import { refresh } from "./refresh";

// enliven is run on what the server has just sent, the whole page or a part.
function enliven(): void {
  countdowns(document);
  for (const button of document.querySelectorAll<HTMLElement>("[data-print]")) button.hidden = false;
  // The summary of what has to be changed takes the focus.
  document.querySelector<HTMLElement>("[data-errors]")?.focus();
}

document.addEventListener("DOMContentLoaded", () => {
  enliven();
  refresh();
});
document.addEventListener("htmx:after:swap", enliven);
document.addEventListener("gongzhi:fresh", () => countdowns(document));

// <button data-print hidden>: shown only where this script can answer it.
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-print]")) window.print();
});
