// The wall's map from nearer: by buttons, by keys and by hand, over a refresh, and not at all without script.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, serve, wall } from "./harness.mjs";

test("the map of the wall is looked at from nearer", async (t) => {
  const server = await serve(t, { args: ["--demo"], seconds: 120 });
  const { open, browser } = await browse(t, server.url);
  const page = await open("/wall", { viewport: wall });
  const box = () => page.locator(".map-sheet").getAttribute("viewBox").then((s) => s.split(" ").map(Number));
  const whole = await box();
  await page.getByRole("button", { name: "放大" }).click();
  const nearer = await box();
  assert.ok(nearer[2] < whole[2] && nearer[3] < whole[3], `${nearer} is not nearer than ${whole}`);
  assert.equal(await page.evaluate(() => document.getElementById("main").contains(document.activeElement)), false, "the focus would stop the refresh");
  const share = ([x, y, w, h]) => [(x + w / 2 - whole[0]) / whole[2], (y + h / 2 - whole[1]) / whole[3]].map((n) => n.toFixed(2));
  assert.deepEqual(share(nearer), ["0.50", "0.50"]);

  await page.keyboard.press("+");
  await page.keyboard.press("ArrowRight");
  const moved = await box();
  assert.ok(moved[2] < nearer[2] && moved[0] > nearer[0], `${moved} after ${nearer}`);
  const sheet = await page.locator(".map-sheet").boundingBox();
  const at = { x: sheet.x + sheet.width / 2, y: sheet.y + sheet.height / 2 };
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await page.mouse.move(at.x + 60, at.y + 40, { steps: 4 });
  await page.mouse.up();
  const dragged = await box();
  assert.ok(dragged[0] < moved[0] && dragged[1] < moved[1], `${dragged} after ${moved}`);
  assert.equal(new URL(page.url()).pathname, "/wall", "a drag opened what lay under it");

  // What is renewed is seen from where one stood.
  await page.evaluate(() => {
    const fresh = document.querySelector(".wall-main .map").cloneNode(true);
    fresh.querySelector(".map-sheet").setAttribute("viewBox", fresh.querySelector(".map-sheet").dataset.whole);
    fresh.querySelector(".map-zoom").hidden = true;
    document.querySelector(".wall-main .map").replaceWith(fresh);
    document.dispatchEvent(new CustomEvent("gongzhi:fresh"));
  });
  assert.deepEqual(await box(), dragged);
  await page.getByRole("button", { name: "看全图" }).click();
  assert.deepEqual(await box(), whole);
  await page.getByRole("button", { name: "缩小" }).click();
  assert.deepEqual(await box(), whole, "farther than the whole");
  await page.sound();

  const context = await browser.newContext({ baseURL: server.url, viewport: wall, javaScriptEnabled: false });
  const plain = await context.newPage();
  await plain.goto("/wall");
  assert.equal(await plain.locator(".map-zoom").isVisible(), false, "buttons that nothing answers");
  await context.close();
});
