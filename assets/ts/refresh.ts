// <body data-refresh="30000">: every so many milliseconds the page asks for itself and takes over what #main holds now,
// without motion. What the reader is at stays: nothing is replaced while the focus is inside, the page is hidden, or
// the answer is not a page. The next round tries again.
export function refresh(): void {
  const every = Number(document.body.dataset["refresh"]);
  if (!(every >= 1000)) return;
  setInterval(() => void once(), every);
}

async function once(): Promise<void> {
  const main = document.getElementById("main");
  if (!main || document.hidden || main.contains(document.activeElement)) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
    if (!fresh || main.contains(document.activeElement)) return;
    main.replaceChildren(...fresh.childNodes);
    document.dispatchEvent(new CustomEvent("gongzhi:fresh"));
  } catch {
    // No network for a moment: the figures on the wall stay, with the data time they carry.
  }
}
