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

// A shape may be drawn: <div data-draw="id of its text" data-script="…" hidden>. The map comes when it is asked for; it
// weighs more than all the rest of the page.
for (const box of document.querySelectorAll<HTMLElement>("[data-draw]")) {
  const open = box.querySelector<HTMLButtonElement>("[data-do=open]");
  box.hidden = false;
  open?.addEventListener("click", () => {
    open.disabled = true;
    const script = document.createElement("script");
    script.src = box.dataset["script"] ?? "";
    script.addEventListener("load", () => { open.hidden = true; box.dispatchEvent(new CustomEvent("gongzhi:draw")); });
    script.addEventListener("error", () => { open.disabled = false; }); // no network: the text can still be written
    document.head.append(script);
  });
}

export {};
