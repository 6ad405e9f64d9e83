// Whole journeys of the demo's people without a mouse, and without script.
import assert from "node:assert/strict";
import test from "node:test";
import { desk, phone } from "./harness.mjs";
import { stops } from "./looks.mjs";
import { demo, fill, submit } from "./town.mjs";

async function house(t) {
  const served = await demo(t);
  // The matter that is voted on, as anybody finds it.
  const home = await served.open("/");
  const ballot = await home.locator("main a", { hasText: "演示路91号院综合改造" }).first().getAttribute("href");
  await home.context().close();
  return { ...served, ballot };
}

// press goes on with Tab until the focus is on what has those words, and presses Enter there.
async function press(page, words, most = 60) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => (document.activeElement?.innerText ?? "").trim());
    if (words instanceof RegExp ? words.test(here) : here === words) {
      await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
      return i + 1;
    }
  }
  assert.fail(`${words} is not reached within ${most} presses of Tab on ${page.url()}`);
}

test("a vote by keyboard alone, from the sign-in to the receipt", { timeout: 180_000 }, async (t) => {
  const { open, people, ballot } = await house(t);
  const page = await open("/sign-in", { viewport: phone });
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement.className), /skip/, "the first stop is the way past the header");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.name), "login", "after it comes the first question");
  await page.keyboard.type("owner");
  await page.keyboard.press("Tab");
  await page.keyboard.type(people["owner"]);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  assert.doesNotMatch(page.url(), /sign-in/);

  await page.goto(ballot);
  await press(page, /^投票$|^改投$/);
  assert.match(page.url(), /\/do\/cast/);
  // Radios: Tab comes to the group, the arrows choose within it.
  for (let i = 0; i < 30 && !(await page.evaluate(() => document.activeElement?.type === "radio")); i++) await page.keyboard.press("Tab");
  const groups = await page.locator("main input[type=radio]").evaluateAll((all) => new Set(all.map((e) => e.name)).size);
  for (let g = 0; g < groups; g++) {
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowDown");
    if (g < groups - 1) await page.keyboard.press("Tab");
  }
  assert.equal(await page.locator("main input[type=radio]:checked").count(), groups, "every question has an answer");
  await press(page, "下一步：核对");
  await press(page, /^投票$|^改投$/);
  assert.match(page.url(), /\/receipts\//);
  await page.sound();
});

test("no stop of the keyboard is hidden, covered or without its ring", { timeout: 240_000 }, async (t) => {
  const { open, signIn, ballot } = await house(t);
  const faults = [];
  const walk = async (page, path) => {
    await page.goto(path);
    const { count, found } = await stops(page, 60);
    if (count < 3) faults.push(`${path}: only ${count} stops`);
    faults.push(...found.map((what) => `${path}: ${what}`));
  };
  const stranger = await open("/", { viewport: phone });
  for (const path of ["/", ballot, "/search", "/wall"]) await walk(stranger, path);
  const owner = await signIn("owner", { viewport: phone });
  for (const path of ["/me", `${ballot}/do/cast`]) await walk(owner, path);
  const worker = await signIn("worker", { viewport: desk });
  for (const path of ["/desk", "/desk/calendar", "/desk/notices", "/desk/settings", `/desk${ballot}`, "/desk/registers/compound", "/desk/registers/compound/new", "/desk/import"]) await walk(worker, path);
  assert.deepEqual(faults, []);
});

test("without script: read, vote, look the receipt up, and work at the desk", { timeout: 180_000 }, async (t) => {
  const { signIn, ballot } = await house(t);
  const plain = { javaScriptEnabled: false };
  const owner = await signIn("owner", { viewport: phone, ...plain });
  await owner.goto(ballot);
  await Promise.all([owner.waitForEvent("load"), owner.locator(".actbar .button-primary, .actbar .button").last().click()]);
  assert.match(owner.url(), /\/do\//);
  const names = await owner.locator("main input[type=radio]").evaluateAll((all) => [...new Set(all.map((e) => e.name))]).catch(() => null);
  if (names === null || names.length === 0) assert.fail("the form has no choices");
  for (const name of names) await owner.locator(`main input[type=radio][name="${name}"]`).first().check();
  await submit(owner);
  assert.match(await owner.locator("h1").innerText(), /核对/);
  await owner.locator("main form:has(input[name=_stage][value=send]) button").click();
  await owner.waitForLoadState("load");
  assert.match(owner.url(), /\/receipts\//);
  const code = (await owner.locator(".receipt dd.code").first().innerText()).replace(/\s/g, "");
  await owner.goto("/check");
  await fill(owner, { receipt: code });
  await Promise.all([owner.waitForEvent("load"), owner.locator("main form button").first().click()]);
  assert.match(owner.url(), /\/receipts\//, `the receipt ${code} is not found`);
  assert.deepEqual(owner.faults, []);

  const worker = await signIn("worker", { viewport: desk, ...plain });
  await worker.goto("/desk/registers/compound");
  const all = await worker.locator("tbody tr").count();
  const words = worker.locator("main .filters input[type=search], main .filters input[type=text], main .filters input:not([type])").first();
  await words.fill("演示路91号院");
  await Promise.all([worker.waitForEvent("load"), worker.locator("main .filters button").first().click()]);
  const cut = await worker.locator("tbody tr").count();
  assert.ok(cut > 0 && cut < all, `the filter leaves ${cut} of ${all}`);
  for (const [path, says] of [["/desk", "待办"], ["/desk/calendar", "日历"], [`/desk${ballot}`, "现在等什么"], ["/desk/settings", "设置"]]) {
    await worker.goto(path);
    assert.ok((await worker.locator("main").innerText()).includes(says), `${path} does not say ${says}`);
  }
  // The navigation of a narrow screen opens by its link.
  await worker.setViewportSize(phone);
  await worker.goto("/desk");
  assert.ok(!(await worker.locator("#nav").isVisible()));
  await worker.locator("a.menu").click();
  assert.ok(await worker.locator("#nav").isVisible());
  assert.deepEqual(worker.faults, []);
});

test("somebody asks for their own data from the page that shows it, without script", { timeout: 180_000 }, async (t) => {
  const { signIn } = await house(t);
  const owner = await signIn("owner", { javaScriptEnabled: false, viewport: phone });
  await owner.goto("/me/data");
  await owner.sound();
  await owner.locator('a[href="/begin/data_request"]').click();
  assert.match(owner.url(), /\/begin\/data_request$/);
  await owner.sound();
  const compound = owner.locator('main select[name="_subject"] option:not([value=""])');
  assert.ok((await compound.count()) > 0, "they are offered the place they live in");
  assert.ok((await compound.count()) < 4, "and no other");
  const asked = "请给我一份我家的登记信息（演示数据）";
  await fill(owner, { _subject: await compound.first().getAttribute("value"), asked_for: "copy", which_data: asked });
  await submit(owner);
  await owner.sound();
  await Promise.all([owner.waitForEvent("load"), owner.locator("main form:has(input[name=_stage][value=send]) button").click()]);
  assert.match(owner.url(), /\/receipts\//, await owner.locator("main").innerText());
  await owner.sound();
  await owner.goto("/me/data");
  assert.ok((await owner.locator("main").innerText()).includes(asked), "what was asked is part of what one has");
  // It waits for the community, and nobody else can read what it is about.
  const matter = await owner.locator("main tr", { hasText: asked }).locator('a[href^="/matters/"]').first().getAttribute("href");
  const stranger = await signIn("worker2", {});
  await stranger.goto(matter);
  assert.ok(!(await stranger.content()).includes(asked));
});
