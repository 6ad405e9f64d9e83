// The hard cases of work without signal, in a real browser: a volunteer's check-in, an inspection, a photograph whose line
// breaks half way, a browser that is closed meanwhile, one phone for two people, one stop open twice, and a method that
// was changed while the phone had no signal.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { browse, chromiumPath, phone, root, serve } from "./harness.mjs";
import { emptied, fillStop, kept, line, morning, picture, queued, ready, round, signal, signIn, signInHere, sound } from "./phone.mjs";
import { act, demo, fill, hands, submit } from "./town.mjs";

const strip = (page) => page.locator("#queue");

test("a volunteer checks in without signal, and the hours count once", { timeout: 180_000 }, async (t) => {
  const friday = await demo(t, "2026-11-27T08:10:00+08:00"); // the demo's volunteer has signed up for this morning
  const page = await friday.signIn("helper", { viewport: phone });
  await page.goto("/field");
  await ready(page);
  await kept(page);
  await sound(page);
  const here = page.getByRole("button", { name: "签到：演示路口" });
  assert.equal(await page.locator("form[data-offline] button").first().innerText(), "签到：演示路口", "the place one signed up for comes first");
  await page.context().setOffline(true);
  const before = Date.now();
  await here.click();
  await strip(page).locator("summary").waitFor();
  const [mine] = await queued(page);
  assert.ok(mine.state === "waiting" && mine.made >= before && mine.made <= Date.now(), "the phone's own time is kept");
  await strip(page).locator("summary").click();
  const shown = await strip(page).locator("li").innerText();
  assert.match(shown, /签到：演示路口/);
  assert.ok(shown.includes(await page.evaluate((at) => new Date(at).toLocaleString("zh-CN"), mine.made)), `the phone's time is shown: ${shown}`);
  await page.reload(); // without signal
  await ready(page);
  assert.equal(await here.isVisible(), false, "nobody checks in twice");

  // Taken back, and done again: until it is sent it is the writer's own.
  await strip(page).locator("summary").click();
  page.once("dialog", (d) => d.accept());
  await strip(page).getByRole("button", { name: "删去" }).click();
  await page.waitForFunction(() => document.getElementById("queue").hidden);
  await page.reload();
  await ready(page);
  await here.click();
  await strip(page).locator("summary").waitFor();
  await sound(page);

  // The first time the answer gets lost on its way back: it is on record, and the phone asks again.
  let lost = 0;
  await page.route("**/do/arrive", async (route) => {
    if (lost++ > 0) return route.continue();
    await route.fetch();
    await route.abort();
  });
  await page.context().setOffline(false);
  await signal(page);
  while (lost === 0) await page.waitForTimeout(100);
  await page.waitForTimeout(500);
  assert.equal((await queued(page))[0].state, "waiting", "no answer is no receipt");
  await signal(page);
  await emptied(page, 1);
  assert.equal(lost, 2);

  // Somebody without a phone, and the next: one after the other by whoever runs the place, without signal.
  const runs = await friday.signIn("worker", { viewport: phone });
  await runs.goto("/field");
  await ready(runs);
  await runs.context().setOffline(true);
  const others = runs.locator("details.fold", { hasText: "代人签到：演示广场" });
  await others.locator("summary").click();
  assert.equal(await others.locator("select[name=who] option").count() > 2, true);
  const people = await others.locator("select[name=who] option").evaluateAll((all) => all.map((o) => o.value).filter(Boolean));
  for (const [i, who] of people.slice(0, 2).entries()) {
    await others.locator("select[name=who]").selectOption(who);
    await others.locator("form button").click();
    await runs.waitForFunction((n) => document.querySelectorAll("#queue li").length === n, i + 1);
    assert.equal(await others.locator("select[name=who]").inputValue(), "", "the form is for the next one");
  }
  await runs.context().setOffline(false);
  await signal(runs);
  await emptied(runs, 2);

  // Whoever runs the place counts heads and hours; then the hours stand, once.
  const matter = /\/matters\/(\d+)/.exec(await page.locator("form[data-offline]").first().getAttribute("action"))[1];
  const worker = await friday.signIn("worker");
  await act(worker, matter, "record", { heads: "12", hours_each: "2" }, { item: "qingjie-1" });
  await page.goto("/me/service");
  const lines = (await page.locator("main tbody tr").allInnerTexts()).filter((s) => s.includes("2026-11-27") && s.includes("演示路口"));
  assert.equal(lines.length, 1, lines.join("\n"));
  assert.match(lines[0], /演示路口\s*2\s/);
});

test("an inspection of a shop front without signal", { timeout: 180_000 }, async (t) => {
  const town = await demo(t, morning);
  const office = await signIn(town, "office", { viewport: { width: 1440, height: 900 } });
  await office.goto("/desk/registers/storefront/new"); // a shop that has signed its promise
  await fill(office, { _parent: "road_section/yanshi-n", name: "演示便利店", address: "演示路北段1号（演示数据）", signed: "2026-01-05" });
  await submit(office);
  assert.doesNotMatch(office.url(), /new$/, await office.locator("main").innerText());
  const page = await signIn(town, "chief3");
  await page.goto("/begin/storefront_check");
  await ready(page);
  await kept(page);
  await sound(page);
  await page.context().setOffline(true);
  await page.locator("select[name=_subject]").selectOption({ label: await page.locator("select[name=_subject] option", { hasText: "演示便利店" }).innerText() });
  await page.locator("form[data-offline] button").last().click();
  await strip(page).locator("summary").waitFor();
  await page.context().setOffline(false);
  await Promise.all([page.waitForURL(/receipts/), signal(page)]);

  await page.goto("/field");
  await ready(page);
  await kept(page);
  const photo = await picture(page);
  await page.context().setOffline(true);
  await page.reload();
  await ready(page);
  const look = page.locator(".panel", { hasText: "演示便利店门前责任检查" }).locator("details.fold").first();
  await look.locator("summary").click();
  await look.locator("input[value=wanting]").check();
  await look.locator("input[value=hygiene]").check();
  await look.locator("input[type=file]").setInputFiles(photo);
  await look.locator("form button").click();
  await strip(page).locator("summary").waitFor();
  await strip(page).locator("summary").click();
  assert.match(await strip(page).locator("li").innerText(), /有没做到的[\s\S]*卫生/);
  // A second look shows that they had swept meanwhile: changed on the phone.
  await strip(page).getByRole("button", { name: "改", exact: true }).click();
  await strip(page).locator("input[value=hygiene]").uncheck();
  await strip(page).locator("input[value=facade]").check();
  await strip(page).locator("form button:not([type=button])").click();
  await strip(page).locator("dd", { hasText: "立面" }).waitFor();
  await sound(page);
  await page.context().setOffline(false);
  await signal(page);
  await emptied(page, 2);
  const again = await signIn(town, "chief2"); // whoever looked does not look again
  await again.goto("/field");
  assert.match(await again.locator("main").innerText(), /演示便利店门前责任检查/);
  await page.goto("/matters");
  await page.getByRole("link", { name: "演示便利店门前责任检查" }).first().click();
  assert.match(await page.locator("main").innerText(), /立面/);
});

test("the line breaks while a photograph is on its way", { timeout: 120_000 }, async (t) => {
  const town = await serve(t, { args: ["--demo", "--clock", hands(t, morning).file], seconds: 120 });
  const wire = await line(t, town.url);
  const { open } = await browse(t, wire.url);
  const page = await signIn({ ...town, open }, "chief3");
  const matter = await round(page);
  await kept(page);
  const photo = await picture(page);
  const before = wire.sent();
  wire.cutAfter(30_000);
  await fillStop(page, 0, photo);
  await strip(page).getByText("现在没有信号").waitFor({ state: "attached", timeout: 30_000 });
  assert.ok(wire.sent() - before === 30_000, `the line was cut after ${wire.sent() - before} bytes`);
  const [mine] = await queued(page);
  assert.ok(mine.state === "waiting" && mine.sizes[0] > 40_000, `a part of it cannot be the whole: ${mine.sizes}`);
  await page.reload(); // nobody answers: the phone has the page
  await ready(page);
  assert.equal(await page.locator("details.fold:not(.filled)").count(), 2);
  const looks = async () => (await (await fetch(`${town.url}/matters/${matter}/record`)).text()).match(/看了一处/g)?.length ?? 0;
  assert.equal(await looks(), 0, "half a photograph is on record");
  wire.mend();
  await signal(page);
  await emptied(page, 1);
  assert.equal(await looks(), 1);
});

test("the browser is closed without signal, and opened again", { timeout: 120_000 }, async (t) => {
  const town = await serve(t, { args: ["--demo", "--clock", hands(t, morning).file], seconds: 120 });
  const wire = await line(t, town.url);
  const folder = mkdtempSync(join(tmpdir(), "gongzhi-phone-"));
  const opened = [];
  t.after(async () => {
    for (const context of opened) await context.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const start = async () => {
    const context = await chromium.launchPersistentContext(folder, {
      executablePath: chromiumPath(), args: ["--no-sandbox"], baseURL: wire.url, viewport: phone, locale: "zh-CN", timezoneId: "Asia/Shanghai",
    });
    opened.push(context);
    return context.pages()[0] ?? context.newPage();
  };
  let page = await start();
  await page.goto("/sign-in");
  await signInHere(page, town.output, "chief3");
  await round(page);
  await kept(page);
  const photo = await picture(page);
  wire.cut();
  await fillStop(page, 0, photo, "problem", "井盖缺失");
  await strip(page).locator("summary").waitFor();
  const [first] = await queued(page);
  await opened.pop().close();

  page = await start();
  await page.goto("/field");
  await ready(page);
  assert.equal(await page.locator("details.fold:not(.filled)").count(), 2, "what was filled in is not asked again");
  assert.deepEqual(await queued(page), [first], "photograph, words and time are what they were");
  await fillStop(page, 1, photo);
  await page.waitForFunction(() => document.querySelectorAll("#queue li").length === 2);
  wire.mend();
  await signal(page);
  const sent = await emptied(page, 2);
  assert.deepEqual(sent.map((e) => e.id)[0], first.id);
});

test("one phone, two people: nobody sends for somebody else", { timeout: 120_000 }, async (t) => {
  const town = await demo(t, morning);
  const page = await signIn(town, "chief3");
  const matter = await round(page);
  await kept(page);
  const context = page.context();
  await context.setOffline(true);
  await fillStop(page, 0, await picture(page), "settled");
  await strip(page).locator("summary").waitFor();
  await context.clearCookies(); // the session ends meanwhile
  await context.setOffline(false);
  await signal(page);
  await strip(page).getByText("登录已经过期").waitFor();

  const other = await context.newPage();
  await other.goto("/sign-in");
  await signInHere(other, town.output, "chief2");
  await other.goto("/field");
  await ready(other);
  await strip(other).locator("summary").click();
  assert.match(await strip(other).innerText(), /用别的账号填的/);
  assert.equal(await strip(other).locator("li").count(), 0, "what somebody else wrote is shown to nobody but them");
  await strip(other).getByRole("button", { name: "立即上传" }).click();
  await signal(page); // the first page is still open, and the browser is now somebody else's
  await page.waitForTimeout(1500);
  assert.deepEqual((await queued(other)).map((e) => e.state), ["waiting"]);
  await kept(other);
  await context.setOffline(true);
  await other.reload();
  await ready(other);
  assert.equal(await other.locator("#queue").getAttribute("data-person"), "demo-chief2", "no page of somebody else's opens");
  await context.setOffline(false);

  await other.goto("/sign-out");
  await Promise.all([other.waitForEvent("load"), other.locator("main form button").first().click()]);
  await other.goto("/sign-in?back=/field");
  await signInHere(other, town.output, "chief3");
  await ready(other);
  await emptied(other, 1);
  const record = await (await fetch(`${town.url}/matters/${matter}/record`)).text();
  assert.match(record.replace(/<[^>]+>/g, " "), /看了一处\s+三级路长/);
  assert.doesNotMatch(record, /二级路长/);
});

test("one stop, open in two pages of a phone", { timeout: 120_000 }, async (t) => {
  const town = await demo(t, morning);
  const page = await signIn(town, "chief3");
  await round(page);
  const beside = await page.context().newPage();
  await beside.goto("/field");
  await ready(beside);
  await page.context().setOffline(true);
  await fillStop(page, 0, await picture(page));
  await strip(page).locator("summary").waitFor();
  await beside.waitForFunction(() => document.querySelectorAll("details.fold.filled").length === 1);
  assert.equal(await strip(beside).locator("summary").innerText(), await strip(page).locator("summary").innerText());
  await page.context().setOffline(false);
  await Promise.all([signal(page), signal(beside)]);
  await emptied(page, 1);
});

test("the method is changed while the phone has no signal", { timeout: 240_000 }, async (t) => {
  const charter = mkdtempSync(join(tmpdir(), "gongzhi-charter-")), data = mkdtempSync(join(tmpdir(), "gongzhi-data-"));
  t.after(() => { for (const folder of [charter, data]) rmSync(folder, { recursive: true, force: true }); });
  cpSync(join(root, "charters/linshanzhai"), charter, { recursive: true });
  const args = ["--demo", "--charter", charter, "--clock", hands(t, morning).file];
  const old = await serve(t, { args, data, seconds: 120 });
  const wire = await line(t, old.url);
  const { open } = await browse(t, wire.url);
  const town = { ...old, open };
  const chief = await signIn(town, "chief3");
  await round(chief);
  const page = await signIn(town, "grid");
  await page.goto("/begin/problem");
  await ready(page);
  const photo = await picture(page);
  wire.cut();
  await fillStop(chief, 0, photo);
  await strip(chief).locator("summary").waitFor();
  for (const context of [page.context(), chief.context()]) await context.setOffline(true);
  await fill(page, { _subject: "bishagang", category: "litter", place: "演示路9号门口", words: "演示：没有信号时写的", openness: "public", signature: "anonymous", photos: photo });
  await page.locator("form[data-offline] button:not([type=button])").last().click();
  await strip(page).locator("summary").waitFor();

  // Meanwhile the office asks one question more.
  await old.stop();
  const file = join(charter, "methods/problem.yaml");
  const method = readFileSync(file, "utf8"), at = method.indexOf("    - { key: photos,");
  writeFileSync(file, `${method.slice(0, at)}    - { key: since, label: { zh: 从什么时候起, en: Since when }, type: line, audience: public }\n${method.slice(at)}`);
  const now = await serve(t, { args, data, seconds: 120 });
  wire.to(now.url);
  wire.mend();

  for (const p of [chief, page]) {
    await p.context().setOffline(false);
    await signal(p);
  }
  await emptied(chief, 1); // a round that is under way goes on under the version it was begun under
  const entry = strip(page).locator("li.refused");
  await entry.waitFor({ timeout: 30_000 });
  assert.match(await entry.innerText(), /这张表在您填写以后改过[\s\S]*请对照现在的表改好再交/);
  await sound(page);
  await page.context().setOffline(true);
  await entry.getByRole("button", { name: "改", exact: true }).click();
  await entry.getByText("现在的表要有信号才能打开").waitFor();
  await page.context().setOffline(false);
  await entry.getByRole("button", { name: "改", exact: true }).click();
  await entry.locator("input[name=since]").waitFor();
  assert.equal(await entry.locator("textarea[name=words]").inputValue(), "演示：没有信号时写的", "nothing is written twice");
  await sound(page);
  await entry.locator("input[name=since]").fill("昨天");
  await entry.locator("form button:not([type=button])").first().click();
  const [sent] = await emptied(page, 1);
  await page.goto(sent.answer.href);
  const matter = await page.locator("main a[href^='/matters/']").first().getAttribute("href");
  await page.goto(`${matter}/record`);
  assert.match(await page.locator("main").innerText(), /从什么时候起[：\s]*昨天/);
});
