// An owner votes on a phone, from the code on paper to the receipt, in under a minute: with script, without it, in large
// text; and what the vote has published can be read and fetched by anyone.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { house, phone } from "./harness.mjs";
import { codes as shown, fill, submit } from "./town.mjs";

const shots = process.env["SHOTS"];
if (shots) mkdirSync(shots, { recursive: true });
const shot = async (page, name) => {
  if (shots) await page.screenshot({ path: join(shots, `vote-${name}.png`), fullPage: true });
};

test("an owner votes on a phone", { timeout: 240_000 }, async (t) => {
  const { open, output } = await house(t);
  const [, login, password] = /^ *(admin) +(\S+)/m.exec(output());
  const admin = await open("/sign-in");
  await fill(admin, { login, password });
  await submit(admin);
  await admin.goto("/desk/codes");
  const compound = await admin.locator('select[name="compound"] option', { hasText: "演示路91号院" }).getAttribute("value");
  await fill(admin, { compound });
  await submit(admin);
  const codes = [...new Set((await shown(admin)).map((one) => one.code))];
  assert.ok(codes.length > 100, `${codes.length} codes`);

  // The compound is in its vote; its page says what is missing on both axes, before and after signing in.
  const stranger = await open("/");
  await stranger.goto("/matters");
  await stranger.locator("a", { hasText: "演示路91号院" }).first().click();
  await stranger.waitForLoadState("load");
  const at = new URL(stranger.url()).pathname;
  const said = (await stranger.locator("main").innerText()).replace(/\s+/g, " ");
  assert.match(said, /还差 [\d,.]+ ㎡ 到三分之二/);
  assert.match(said, /还差 \d+ 户 到三分之二|还差 \d+ 户到三分之二/);

  const votes = async (name, code, choice, options, { sound = false, large = false }) => {
    const began = Date.now();
    const page = await open(large ? "/prefer?size=2&back=/" : "/", { viewport: phone, ...options });
    await page.goto(`/code?c=${code}`);
    await submit(page); // the code stands in the address; one tap lets in
    await page.goto(at);
    await page.locator(`a[href^="${at}/do/cast"]`).first().click();
    await page.waitForLoadState("load");
    if (sound) await page.sound();
    await shot(page, `${name}-1-items`);
    assert.match(await page.locator("main").innerText(), /不带姓名和房号的明细/, "what is published later is said before the vote");
    const empty = submit(page); // nothing chosen: it is said where, and nothing is sent
    await empty.catch(() => undefined);
    await fill(page, { renovate: choice });
    await submit(page);
    if (sound) await page.sound();
    await shot(page, `${name}-2-check`);
    assert.match(await page.locator("main").innerText(), choice === "yes" ? /同意/ : /不同意/);
    await submit(page);
    assert.match(page.url(), /\/receipts\//, await page.locator("main").innerText());
    const took = Date.now() - began;
    if (sound) await page.sound();
    await shot(page, `${name}-3-receipt`);
    assert.deepEqual(await page.sideScroll(), []);
    assert.deepEqual(page.faults.filter((f) => !/422/.test(f)), []);
    t.diagnostic(`${name}: ${(took / 1000).toFixed(1)} s of the machine's time from code to receipt`);
    return took;
  };
  // The machine's own time leaves a person most of the minute.
  for (const [name, options, how] of [["phone", {}, { sound: true }], ["large", {}, { sound: true, large: true }], ["no-script", { javaScriptEnabled: false }, {}]]) {
    const took = await votes(name, codes.splice(-1)[0], name === "large" ? "no" : "yes", options, how);
    assert.ok(took < 40_000, `${name} took ${took} ms`);
  }

  // One telephone from which three households vote is listed at the desk to be asked about, and nothing else becomes of it. A
  // voter who was helped says so.
  const shared = await open("/", { viewport: phone });
  for (const code of codes.splice(-3)) {
    await shared.context().clearCookies({ name: "gongzhi" }); // signed out; the mark of the browser stays
    await shared.goto(`/code?c=${code}`);
    await submit(shared);
    await shared.goto(`${at}/do/cast`);
    await fill(shared, { renovate: "yes", helped: "family" });
    await submit(shared);
    assert.match(await shared.locator("main").innerText(), /家人或邻居/);
    await submit(shared);
    assert.match(shared.url(), /\/receipts\//);
  }
  const [, worker, word] = /^ *(worker) +(\S+)/m.exec(output());
  const clerk = await open("/sign-in");
  await fill(clerk, { login: worker, password: word });
  await submit(clerk);
  await clerk.goto(`/desk${at}/papers`);
  await clerk.sound();
  await shot(clerk, "help");
  assert.match((await clerk.locator("main").innerText()).replace(/\s+/g, " "), /要核一核的 1 处[^]*同一部手机或电脑，3 户，其中 3 张票说明有人协助/);
  await stranger.goto(`${at}/papers`);
  const told = (await stranger.locator("main").innerText()).replace(/\s+/g, " ");
  assert.match(told, /要核一核的 1 处/);
  assert.doesNotMatch(told, /同一部手机|志愿者/, "what stands out is for those who handle the vote");

  // What an ended vote has published.
  await stranger.goto("/matters/1/certificates/owners_ballot/1");
  await stranger.sound();
  await shot(stranger, "certificate");
  const text = await stranger.locator("main").innerText();
  for (const one of ["仅供参考", "名册校验值", "选票校验值", "gongzhi count --rule", "4 × 1230.00 = 4920.00 ≥ 3874.50 = 3 × 1291.50"]) assert.ok(text.includes(one), `the certificate does not say ${one}`);
  const files = await stranger.locator('a[href*="/certificates/"]').evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  for (const href of files.filter((one) => /\.(csv|json|txt)$/.test(one))) {
    const answer = await stranger.request.get(href);
    assert.equal(answer.status(), 200, href);
    assert.ok((await answer.body()).length > 100, `${href} is empty`);
  }
  await stranger.goto("/prefer?lang=en&size=2&back=/matters/1/certificates/owners_ballot/1");
  await stranger.sound();
  await shot(stranger, "certificate-english-large");
});
