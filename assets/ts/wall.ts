// The map of the wall from nearer, for whoever stands before it: buttons, + - 0 and the arrows of a keyboard, and a hand that
// drags it. It is a look and no page: nothing is asked of the server, and a refresh keeps it. Without this script there
// is the whole map, and everything on it stands in the list beneath.
const most = 8;
const step = 1.6;
const slide = 0.25; // of what is shown, by an arrow
const slack = 6; // pixels that a finger moves when it only taps

let near = 1;
let middle = { x: 0.5, y: 0.5 }; // of what is shown, in shares of the sheet
const names = ["--map-name", "--map-road"];

interface Sheet { svg: SVGSVGElement; x: number; y: number; width: number; height: number }

function sheet(): Sheet | null {
  const svg = document.querySelector<SVGSVGElement>(".wall-main .map-sheet");
  if (!svg || !document.querySelector(".map-zoom")) return null;
  svg.dataset["whole"] ??= svg.getAttribute("viewBox") ?? "";
  const [x = 0, y = 0, width = 0, height = 0] = svg.dataset["whole"].split(" ").map(Number);
  return { svg, x, y, width, height };
}

function look(): void {
  const all = sheet();
  if (!all) return;
  const half = 0.5 / near;
  const kept = (at: number): number => Math.min(1 - half, Math.max(half, at));
  middle = { x: kept(middle.x), y: kept(middle.y) };
  const box = [all.x + (middle.x - half) * all.width, all.y + (middle.y - half) * all.height, all.width / near, all.height / near];
  all.svg.setAttribute("viewBox", box.map((n) => Math.round(n * 10) / 10).join(" "));
  // Names grow less than the ground, or they would cover it.
  for (const name of names) {
    all.svg.style.removeProperty(name);
    if (near > 1) all.svg.style.setProperty(name, `${parseFloat(getComputedStyle(all.svg).getPropertyValue(name)) / Math.pow(near, 0.7)}px`);
  }
  for (const tools of document.querySelectorAll<HTMLElement>(".map-zoom")) tools.hidden = false;
}

function go(how: string): boolean {
  const by = slide / near;
  switch (how) {
    case "in": case "+": case "=": near = Math.min(most, near * step); break;
    case "out": case "-": near = Math.max(1, near / step); break;
    case "all": case "0": near = 1; break;
    case "ArrowLeft": middle.x -= by; break;
    case "ArrowRight": middle.x += by; break;
    case "ArrowUp": middle.y -= by; break;
    case "ArrowDown": middle.y += by; break;
    default: return false;
  }
  look();
  return true;
}

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-zoom]");
  if (!button) return;
  go(button.dataset["zoom"] ?? "");
  if (event.detail > 0) button.blur(); // by hand: the focus would keep the figures from being renewed
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || (event.target as Element).closest("input, select, textarea, summary")) return;
  if (event.key.startsWith("Arrow") && near === 1) return; // the page's own
  if (go(event.key)) event.preventDefault();
});

let held: { x: number; y: number; from: { x: number; y: number }; moved: boolean } | null = null;

document.addEventListener("pointerdown", (event) => {
  if (near > 1 && event.button === 0 && (event.target as Element).closest(".wall-main .map-sheet")) held = { x: event.clientX, y: event.clientY, from: { ...middle }, moved: false };
});
document.addEventListener("pointermove", (event) => {
  const all = held && sheet();
  const unit = all?.svg.getScreenCTM()?.a;
  if (!held || !all || !unit) return;
  const dx = event.clientX - held.x, dy = event.clientY - held.y;
  held.moved ||= Math.hypot(dx, dy) > slack;
  if (!held.moved) return;
  middle = { x: held.from.x - dx / unit / all.width, y: held.from.y - dy / unit / all.height };
  look();
});
// A drag that ends over a place does not open it.
document.addEventListener("click", (event) => {
  if (held?.moved) event.preventDefault();
  held = null;
}, true);
document.addEventListener("pointerup", () => { setTimeout(() => { held = null; }); });
document.addEventListener("dragstart", (event) => {
  if ((event.target as Element).closest(".wall-main .map-sheet")) event.preventDefault();
});
document.addEventListener("gongzhi:fresh", look);
look();
