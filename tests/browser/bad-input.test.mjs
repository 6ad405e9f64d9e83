// What people do to forms in a real browser: go back and send again, press twice, be signed out in between. What they
// send that is no answer at all is tried without a browser, in internal/web.
import assert from "node:assert/strict";
import test from "node:test";
import { fill, password, submit, town } from "./town.mjs";

const compound = { _parent: "community/nyyh", name: "<b>演示路8号院</b>", address: "演示路8号", eligible: "是" };

test("a form sent twice is one row, and answers outlive the session", { timeout: 120_000 }, async (t) => {
  const w = await town(t, "2026-03-02T09:00:00+08:00");
  await w.add("wang", "演示王", "community_worker", "community/nyyh");
  const page = await w.signIn("wang");

  await page.goto("/desk/registers/compound/new");
  await fill(page, compound);
  const button = page.locator("main form[method=post] button:not([type=button])").first();
  await Promise.all([page.waitForURL(/done=1/), button.dblclick()]);
  const row = new URL(page.url()).pathname;
  assert.ok((await page.locator("main").innerText()).includes("<b>演示路8号院</b>"), "what was typed is shown as it was typed");
  await page.sound();

  // Back, and sent once more: the form is a new one, and there is such a compound already.
  await page.goBack();
  await fill(page, compound);
  await submit(page);
  assert.match(await page.locator("[data-errors]").innerText(), /已经登记/);
  assert.equal(await page.locator('[name="name"]').inputValue(), compound.name);
  await page.sound();
  await page.goto("/desk/registers/compound");
  assert.equal(await page.locator("tbody tr", { hasText: "演示路8号院" }).count(), 1);
  assert.equal(await page.locator(`tbody a[href="${row}"]`).count(), 1);

  // Signed out in between: the answers come along through the sign-in, and are in the form again.
  await page.goto("/desk/registers/compound/new");
  await fill(page, { ...compound, name: "演示路9号院" });
  await page.context().clearCookies();
  await submit(page);
  assert.match(await page.locator("main").innerText(), /填的内容还在/);
  await page.sound();
  await page.locator('[name="login"]').fill("wang");
  await page.locator('[name="password"]').fill(password);
  await submit(page);
  await submit(page);
  assert.equal(await page.locator('[name="name"]').inputValue(), "演示路9号院");
  assert.equal(await page.locator('[name="address"]').inputValue(), compound.address);
  await submit(page);
  assert.match(page.url(), /done=1/);
  assert.deepEqual(page.faults, []);
});
