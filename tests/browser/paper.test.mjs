// Ballots on paper, as a clerk handles them: printed with a code for each household, brought to the doors with a proof,
// typed in by keyboard alone, read again by somebody else, settled where the two differ, counted by hand. A lift's vote
// on a building of the demo; the clock is the test's.
import assert from "node:assert/strict";
import { test } from "node:test";
import jsqr from "jsqr";
import { PNG } from "pngjs";
import { desk } from "./harness.mjs";
import { demo } from "./town.mjs";

const days = (n) => new Date(Date.UTC(2026, 2, 2 + n, 1)).toISOString();
const scan = { name: "票.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n%%EOF\n") };

// pressed tabs on to a control, by its name and value, as somebody without a mouse does.
async function tabTo(page, name, value) {
  for (let i = 0; i < 60; i++) {
    const here = await page.evaluate(() => [document.activeElement.name ?? "", document.activeElement.value ?? "", document.activeElement.type ?? ""]);
    if (here[0] === name && (value === undefined || here[1] === value || here[2] === "radio")) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard does not reach ${name}`);
}

// choose picks a radio by keyboard: Tab to the question, then down to the answer.
async function choose(page, name, value) {
  await tabTo(page, name);
  await page.keyboard.press("Space");
  for (let i = 0; i < 6 && (await page.evaluate(() => document.activeElement.value)) !== value; i++) await page.keyboard.press("ArrowDown");
  assert.equal(await page.locator(`[name="${name}"][value="${value}"]`).isChecked(), true);
}

async function enter(page) {
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
}

test("ballots on paper", { timeout: 300_000 }, async (t) => {
  const { open, url, output, time } = await demo(t, days(0));
  const signIn = async (login, options = {}) => {
    const password = new RegExp(`^  ${login} +(\\S+)`, "m").exec(output())[1];
    const page = await open("/sign-in", { viewport: desk, ...options });
    await page.fill('[name="login"]', login);
    await page.fill('[name="password"]', password);
    await Promise.all([page.waitForNavigation(), page.press('[name="password"]', "Enter")]);
    return page;
  };
  // act answers an ask by the form a person sees.
  const act = async (page, matter, verb, values = {}, query = "") => {
    await page.goto(`/matters/${matter}/do/${verb}${query}`);
    for (const [name, value] of Object.entries(values)) {
      const control = page.locator(`[name="${name}"]`);
      const type = await control.first().evaluate((x) => x.type);
      if (type === "radio") await page.locator(`[name="${name}"][value="${value}"]`).check();
      else if (type === "file") await control.setInputFiles(value);
      else if (type === "select-one") await control.selectOption(value);
      else await control.fill(value);
    }
    const send = () => Promise.all([page.waitForNavigation(), page.locator("main form button").first().click()]);
    await send();
    if (await page.locator('[name="_stage"][value="send"]').count()) await send(); // who is not at the desk looks it over first
  };
  const said = async (page) => (await page.locator("main").innerText()).replace(/\s+/g, " ");

  // stands waits for the house to notice the hour: the matter's page says so then.
  const stands = async (page, matter, words) => {
    for (let i = 0; ; i++) {
      await page.goto(`/matters/${matter}`);
      if (words.test(await said(page))) return;
      assert.ok(i < 100, `after 20 s the page does not say ${words}: ${await said(page)}`);
      await page.waitForTimeout(200);
    }
  };

  // The matter: a lift on a building of six storeys. The roll hangs for seven days, then the vote opens.
  const worker = await signIn("worker");
  await worker.goto("/desk/begin/lift_addition");
  const building = await worker.locator('select option:not([value=""])').first().getAttribute("value");
  await worker.locator("main select").first().selectOption(building);
  await Promise.all([worker.waitForNavigation(), worker.locator("main form button").last().click()]);
  const matter = /matters\/(\d+)/.exec(worker.url())?.[1];
  assert.ok(matter, `begun at ${worker.url()}`);
  await act(worker, matter, "submit", { staircase: "1单元", cost_sharing: "按楼层系数分摊" });
  await act(worker, matter, "post", { voting_rules: "网上、纸质、投票站都可以。" });
  const roll = await open(`/matters/${matter}/roll`);
  assert.match(await said(roll), /公示中/);
  await roll.sound();
  time(days(8));
  await stands(roll, matter, /本栋业主表决 待开始投票|待开始投票/);
  await act(worker, matter, "open");
  await roll.goto(`/matters/${matter}/roll`);
  assert.match(await said(roll), /已固定/);

  // Printed: a page for each household, a code of 25 mm and more that a reader reads, the root of the roll.
  await worker.goto(`/desk/matters/${matter}/print`);
  await worker.sound();
  const sheets = await worker.locator(".sheet").count();
  assert.equal(sheets, 12 * 2);
  await worker.emulateMedia({ media: "print" });
  const first = worker.locator(".sheet").first();
  const svg = first.locator(".qr svg");
  const box = await svg.boundingBox();
  const modules = Number(/0 0 (\d+)/.exec(await svg.getAttribute("viewBox"))[1]);
  const mm = (box.width / modules) * (modules - 8) / (96 / 25.4);
  assert.ok(mm >= 25, `the code is ${mm.toFixed(1)} mm wide`);
  const picture = PNG.sync.read(await svg.screenshot({ scale: "css" }));
  const code = jsqr(new Uint8ClampedArray(picture.data), picture.width, picture.height);
  assert.ok(code, "no reader reads the printed code");
  const where = new RegExp(`^${url}/matters/${matter}/b/([^/]+)$`).exec(code.data);
  assert.ok(where, `the code says ${code.data}`);
  const root = /[0-9a-f]{64}/.exec(await roll.locator("main").textContent())[0]; // behind a fold
  assert.ok((await first.innerText()).includes(root), "the sheet does not carry the roll's root");
  assert.match(await first.innerText(), /业主签名[^]*截止时间/);
  const pdf = (await worker.pdf({ format: "A4", preferCSSPageSize: true })).toString("latin1");
  assert.equal(pdf.match(/\/Type \/Page\b/g).length, sheets, "a ballot is not one page");
  await worker.emulateMedia({ media: "screen" });
  const parts = await worker.locator(".sheet .qr a").evaluateAll((all) => all.map((a) => a.getAttribute("href").split("/b/")[1]));
  const names = await worker.locator(".sheet-for").allInnerTexts();

  // A household's code leads a stranger to the vote, and the clerk to the paper.
  const stranger = await open(`/matters/${matter}/b/${parts[0]}`);
  assert.match(stranger.url(), new RegExp(`/matters/${matter}$`));

  // Delivery: posting is for whom nobody met, and handing over needs its proof.
  await worker.goto(`/desk/matters/${matter}/delivery`);
  await worker.sound();
  await worker.locator("tbody tr").nth(3).getByRole("link").click();
  await worker.locator('[name="way"][value="hand"]').check().catch(() => worker.selectOption('[name="way"]', "hand"));
  await Promise.all([worker.waitForNavigation(), worker.locator("main form button").first().click()]);
  assert.match(await said(worker), /凭证/, "handed over without a signature");
  await worker.setInputFiles('[name="delivery_proof"]', scan);
  await Promise.all([worker.waitForNavigation(), worker.locator("main form button").first().click()]);
  assert.match(worker.url(), /\/delivery\?/);
  assert.match(await worker.locator("tbody tr").nth(3).innerText(), /当面送达/);
  assert.match(await said(worker), /已送达 1 \/ 24/);

  // By keyboard alone: the code is scanned (a scanner types and presses Enter), the sheet is read, the next is at hand.
  const at = (name) => worker.waitForFunction((want) => document.activeElement.name === want, name, { timeout: 5000 });
  const type = async (page, words, choice, first, { script = true, helped = false } = {}) => {
    const reach = (name) => (script ? at(name) : tabTo(page, name));
    const chosen = page.waitForEvent("filechooser", { timeout: 120_000 }); // asked for long before: a key is quicker than the asking
    await page.goto(`/desk/matters/${matter}/papers`);
    await reach("find"); // where a scanner types
    await page.keyboard.type(words);
    await enter(page);
    assert.match(page.url(), /\/do\/enter\?/);
    assert.equal(await page.locator('[name="part"]').inputValue(), first);
    await reach("signed"); // the first question that the code has not answered
    await choose(page, "signed", "yes");
    await choose(page, "add_lift", choice);
    await tabTo(page, "scan");
    await page.keyboard.press("Space");
    await (await chosen).setFiles(scan);
    let helper = "";
    if (helped) {
      await tabTo(page, "helper");
      await page.keyboard.press("End"); // neither of the two who read it: a helper has no other hand in a paper
      helper = await page.locator('[name="helper"]').inputValue();
      assert.notEqual(helper, "");
    }
    for (let i = 0; i < 40 && (await page.evaluate(() => document.activeElement.tagName)) !== "BUTTON"; i++) await page.keyboard.press("Tab");
    await enter(page);
    assert.match(page.url(), /\/papers\?/);
    return helper;
  };
  await type(worker, code.data, "yes", where[1]);
  await worker.sound();
  const second = names[1].match(/\d+/g).slice(-3).join("-");
  await type(worker, second, "yes", parts[1]);
  await at("find");
  await worker.keyboard.type(second);
  await enter(worker);
  assert.match(await said(worker), /另一位同事/, "who typed it in is not led to read it again");
  await worker.goto(`/desk/matters/${matter}/papers?find=101`);
  assert.match(await said(worker), /找到 \d+ 处/);
  await worker.sound();

  // The same in large text and without any script, of a paper that somebody helped to fill in.
  const plain = await signIn("worker2", { javaScriptEnabled: false });
  await plain.goto(`/prefer?size=2&back=/desk/matters/${matter}/papers`);
  const whose = await type(plain, names[2].match(/\d+/g).slice(-3).join("-"), "abstain", parts[2], { script: false, helped: true });
  assert.deepEqual(await plain.sideScroll(), []);
  const helper = await plain.locator("table", { hasText: "协助人" }).first().locator("tbody tr").first().innerText();
  assert.match(helper.replace(/\s+/g, " "), /\S+ 1 /, "the desk sees whose help it was");
  await worker.goto(`/desk/matters/${matter}/papers?find=${encodeURIComponent(parts[2])}`);
  await worker.selectOption('[name="part"]', parts[2]);
  await worker.locator('[name="signed"][value="yes"]').check();
  await worker.locator('[name="add_lift"][value="abstain"]').check();
  await worker.selectOption('[name="helper"]', whose);
  await Promise.all([worker.waitForNavigation(), worker.locator("main form button").first().click()]);

  // A colleague reads both again: one alike, one otherwise; the secretary settles it.
  const colleague = await signIn("worker2");
  for (const [i, choice] of ["yes", "no"].entries()) {
    await colleague.goto(`/desk/matters/${matter}/papers?find=${encodeURIComponent(parts[i])}`);
    assert.match(colleague.url(), /\/do\/verify\?/);
    const shown = await colleague.locator('[name="add_lift"]:checked').count();
    assert.equal(shown, 0, "the second reader is shown the first reading");
    await colleague.selectOption('[name="part"]', parts[i]);
    await colleague.locator('[name="signed"][value="yes"]').check();
    await colleague.locator(`[name="add_lift"][value="${choice}"]`).check();
    await Promise.all([colleague.waitForNavigation(), colleague.locator("main form button").first().click()]);
  }
  assert.match(await said(colleague), /两次录入不一致/);
  const secretary = await signIn("secretary");
  await secretary.goto(`/desk/matters/${matter}/papers`);
  await secretary.sound();
  await act(secretary, matter, "settle", { decision: "count", part: parts[1], signed: "yes", add_lift: "no", reason: "对照原票，是不同意" }, "?_item=2");

  // After the close the papers are counted by hand, by somebody who typed none of them in. It says where it differs.
  time(days(23));
  await stands(stranger, matter, /已截止/);
  const head = await signIn("head");
  await act(head, matter, "recount", { add_lift_yes: "2", add_lift_no: "0", add_lift_abstain: "1", add_lift_spoiled: "0" });
  await stranger.goto(`/matters/${matter}/papers`);
  assert.match(await said(stranger), /有人协助 1 户[^]*协助填写的人 1 名，最多的一名协助 1 户/);
  assert.doesNotMatch(await said(stranger), new RegExp(helper.split(/\s/)[0]), "a helper's name is nobody else's business");
  assert.match(await said(stranger), /手工清点与录入不一致[^]*是否同意加装电梯 同意 2 1[^]*不同意 0 1/);
  await stranger.sound();
  await act(head, matter, "recount", { add_lift_yes: "1", add_lift_no: "1", add_lift_abstain: "1", add_lift_spoiled: "0" });
  await stands(stranger, matter, /参加 3 \/ 24 户/);
});
