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

export {};
