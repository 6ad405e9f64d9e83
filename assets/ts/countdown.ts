// A countdown is written by the server in full; this keeps its figures true while the page stays open:
//
//   <time datetime="2026-03-10T00:00:00+08:00" data-until="1773072000000" data-now="1772600000000">
//     <span data-running>还有 <b data-left="days">5</b> 天 <b data-left="hours">7</b> 小时</span>
//     <span data-past hidden>已截止</span>
//   </time>
//
// data-until and data-now are milliseconds of the server's clock. The phone's own clock may be wrong, so it is used
// only to measure how long ago data-now was.
const seen = new WeakSet<Element>();

export function countdowns(within: ParentNode): void {
  for (const element of within.querySelectorAll<HTMLElement>("[data-until][data-now]")) {
    if (seen.has(element)) continue;
    seen.add(element);
    const until = Number(element.dataset["until"]);
    const now = Number(element.dataset["now"]);
    if (Number.isFinite(until) && Number.isFinite(now)) run(element, until, now - Date.now());
  }
}

function run(element: HTMLElement, until: number, offset: number): void {
  const left = until - (Date.now() + offset);
  show(element, left);
  if (left <= 0 || !element.isConnected) return;
  // To the next whole minute left, so the figure changes when it should and never more often.
  setTimeout(() => run(element, until, offset), (left % 60_000) + 50);
}

function show(element: HTMLElement, left: number): void {
  const running = element.querySelector<HTMLElement>("[data-running]");
  const past = element.querySelector<HTMLElement>("[data-past]");
  if (running) running.hidden = left <= 0;
  if (past) past.hidden = left > 0;
  const minutes = Math.max(0, Math.ceil(left / 60_000));
  figure(element, "days", Math.floor(minutes / 1440));
  figure(element, "hours", Math.floor(minutes / 60) % 24);
  figure(element, "minutes", minutes % 60);
}

function figure(element: HTMLElement, unit: string, value: number): void {
  for (const place of element.querySelectorAll(`[data-left="${unit}"]`)) place.textContent = String(value);
}
