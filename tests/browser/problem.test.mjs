// 随手拍 as residents meet it: with and without an account, with and without script, on a phone.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import test from "node:test";
import { PNG } from "pngjs";
import { phone } from "./harness.mjs";
import { act, demo, fill, submit } from "./town.mjs";

// A picture of noise, which weighs what a photograph does and cannot be shrunk but by drawing it smaller.
function photograph(wide, high) {
  const png = new PNG({ width: wide, height: high });
  for (let i = 0; i < png.data.length; i++) png.data[i] = i % 4 === 3 ? 255 : (i * 2654435761) >>> 24;
  return { name: `演示-${randomUUID().slice(0, 8)}.png`, mimeType: "image/png", buffer: PNG.sync.write(png) };
}

const words = async (page) => (await page.locator("main").innerText()).replace(/\s+/g, " ");

test("a report without an account and without script, to its receipt and back", { timeout: 180_000 }, async (t) => {
  const { open } = await demo(t);
  const page = await open("/begin/problem", { viewport: phone, javaScriptEnabled: false });
  assert.equal(await page.locator("[data-locate]").isVisible(), false, "nothing is shown that needs a script");
  assert.equal(await page.locator("[name=signature]").count(), 0, "whoever has no account is not asked for their name");
  await fill(page, { _subject: "bishagang", category: "litter", place: "演示路5号院门口", words: "演示：垃圾没人收", openness: "public", photos: [photograph(40, 30), photograph(40, 30), photograph(40, 30)] });
  await submit(page);
  assert.match(await words(page), /请核对.*演示路5号院门口/);
  assert.equal((await words(page)).match(/演示-[0-9a-f]{8}\.png/g).length, 3, "three photographs");
  await page.getByRole("button", { name: "修改" }).last().click();
  assert.equal(await page.locator("input[type=checkbox][name^=_file_photos]").count(), 3, "what was sent already is kept");
  await page.locator("input[type=checkbox][name^=_file_photos]").first().uncheck();
  await submit(page);
  assert.equal((await words(page)).match(/演示-[0-9a-f]{8}\.png/g).length, 2, "one was left out");
  await page.getByRole("button", { name: /^提交：/ }).click();
  assert.match(page.url(), /\/r\/[A-Z2-7]{16}$/);
  const code = page.url().slice(-16);
  assert.match(await words(page), /请抄下或拍下这个回执码/);
  // Another browser, which has nothing but the code on paper.
  const other = await open("/check", { viewport: phone, javaScriptEnabled: false });
  await fill(other, { receipt: code.toLowerCase().replace(/(.{4})(?=.)/g, "$1 ") });
  await Promise.all([other.waitForEvent("load"), other.getByRole("button", { name: "查" }).click()]);
  assert.equal(other.url().slice(-16), code);
  await other.getByRole("link", { name: /号事项办到哪一步/ }).click();
  assert.match(await words(other), /受理/);
  await other.sound();
});

test("the place by telephone and by the map, photographs shrunk, and what is near", { timeout: 240_000 }, async (t) => {
  const { open, signIn, browser } = await demo(t);
  const page = await signIn("resident", { viewport: phone, geolocation: { longitude: 113.6124, latitude: 34.7479, accuracy: 12 }, permissions: ["geolocation"] });
  await page.goto("/begin/problem");
  await page.getByRole("button", { name: "用手机定位" }).click();
  await page.getByText("误差约 12 米").waitFor();
  assert.equal(await page.locator("[name=spot]").inputValue(), "113.612400,34.747900");
  await page.getByRole("button", { name: "在图上选" }).click();
  await page.locator(".draw-map[data-ready]").waitFor();
  const before = await page.locator("[name=spot]").inputValue();
  await page.getByRole("button", { name: "清除重画" }).click();
  await page.locator(".draw-map").scrollIntoViewIfNeeded();
  const box = await page.locator(".draw-map").boundingBox();
  await page.mouse.click(box.x + box.width / 3, box.y + box.height / 3);
  await page.waitForFunction((was) => { const now = document.querySelector("[name=spot]").value; return now && now !== was; }, before);
  assert.match(await page.locator("[name=spot]").inputValue(), /^113\.\d{6},34\.\d{6}$/);
  const big = photograph(2400, 1800);
  await fill(page, { photos: [big, photograph(2000, 1500)] });
  await page.locator("input[name=photos][data-shrunk=yes]").waitFor();
  const sizes = await page.locator("input[name=photos]").evaluate((e) => [...e.files].map((f) => [f.name, f.size]));
  assert.equal(sizes.length, 2);
  for (const [name, size] of sizes) assert.ok(/\.jpg$/.test(name) && size < big.buffer.length / 4, `${name} has ${size} bytes`);
  await fill(page, { category: "posters", place: "演示路北口", words: "演示：有小广告", openness: "public", signature: "named" });
  await page.sound();
  await submit(page);
  assert.match(await words(page), /请核对/);
  await page.getByRole("button", { name: /^提交：/ }).click();
  assert.match(page.url(), /\/receipts\//);
  const number = /\/matters\/(\d+)/.exec(await page.locator("main a[href^='/matters/']").first().getAttribute("href"))[1];

  // A neighbour who says no place is shown it before sending, and follows it instead.
  const spot = await page.request.get(`/matters/${number}`);
  assert.equal(spot.status(), 200);
  const next = await signIn("owner", { viewport: phone });
  await next.goto("/begin/problem");
  const home = await page.goto("/begin/problem").then(() => page.locator("[name=_subject]").inputValue());
  await fill(next, { _subject: home, category: "posters", place: "演示路北口", words: "演示：有小广告", openness: "public", signature: "anonymous" });
  await submit(next);
  assert.match(await words(next), /附近已经有人反映/);
  await next.sound();
  await next.getByRole("button", { name: "这就是我要报的，关注这一件" }).first().click();
  assert.match(next.url(), /\/matters\/\d+$/);
  assert.match(await words(next), /您在关注这件事/);

  // Where the telephone says no, it is said, and the line stays there to write in.
  const context = await browser.newContext({ baseURL: new URL(page.url()).origin, viewport: phone, locale: "zh-CN" });
  const refused = await context.newPage();
  await refused.goto("/begin/problem");
  await refused.getByRole("button", { name: "用手机定位" }).click();
  await refused.getByText(/没有得到定位的许可|现在不能定位/).waitFor();
  await context.close();
  const english = await open("/begin/problem", { viewport: phone });
  await english.context().addCookies([{ name: "lang", value: "en", url: english.url() }]);
  await english.reload();
  assert.match(await words(english), /Use my position/);
  await english.sound();
});

test("faces are covered by drawing on the photograph, and only the copy is public", { timeout: 180_000 }, async (t) => {
  const { open, signIn, url } = await demo(t);
  const reporter = await open("/begin/problem", { viewport: phone });
  await fill(reporter, { _subject: "daihe1", category: "litter", place: "演示路5号院门口", words: "演示：垃圾没人收", openness: "public", photos: [photograph(300, 200)] });
  await submit(reporter);
  await reporter.getByRole("button", { name: /^提交：/ }).click();
  const number = /\/matters\/(\d+)/.exec(await reporter.locator("main a[href^='/matters/']").first().getAttribute("href"))[1];
  const worker = await signIn("worker", { viewport: { width: 1440, height: 900 } });
  await worker.goto(`/desk/matters/${number}/sealed?step=`);
  await fill(worker, { purpose: "handle_matter" });
  await submit(worker);
  await worker.getByRole("link", { name: /^遮盖后公开/ }).click();
  const picture = worker.locator(".cover-picture");
  await picture.locator("img").evaluate((img) => img.decode());
  const box = await picture.boundingBox();
  await worker.mouse.move(box.x + 2, box.y + 2);
  await worker.mouse.down();
  await worker.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
  await worker.mouse.up();
  assert.equal(await worker.locator(".cover-patch").count(), 1);
  assert.match(await worker.locator("[name=patches]").inputValue(), /^\d{1,3},\d{1,3},\d{3},\d{3}$/);
  await worker.sound();
  await submit(worker);
  assert.match(worker.url(), /\/do\/submit/);
  const copy = await worker.locator("input[type=checkbox][name^=_file_public_photos]").getAttribute("value");
  await fill(worker, { acceptance: "accepted", account: "演示路5号院门口有垃圾" });
  await submit(worker);
  assert.equal((await fetch(`${url}/files/${copy}`)).status, 200);
});

test("done and not done: the reporter grades it by the code, and it is taken up again", { timeout: 240_000 }, async (t) => {
  const { open, signIn } = await demo(t);
  const reporter = await open("/begin/problem", { viewport: phone });
  await fill(reporter, { _subject: "daihe1", category: "litter", place: "演示路5号院门口", words: "演示：垃圾没人收", openness: "public" });
  await submit(reporter);
  await reporter.getByRole("button", { name: /^提交：/ }).click();
  const receipt = reporter.url();
  const number = /\/matters\/(\d+)/.exec(await reporter.locator("main a[href^='/matters/']").first().getAttribute("href"))[1];
  const desk = { viewport: { width: 1440, height: 900 } };
  const dispatcher = await signIn("dispatcher", desk);
  const checker = await signIn("checker", { viewport: phone });
  await act(await signIn("worker", desk), number, "submit", { acceptance: "accepted", account: "演示路5号院门口有垃圾" });
  await act(await signIn("grid", { viewport: phone }), number, "submit", { finding: "real", found: "到现场看过，情况属实" });
  await act(dispatcher, number, "approve");
  await act(await signIn("cleaning", { viewport: phone }), number, "finish", { done_how: "已清运" });
  await act(checker, number, "sheet", { dealt_with: "pass" });
  await act(dispatcher, number, "submit", { reply: "已经办好，请您评价" });

  // The code on the receipt leads to the grade; what is unsatisfactory says why, and goes back to the team.
  await reporter.goto(receipt);
  await reporter.locator(`main a[href*="/matters/${number}/do/answer"]`).first().click();
  await reporter.getByLabel("很不满意").check();
  await fill(reporter, { grade_reason: "演示：没扫干净" });
  await reporter.sound();
  await submit(reporter);
  if (/\/do\//.test(reporter.url())) await submit(reporter); // looked over
  const again = await open(`/matters/${number}`, { viewport: phone });
  assert.match(await words(again), /第 4 步，共 7 步：派遣处置/);
  assert.match(await words(again), /返工次数 1 次.*满意度 没有通过.*结束：不满意/);
  assert.doesNotMatch(await words(again), /没扫干净/, "why is for those who handle it");
  await again.sound();
});
