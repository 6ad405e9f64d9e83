// <body data-refresh="30000">: every so many milliseconds the page asks for itself and takes over what #main holds now,
// without motion. What the reader is at stays: nothing is replaced while the focus is inside, the page is hidden, or
// the answer is not a page. The next round tries again, until an answer asks for no more: what was awaited is there.
export function refresh(): void {
  const every = Number(document.body.dataset["refresh"]);
  if (!(every >= 1000)) return;
  // One question at a time: an answer that was long in coming must not take the place of a later one.
  const next = (): void => {
    setTimeout(() => void once().then((last) => { if (!last) next(); }), every);
  };
  next();
}

// What was awaited may have turned out to be refused, with a page that says why.
const refused = [409, 413, 415, 422];

async function once(): Promise<boolean> {
  const main = document.getElementById("main");
  if (!main || document.hidden || main.contains(document.activeElement)) return false;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!(answer.ok || refused.includes(answer.status)) || answer.redirected) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("main");
    if (!fresh || main.contains(document.activeElement)) return false;
    main.replaceChildren(...fresh.childNodes);
    document.title = page.title;
    document.dispatchEvent(new CustomEvent("gongzhi:fresh"));
    return page.body.dataset["refresh"] === undefined;
  } catch {
    // No network for a moment: the figures on the wall stay, with the data time they carry.
    return false;
  }
}
