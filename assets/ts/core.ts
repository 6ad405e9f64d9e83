// The script of every page. Pages are whole without it: it keeps a countdown moving, sends a form once, puts the reader
// where something went wrong, and prints. It holds no words; the server writes them.
import { countdowns } from "./countdown";
import { proofs } from "./proof";
import { refresh } from "./refresh";

function start(): void {
  countdowns(document);
  proofs(document);
  document.addEventListener("gongzhi:fresh", () => countdowns(document));
  document.querySelector<HTMLElement>("[data-errors]")?.focus();

  // <button data-print hidden>: shown only where this script can answer it.
  for (const button of document.querySelectorAll<HTMLElement>("[data-print]")) {
    if (typeof globalThis.print !== "function") continue; // WeChat's browser prints nothing
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  outside();
  load(document.querySelector<HTMLElement>("[data-needs]")?.dataset["needs"]);

  // Not location.reload: a wall that asks while the network is away would stand on the browser's error page.
  refresh();
}

// What is for those who work outside is loaded where a form may be filled in without signal, or something still waits.
function outside(): void {
  const strip = document.getElementById("queue");
  if (!strip) return;
  let waits: string | null = null;
  try {
    waits = localStorage.getItem("gongzhi.queue");
  } catch { /* private browsing keeps nothing */ }
  if (!waits && !document.querySelector("form[data-offline]")) return;
  load(strip.dataset["script"]);
}

function load(src: string | undefined): void {
  if (!src) return;
  const script = document.createElement("script");
  script.src = src;
  document.head.append(script);
}

// Whoever signs out leaves no page of theirs on the phone, and whoever signs in finds none of somebody else's, who only let
// their session end. What they wrote and could not send yet stays, for them.
document.addEventListener("submit", (event) => {
  if (/\/sign-(out|in)$/.test(new URL((event.target as HTMLFormElement).action).pathname)) void globalThis.caches?.delete("gongzhi-field-1");
});

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
