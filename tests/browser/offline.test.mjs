// A round without signal, in a real browser: the page was opened with signal, everything is filled in without, closed and
// opened again without, changed and removed on the phone, and recorded once there is signal again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fillStop as fill, folds, morning, passwordOf, picture, queued, ready, round, signIn, sound } from "./phone.mjs";
import { demo } from "./town.mjs";

test("a round without signal", async (t) => {
  const town = await demo(t, morning);
  const page = await signIn(town, "chief3");
  await round(page);
  assert.equal(await folds(page).count(), 3, "three places, each with its form on one page");
  await sound(page);
  const photo = await picture(page);
  await page.waitForFunction(() => navigator.serviceWorker?.controller !== null || navigator.serviceWorker.ready);
  await page.reload(); // now through the worker, which keeps it
  await ready(page);

  const context = page.context();
  await context.setOffline(true);
  await fill(page, 0, photo);
  await page.locator("#queue summary").waitFor();
  await fill(page, 1, photo, "problem", "井盖缺失");
  await page.waitForFunction(() => document.querySelector("#queue summary")?.textContent.includes("2"));
  const kept = await queued(page);
  assert.equal(kept.length, 2);
  assert.ok(kept.every((e) => e.state === "waiting" && e.sizes[0] < 700_000 && e.sizes[0] > 10_000), JSON.stringify(kept.map((e) => e.sizes)));
  assert.ok(kept.every((e) => !e.head.includes("Exif") && !e.head.includes("GPS")), "nothing of what the camera wrote leaves the phone");

  // The page opens again without signal; what was filled in is still there, and is not asked again.
  await page.reload();
  await ready(page);
  assert.equal(await page.locator("details.fold:not(.filled)").count(), 1);
  await page.locator("#queue summary").click();
  assert.equal(await page.locator("#queue li").count(), 2);
  await sound(page);

  // Changed on the phone, then one removed and filled in again.
  const second = page.locator("#queue li").nth(1);
  await second.getByRole("button", { name: "改", exact: true }).click();
  await second.locator("input[name=what_it_is]").fill("井盖破损");
  await second.locator("form button:not([type=button])").click();
  await page.locator("#queue li dd", { hasText: /^井盖破损$/ }).waitFor();
  page.once("dialog", (d) => d.accept());
  await page.locator("#queue li").nth(0).getByRole("button", { name: "删去" }).click();
  await page.waitForFunction(() => document.querySelectorAll("#queue li").length === 1);
  assert.equal((await queued(page))[0].sizes.length, 1, "the photograph stays when the words are changed");

  // Signal again: everything is sent, once.
  await context.setOffline(false);
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await page.waitForFunction(() => document.getElementById("queue").hidden, undefined, { timeout: 20_000 });
  await page.goto("/field");
  await ready(page);
  assert.equal(await page.locator("details.fold:not(.filled)").count(), 2, "the removed one is asked again");
  await page.goto("/matters");
  await page.getByRole("link", { name: "91号院门口路面问题" }).first().click(); // what was found is a problem report like any other
  assert.match(await page.locator("main").innerText(), /随手拍/);
});

test("two phones at one place: the second is shown both sides", async (t) => {
  const town = await demo(t, morning);
  const one = await signIn(town, "chief3");
  const two = await signIn(town, "chief3");
  for (const page of [one, two]) await round(page);
  const photo = await picture(one);
  await two.context().setOffline(true);
  await fill(two, 0, photo, "problem", "第二部手机看到的");
  await two.locator("#queue summary").waitFor();
  await fill(one, 0, photo, "fine");
  await one.getByText("已送到").waitFor();
  await two.context().setOffline(false);
  await two.evaluate(() => dispatchEvent(new Event("online")));
  await two.locator("#queue li.refused").waitFor({ timeout: 20_000 });
  const shown = await two.locator("#queue li.refused").innerText();
  assert.match(shown, /第二部手机看到的/, "one's own side");
  assert.match(shown, /那边现在是/);
  assert.match(shown, /看了一处 · 情况：正常/, "the other side");
  await sound(two);
});

test("a session that has ended loses nothing", async (t) => {
  const town = await demo(t, morning);
  const page = await signIn(town, "chief3");
  await round(page);
  await page.context().clearCookies();
  await fill(page, 0, await picture(page));
  await page.locator("#queue a.button").waitFor();
  assert.equal((await queued(page))[0].state, "waiting");
  await Promise.all([page.waitForURL(/sign-in/), page.locator("#queue a.button").click()]);
  await page.fill("input[name=login]", "chief3");
  await page.fill("input[name=password]", passwordOf(town.output(), "chief3"));
  await Promise.all([page.waitForURL(/field/), page.click("form[action='/sign-in'] button")]);
  await ready(page);
  await page.waitForFunction(() => document.getElementById("queue").hidden, undefined, { timeout: 20_000 });
  let taken = 0; // before the queue is drawn it is hidden, too
  for (const end = Date.now() + 20_000; taken === 0 && Date.now() < end; await page.waitForTimeout(200)) taken = (await queued(page)).filter((e) => e.state === "taken").length;
  assert.equal(taken, 1);
});

// A cheap phone on a bad line: everything six times slower, 400 kbit/s with 400 ms. A stop is three taps and a photograph.
test("a stop is three taps and a photograph on a slow phone", async (t) => {
  const town = await demo(t, morning);
  const page = await signIn(town, "chief3");
  const photo = await picture(page);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: 6 });
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 });
  await page.goto("/field");
  await ready(page);
  let taps = 0;
  const tap = (locator) => { taps++; return locator.click(); };
  const stop = folds(page).nth(0);
  await tap(stop.locator("summary"));
  await tap(stop.getByText("正常", { exact: true }));
  await stop.locator("input[type=file]").setInputFiles(photo);
  const began = Date.now();
  await tap(stop.getByRole("button", { name: "提交" }));
  await stop.locator(".kept").waitFor();
  const waited = Date.now() - began;
  assert.equal(taps, 3);
  assert.ok(waited < 20_000, `kept after ${waited} ms`); // 3 s where nothing else runs
  await stop.getByText("已送到").waitFor({ timeout: 60_000 });
  await sound(page);
});

// Whoever works outside reports like everybody else where there is signal: what was filled in is looked over, with what is open
// there already. Where there is none it goes into the queue at once.
test("a report is looked over with signal, and kept without", async (t) => {
  const town = await demo(t, morning);
  const page = await signIn(town, "grid");
  const report = async (words) => {
    await page.goto("/begin/problem");
    await ready(page);
    await page.selectOption("select[name=_subject]", "bishagang");
    await page.selectOption("select[name=category]", "litter");
    await page.fill("input[name=place]", "演示路9号门口");
    await page.fill("textarea[name=words]", words);
    await page.check("input[name=openness][value=public]");
    await page.check("input[name=signature][value=anonymous]");
    await page.locator("form[data-look] button:not([type=button])").last().click();
  };
  const look = page.locator("section.look");
  await report("演示：第一件");
  await look.waitFor();
  assert.match(await look.innerText(), /请核对[\s\S]*演示：第一件/);
  await sound(page);
  await look.getByRole("button", { name: "改", exact: true }).click();
  assert.equal(await look.count(), 0);
  assert.equal(await page.inputValue("textarea[name=words]"), "演示：第一件", "nothing is lost by going back");
  await page.locator("form[data-look] button:not([type=button])").last().click();
  await look.waitFor();
  await Promise.all([page.waitForURL(/receipts/), look.getByRole("button", { name: /^提交：/ }).click()]);

  // The second is shown the first before it is sent; it is not sent.
  await report("演示：第二件");
  await look.getByText("也是这件").or(look.locator("a[href^='/matters/']")).first().waitFor();
  const before = (await queued(page)).length;

  await report("演示：第三件");
  await look.waitFor();
  await page.context().setOffline(true);
  await look.getByRole("button", { name: /^提交：/ }).click(); // the signal went while it was looked over
  await page.locator("#queue summary").waitFor();
  assert.equal((await queued(page)).length, before + 1, "what was only looked at is not kept");
  await page.context().setOffline(false);
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await page.waitForURL(/receipts/, { timeout: 20_000 });

  await page.goto("/begin/problem");
  await ready(page);
  await page.selectOption("select[name=_subject]", "bishagang");
  await page.selectOption("select[name=category]", "posters");
  await page.fill("input[name=place]", "演示路10号门口");
  await page.fill("textarea[name=words]", "演示：第四件，没有信号");
  await page.check("input[name=openness][value=public]");
  await page.check("input[name=signature][value=anonymous]");
  await page.context().setOffline(true);
  await page.locator("form[data-look] button:not([type=button])").last().click();
  await page.locator("#queue summary").waitFor();
  assert.equal(await look.count(), 0, "without signal nothing is waited for");
  await sound(page);
});
