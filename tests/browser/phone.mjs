// What the tests of work without signal share: signing in on a phone, photographs as a camera makes them, what lies in the
// queue, and a line that can be cut.
import { createServer, connect } from "node:net";
import { phone } from "./harness.mjs";

export const passwordOf = (output, login) => new RegExp(`^\\s*${login}\\s+([a-z0-9]{12})`, "m").exec(output)?.[1];

export async function signInHere(page, output, login) {
  await page.fill("input[name=login]", login);
  await page.fill("input[name=password]", passwordOf(output(), login));
  await Promise.all([page.waitForURL((url) => !url.pathname.startsWith("/sign-in")), page.click("form[action='/sign-in'] button")]);
}

// signIn opens a phone of its own and signs in on it.
export async function signIn({ open, output }, login, options = {}) {
  const page = await open("/sign-in", { viewport: phone, ...options });
  await signInHere(page, output, login);
  return page;
}

// morning is a Thursday on which the demo's plan has opened a round of three places for the third chief.
export const morning = "2026-11-26T09:00:00+08:00";

// round opens the page for those who work outside, with that round on it, and gives its number.
export async function round(page) {
  await page.goto("/field");
  await ready(page);
  return /\/matters\/(\d+)/.exec(await page.locator("details.fold form").first().getAttribute("action"))[1];
}

// picture draws a photograph of 4000 × 3000 with the place it was taken at written into it.
export async function picture(page) {
  const data = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [4000, 3000];
    const pen = canvas.getContext("2d");
    for (let i = 0; i < 400; i++) { pen.fillStyle = `hsl(${i * 7} 60% 50%)`; pen.fillRect((i * 197) % 4000, (i * 131) % 3000, 300, 200); }
    return canvas.toDataURL("image/jpeg", 0.9);
  });
  const jpeg = Buffer.from(data.split(",")[1], "base64");
  const exif = Buffer.concat([Buffer.from([0xff, 0xe1, 0x00, 0x22]), Buffer.from("Exif\0\0MM\0*\0\0\0\x08GPS 34.7600,113.62")]);
  exif.writeUInt16BE(exif.length - 2, 2);
  return { name: "IMG_0001.jpg", mimeType: "image/jpeg", buffer: Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]) };
}

// What a browser says of having no network is what was asked for.
export async function sound(page) {
  page.faults?.splice(0, page.faults.length, ...page.faults.filter((f) => !/ERR_(INTERNET_DISCONNECTED|FAILED|CONNECTION|EMPTY_RESPONSE|SOCKET|NETWORK)/.test(f)));
  await page.sound();
}

export const folds = (page) => page.locator("details.fold");
export const ready = (page) => page.waitForFunction(() => document.documentElement.dataset.field === "ready");

// kept waits until the page lies on the phone as well, so that it opens without signal.
export async function kept(page) {
  await page.waitForFunction(() => navigator.serviceWorker?.controller !== null || navigator.serviceWorker.ready);
  await page.reload(); // now through the worker, which keeps it
  await ready(page);
}

// queued is what lies on the phone.
export const queued = (page) => page.evaluate(() => new Promise((resolve, reject) => {
  const ask = indexedDB.open("gongzhi", 1);
  ask.onerror = () => reject(ask.error);
  ask.onsuccess = () => {
    const all = ask.result.transaction("entries").objectStore("entries").getAll();
    all.onsuccess = () => { ask.result.close(); resolve(all.result.map((e) => ({ id: e.id, state: e.state, made: e.made, person: e.person, values: e.values, sizes: e.photos.map((p) => p.bytes.byteLength), head: e.photos.map((p) => new TextDecoder("latin1").decode(p.bytes.slice(0, 400)))[0], answer: e.answer }))); };
  };
}));

// emptied waits until everything of whoever looks was sent.
export async function emptied(page, taken) {
  let list = [];
  for (const end = Date.now() + 30_000; Date.now() < end; await page.waitForTimeout(200)) {
    list = await queued(page);
    if (list.filter((e) => e.state === "taken").length === taken && list.length === taken) return list;
  }
  throw new Error(`want ${taken} taken, have ${JSON.stringify(list.map((e) => [e.state, e.answer]))}`);
}

// signal tells the page what the browser tells it when the network is there again. Where the browser was quicker, the page
// may be on its way to the receipt already.
export const signal = (page) => page.evaluate(() => dispatchEvent(new Event("online"))).catch((error) => {
  if (!String(error).includes("context was destroyed")) throw error;
});

// fill answers what a stop of a round asks.
export async function fillStop(page, i, photo, finding = "fine", what = "", kind = "cover") {
  const fold = folds(page).nth(i);
  await fold.locator("summary").click();
  await fold.locator(`input[value=${finding}]`).check();
  await fold.locator("input[type=file]").setInputFiles(photo);
  if (what) {
    await fold.locator("select[name=kind_of_problem]").selectOption(kind);
    await fold.locator("input[name=what_it_is]").fill(what);
  }
  await fold.locator("form button").click();
}

// line stands between the phone and the house. It carries everything until it is cut: then connections break where they
// are, and nobody answers. cutAfter(n) cuts it once n more bytes have gone from
// the phone to the house; to(url) leads it to another house.
export async function line(t, url) {
  let { port } = new URL(url);
  const open = new Set();
  let up = true, left = Infinity, sent = 0;
  const cut = () => {
    up = false;
    for (const socket of open) socket.destroy();
  };
  const server = createServer((near) => {
    open.add(near);
    near.on("error", () => {}).on("close", () => open.delete(near));
    if (!up) return near.destroy();
    const far = connect(Number(port), "127.0.0.1");
    open.add(far);
    far.on("error", () => near.destroy()).on("close", () => { open.delete(far); near.destroy(); });
    near.on("close", () => far.destroy());
    far.pipe(near);
    near.on("data", (bytes) => {
      const some = bytes.subarray(0, left);
      sent += some.length;
      left -= some.length;
      far.write(some, () => { if (left === 0) cut(); });
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => { cut(); server.close(); });
  return {
    url: `http://127.0.0.1:${server.address().port}`, cut, sent: () => sent,
    mend: () => { up = true; left = Infinity; },
    cutAfter: (n) => { left = n; },
    to: (there) => { ({ port } = new URL(there)); },
  };
}
