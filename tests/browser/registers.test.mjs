// A register kept in a browser: a long sheet with faults, the workbook to correct by, the sheet put right and confirmed
// while its reader looks elsewhere, a list cut by a filter, the export read back, and all of it undone. Then the same for
// somebody without script, and a row found by part of its name.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { narrow } from "./harness.mjs";
import { fill, submit, taken, town } from "./town.mjs";

const rows = 20_000;

// GB 32100: the last character of a credit code follows from the others, and within it GB 11714's does.
function creditCode(n) {
  const set = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  const organisation = `MA${String(n).padStart(6, "0")}`;
  const weights = [3, 7, 9, 10, 5, 8, 4, 2];
  const inner = 11 - ([...organisation].reduce((sum, c, i) => sum + parseInt(c, 36) * weights[i], 0) % 11);
  const body = `91410102${organisation}${inner === 10 ? "X" : inner === 11 ? 0 : inner}`;
  const sum = [...body].reduce((s, c, i) => s + set.indexOf(c) * Number(3n ** BigInt(i) % 31n), 0);
  return body + set[(31 - (sum % 31)) % 31];
}

const head = "企业名称,统一社会信用代码,所在社区,经营地址,行业门类,从业人数,重点企业,经营状态,联系人,联系电话,备注,序号";
const line = (n) => [
  `演示企业${n}号`, creditCode(n), "农业银行社区", `演示路${n % 900 + 1}号`, n % 2 ? "制造业" : "批发和零售业", n % 300, n % 50 ? "否" : "是", "在业",
  `演示${"甲乙丙丁"[n % 4]}`, 13800000000 + n, "演示数据", n,
].join(",");

function sheet(folder, name, change = (n, text) => text) {
  const lines = ["演示街道企业台账,,,,,,,,,,,", head];
  for (let n = 1; n <= rows; n++) lines.push(change(n, line(n)));
  const file = join(folder, name);
  writeFileSync(file, lines.join("\r\n"));
  return file;
}

async function house(t) {
  const w = await town(t, "2026-03-02T09:00:00+08:00");
  await w.add("ban", "演示办", "street_office");
  const folder = mkdtempSync(join(tmpdir(), "gongzhi-registers-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return { w, folder };
}

// settled waits until the page no longer asks for itself.
const settled = (page, what) => page.waitForSelector(what, { state: "attached", timeout: 300_000 });

test("20,000 rows from a faulty sheet to the register and back", { timeout: 900_000 }, async (t) => {
  const { w, folder } = await house(t);
  const ban = await w.signIn("ban");
  await ban.goto("/desk/import");
  await ban.sound();
  await ban.locator('a[href="/desk/imports/sheet/enterprise"]').click();
  await ban.sound();

  const faulty = sheet(folder, "faulty.csv", (n, text) => (n === 7 ? text.replace(/在业/, "开着") : n === 9 ? text.replace(/9141\w+/, "91410102MA0000000X") : text));
  await fill(ban, { file: faulty });
  await submit(ban);
  await settled(ban, 'a[href*="/corrected"]');
  await ban.sound();
  const faults = await ban.locator("main").innerText();
  assert.match(faults, /开着/);
  assert.match(faults, /91410102MA0000000X/);
  const book = await taken(ban, ban.locator('a[href*="/corrected"]').first());
  assert.match(book.suggestedFilename(), /\.xlsx$/);

  await ban.goto("/desk/imports/sheet/enterprise");
  await fill(ban, { file: sheet(folder, "right.csv") });
  const begun = Date.now();
  await submit(ban);
  await settled(ban, 'main form[method="post"] input[name="_id"]');
  const previewed = Date.now() - begun;
  assert.match(await ban.locator("main").innerText(), /新增 20000，修改 0，停用 0/);
  await ban.sound();

  // Confirmed, its reader goes to another page at once and comes back: it is written all the same.
  const confirmed = Date.now();
  await submit(ban);
  const at = ban.url();
  if (at.includes("change=")) {
    assert.ok(await ban.locator('[role="meter"]').count(), "how far it has got is shown");
    await ban.sound();
    await ban.goto("/desk/registers");
    await ban.goto(at);
    await settled(ban, 'form[action$="/undo"]');
  }
  const written = Date.now() - confirmed;
  t.diagnostic(`${rows} rows of 12 columns: preview ${previewed} ms, written ${written} ms`);
  await ban.sound();
  assert.match(await ban.locator("main").innerText(), /20000/);
  const change = ban.url().includes("/desk/changes/") ? new URL(ban.url()).pathname : `/desk/changes/${new URL(ban.url()).searchParams.get("change")}`;

  await ban.goto("/desk/registers/enterprise?f.key=true");
  const listed = await ban.locator("tbody").innerText(); // how many there are is not said: the field is not for everybody
  assert.match(listed, /演示企业/);
  for (const [, n] of listed.matchAll(/演示企业(\d+)号/g)) assert.equal(Number(n) % 50, 0, `${n} is no key enterprise`);
  await ban.sound();
  const exported = await taken(ban, ban.locator('a[href*="export.csv"]').first());
  const file = join(folder, "exported.csv");
  await exported.saveAs(file);
  assert.match(readFileSync(file, "utf8").split("\n")[0], /重点企业.*是.*共 400 条/);

  await ban.goto("/desk/imports/sheet/enterprise");
  await fill(ban, { file });
  await submit(ban);
  await settled(ban, "text=文件和台账一致");

  await ban.goto(change);
  await submit(ban);
  await settled(ban, "text=已撤销");
  await ban.goto("/desk/registers/enterprise?f.key=true");
  assert.doesNotMatch(await ban.locator("main").innerText(), /演示企业/);
});

test("a shape is drawn on a map, measured on the ellipsoid, and drawn again elsewhere", { timeout: 240_000 }, async (t) => {
  const { w } = await house(t);
  const ban = await w.signIn("ban");
  await ban.goto("/desk/registers/compound/new?under=community/nyyh");
  await fill(ban, { name: "演示图上楼院", address: "演示路5号", eligible: "是" });
  assert.equal(await ban.evaluate(() => performance.getEntriesByType("resource").filter((e) => /map-/.test(e.name)).length), 0, "the map comes only when it is asked for");
  await ban.locator('[data-do="open"]').click();
  const map = ban.locator(".draw-map[data-ready]");
  await map.waitFor();
  await ban.evaluate(() => scrollTo(0, 0)); // what the bar at the top half covers is no small target
  await ban.sound();
  await map.scrollIntoViewIfNeeded();
  const box = await map.boundingBox();
  const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
  for (const corner of [[0.3, 0.3], [0.6, 0.3], [0.6, 0.7]]) {
    await ban.mouse.click(...at(...corner));
    await ban.waitForTimeout(400); // two quick clicks would end the shape
  }
  await ban.mouse.dblclick(...at(0.3, 0.7));
  const text = ban.locator('main [name="shape"]');
  await ban.waitForFunction(() => document.querySelector('main [name="shape"]').value.startsWith('{"type":"Polygon"'));
  const drawn = JSON.parse(await text.inputValue());
  assert.equal(drawn.coordinates[0].length, 5);
  await submit(ban);
  const said = await ban.locator("main").innerText();
  assert.match(said, /面，[\d,.]+ ㎡（按 .* 椭球面计算）/);
  await ban.sound();
  await ban.goto(`${new URL(ban.url()).pathname}/change`);
  await ban.locator('[data-do="open"]').click();
  await ban.locator(".draw-map[data-ready]").waitFor();
  const corners = (shape) => shape.coordinates[0].slice(0, 4).map(String).sort(); // the server turns rings as RFC 7946 wants them
  assert.deepEqual(corners(JSON.parse(await text.inputValue())), corners(drawn), "opening the map changes nothing");
  await ban.locator('[data-do="clear"]').click();
  assert.equal(await text.inputValue(), "");
});

test("shapes come as GeoJSON, those that are wrong are named, and the layer is the same again", { timeout: 240_000 }, async (t) => {
  const { w, folder } = await house(t);
  const ban = await w.signIn("ban");
  await ban.goto("/desk/registers/compound/new?under=community/nyyh");
  await fill(ban, { name: "演示图上楼院", address: "演示路5号", eligible: "是" });
  await submit(ban);
  const square = (lon) => ({ type: "Polygon", coordinates: [[[lon, 34.75], [lon + 0.001, 34.75], [lon + 0.001, 34.751], [lon, 34.751], [lon, 34.75]]] });
  const layer = (features) => JSON.stringify({ type: "FeatureCollection", features: features.map(([name, geometry]) => ({ type: "Feature", properties: { name }, geometry })) });
  const file = join(folder, "layer.geojson");
  writeFileSync(file, layer([["演示图上楼院", square(113.63)], ["没有的楼院", square(113.64)]]));
  await ban.goto("/desk/imports/shapes/compound");
  await ban.sound();
  await fill(ban, { file });
  await submit(ban);
  await settled(ban, "text=没有的楼院");
  await ban.goto("/desk/imports/shapes/compound");
  await fill(ban, { paste: layer([["演示图上楼院", square(113.63)]]) });
  await submit(ban);
  await settled(ban, 'main form[method="post"] input[name="_id"]');
  assert.match(await ban.locator("main").innerText(), /新增 0，修改 1，停用 0/);
  await ban.sound();
  await submit(ban);
  const answer = await ban.request.get("/layers/compound");
  const { features } = await answer.json();
  const ours = features.find((f) => f.properties.name === "演示图上楼院");
  assert.deepEqual(ours.geometry.coordinates, square(113.63).coordinates);
  writeFileSync(file, JSON.stringify({ type: "FeatureCollection", features }));
  await ban.goto("/desk/imports/shapes/compound");
  await fill(ban, { file });
  await submit(ban);
  await settled(ban, "text=文件和台账一致");
});

test("a row is found by part of its name, and imported, without script", { timeout: 240_000 }, async (t) => {
  const { w } = await house(t);
  const ban = await w.signIn("ban", { javaScriptEnabled: false, viewport: narrow });
  const paste = ["单位名称\t统一社会信用代码"];
  for (let n = 1; n <= 60; n++) paste.push(`演示共建单位${n}号\t${creditCode(n)}`);
  await ban.goto("/desk/imports/sheet/unit");
  await fill(ban, { paste: paste.join("\n") });
  await submit(ban);
  for (let i = 0; i < 30 && (await ban.locator("noscript meta").count()) > 0; i++) await ban.reload();
  await submit(ban);
  assert.match(ban.url(), /\/desk\/changes\//);

  await ban.goto("/desk/registers/green_space/new");
  const line = ban.locator('main [name="keeper.find"]');
  assert.equal(await line.count(), 1, "sixty units are not offered as a list");
  await line.fill("共建单位2");
  await submit(ban);
  const offered = ban.locator('main input[type="radio"][name="keeper"]');
  assert.ok((await offered.count()) > 1);
  assert.match(await ban.locator("[data-errors]").innerText(), /请在下面选一条|下面是前/);
  await ban.sound();
  await line.fill("演示共建单位27号");
  await submit(ban);
  assert.equal(await ban.locator('main input[name="keeper"]:checked').count(), 1, "the whole of a name is enough");
});
