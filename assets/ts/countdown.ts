// A countdown is written by the server in full; this keeps its figures true while the page stays open. It looks for
//
//   [data-until][data-now]   both in milliseconds of the server's clock; inside it:
//     [data-running], [data-past]   what is shown before and after
//     [data-left=days|hours|minutes]   takes the figure
//     [data-unit=days|hours|minutes]   a figure with its word, hidden where it says nothing
//
// The phone's own clock may be wrong, so it is used only to measure how long ago data-now was.
const minute = 60_000;
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
  setTimeout(() => run(element, until, offset), (left % minute) + 50);
}

function show(element: HTMLElement, left: number): void {
  const total = Math.max(0, Math.ceil(left / minute));
  const days = Math.floor(total / 1440);
  const hours = Math.floor(total / 60) % 24;
  each(element, "[data-running]", (part) => { part.hidden = left <= 0; });
  each(element, "[data-past]", (part) => { part.hidden = left > 0; });
  // Two units are enough to plan by: days and hours, then hours and minutes, then minutes.
  unit(element, "days", days, days > 0);
  unit(element, "hours", hours, days > 0 || hours > 0);
  unit(element, "minutes", total % 60, days === 0);
}

function unit(element: HTMLElement, name: string, value: number, shown: boolean): void {
  each(element, `[data-left="${name}"]`, (part) => { part.textContent = String(value); });
  each(element, `[data-unit="${name}"]`, (part) => { part.hidden = !shown; });
}

function each(element: HTMLElement, selector: string, change: (part: HTMLElement) => void): void {
  for (const part of element.querySelectorAll<HTMLElement>(selector)) change(part);
}
