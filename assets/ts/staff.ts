// The script of the pages of those who work here, beside core.ts.

// A head box ticks its whole table: <input type="checkbox" data-all="items"> over <input name="items">. Without
// this script the box is hidden, since it could do nothing.
for (const head of document.querySelectorAll<HTMLInputElement>("input[data-all]")) {
  const rows = (): HTMLInputElement[] =>
    [...(head.closest("table")?.querySelectorAll<HTMLInputElement>(`input[name="${CSS.escape(head.dataset["all"] ?? "")}"]`) ?? [])];
  head.hidden = false;
  head.addEventListener("change", () => {
    for (const row of rows()) row.checked = head.checked;
  });
  head.closest("table")?.addEventListener("change", (event) => {
    if (event.target === head) return;
    const ticked = rows().filter((row) => row.checked).length;
    head.checked = ticked > 0 && ticked === rows().length;
    head.indeterminate = ticked > 0 && ticked < rows().length;
  });
}

// Faces and plates are covered: rectangles drawn over <div data-cover="id of its text"> are written there, one a line, as
// "left,top,width,height" in thousandths, and what is written there is drawn. The server covers; this only shows where.
for (const box of document.querySelectorAll<HTMLElement>("[data-cover]")) {
  const text = document.getElementById(box.dataset["cover"] ?? "") as HTMLTextAreaElement | null;
  const picture = box.querySelector<HTMLElement>(".cover-picture");
  const tools = box.querySelector<HTMLElement>(".buttons");
  if (!text || !picture || !tools) continue;
  tools.hidden = false;
  type Patch = [number, number, number, number];
  const read = (): Patch[] => text.value.split("\n").map((line) => line.split(/[,，]/).map(Number))
    .filter((p): p is Patch => p.length === 4 && p.every(Number.isFinite));
  let drawn: Patch | null = null;
  const show = (): void => {
    for (const old of picture.querySelectorAll(".cover-patch")) old.remove();
    for (const [x, y, wide, high] of drawn ? [...read(), drawn] : read()) {
      const patch = document.createElement("div");
      patch.className = "cover-patch";
      patch.style.cssText = `left:${x / 10}%;top:${y / 10}%;width:${wide / 10}%;height:${high / 10}%`;
      picture.append(patch);
    }
  };
  const write = (list: Patch[]): void => { text.value = list.map((p) => p.join(",")).join("\n"); show(); };
  const at = (event: PointerEvent): [number, number] => {
    const r = picture.getBoundingClientRect();
    const share = (n: number, of: number): number => Math.max(0, Math.min(1000, Math.round((n / of) * 1000)));
    return [share(event.clientX - r.left, r.width), share(event.clientY - r.top, r.height)];
  };
  let from: [number, number] | null = null;
  picture.addEventListener("dragstart", (event) => event.preventDefault());
  picture.addEventListener("pointerdown", (event) => { from = at(event); picture.setPointerCapture(event.pointerId); event.preventDefault(); });
  picture.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [x, y] = at(event);
    drawn = [Math.min(x, from[0]), Math.min(y, from[1]), Math.abs(x - from[0]), Math.abs(y - from[1])];
    show();
  });
  picture.addEventListener("pointerup", () => {
    const patch = drawn;
    from = drawn = null;
    if (patch && patch[2] > 4 && patch[3] > 4) write([...read(), patch]);
    else show();
  });
  tools.querySelector("[data-do=undo]")?.addEventListener("click", () => write(read().slice(0, -1)));
  tools.querySelector("[data-do=clear]")?.addEventListener("click", () => write([]));
  text.addEventListener("input", show);
  show();
}

export {};
