// The renovation of one compound, from a messy roster to the published result, as one person per role does it in a
// browser; what a hundred households say is posted over plain HTTP through the same forms. The public page is read
// without signing in at every stage.
//
// Dates follow charters/linshanzhai/scenarios/renovation.txtar: 2 March to 14 July 2026.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { phone } from "./harness.mjs";
import { act, choices, codes, doors, fill, options, roster, submit, taken, town, words } from "./town.mjs";

const compoundName = "颍河路91号院";
const rooms = 170;

// Names and numbers of the invented owners, and of the people who work here: none may stand on a public page.
const personal = /[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许]演示[甲乙丙丁戊己庚辛壬癸]|1380000\d{4}|999999\d{11}|演示(管理员|书记|王|吴|支部|志愿|施工|监理|自管|代表|街道)/;

// SHOTS names a folder for pictures of every stage, to look at.
const shots = process.env["SHOTS"];
if (shots) mkdirSync(shots, { recursive: true });
const shot = async (page, name) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
};

test("a renovation, from the roster to the handover", { timeout: 420_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "gongzhi-files-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const began = Date.now();
  const stage = (name) => t.diagnostic(`${((Date.now() - began) / 1000).toFixed(1)} s: ${name}`);

  const [w, faulty, right] = await Promise.all([town(t, "2026-03-02T09:00:00+08:00"), roster(true), roster(false)]);
  const file = (name, bytes) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const scan = { name: "scan.pdf", bytes: Buffer.from("%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n") };
  await Promise.all([
    w.add("shuji", "演示书记", "community_secretary", "community/nyyh"),
    w.add("wang", "演示王", "community_worker", "community/nyyh"),
  ]);
  await Promise.all([
    w.add("wu", "演示吴", "community_worker", "community/nyyh"),
    w.add("jieban1", "演示街道一", "street_office"),
    w.add("jieban2", "演示街道二", "street_office"),
  ]);
  stage("the house stands");

  // ── The compound and its roster ───────────────────────────────────────────
  const wang = await w.signIn("wang");
  await wang.goto("/desk/registers/compound/new");
  await fill(wang, { _parent: "community/nyyh", address: "颍河路91号", eligible: "是" });
  await submit(wang);
  assert.equal(await wang.locator("[data-errors] li").count(), 1, "a compound without a name is refused at that field");
  assert.equal(await wang.locator('[name="address"]').inputValue(), "颍河路91号", "answers are kept");
  await fill(wang, { name: compoundName, year_built: "1996", households: String(rooms), buildings: "6" });
  await submit(wang);
  const compound = /compound\/([^?/]+)/.exec(wang.url())[1];
  const people = [
    ["zhibu", "演示支部", "party_branch"], ["louzhang", "演示楼院长", "building_head"], ["zhiyuan", "演示志愿者", "volunteer"],
    ["shigong", "演示施工队", "contractor"], ["jianli", "演示监理", "supervisor"], ["zizhi", "演示自管会", "self_management"],
    ["daibiao1", "演示代表一", "resident_rep"], ["daibiao2", "演示代表二", "resident_rep"], ["daibiao3", "演示代表三", "resident_rep"],
  ];
  const added = (async () => {
    for (let i = 0; i < people.length; i += 3) {
      await Promise.all(people.slice(i, i + 3).map(([login, name, role]) => w.add(login, name, role, `compound/${compound}`)));
    }
  })();

  await wang.goto(`/desk/imports/roster/roster?under=compound/${compound}`);
  await wang.sound();
  await fill(wang, { file: file("花名册.xlsx", faulty) });
  await submit(wang);
  await wang.sound();
  await shot(wang, "01-faults");
  const faults = await wang.locator("main").innerText();
  for (const said of ["待测", "84.125", "0.12亩", "同上", "等3人"]) assert.ok(faults.includes(said), `the fault ${said} is not shown`);
  assert.match(await wang.locator("tr", { hasText: "0.12亩" }).first().innerText(), /\d+/, "faults say their row");
  const workbook = await taken(wang, wang.locator(`a[href*="/corrected"]`).first());
  assert.match(workbook.suggestedFilename(), /颍河路91号院.*\.xlsx$/);

  await wang.goto(`/desk/imports/roster/roster?under=compound/${compound}`);
  await fill(wang, { file: file("花名册-改好.xlsx", right) });
  await submit(wang);
  await wang.sound();
  await shot(wang, "02-preview");
  assert.match(await wang.locator("main").innerText(), /170 户/);
  await submit(wang);
  assert.match(wang.url(), /\/desk\/changes\//);
  await wang.sound();
  stage("the roster is in the registers");
  await added;

  // ── The matter begins ─────────────────────────────────────────────────────
  const shuji = await w.signIn("shuji");
  await shuji.goto("/desk/begin/renovation");
  await fill(shuji, { _subject: compound, listed_as: "2026年演示改造计划" });
  await shuji.sound();
  await submit(shuji);
  const matter = Number(/matters\/(\d+)/.exec(shuji.url())[1]);
  await shot(shuji, "03-begun");

  // The public page, as a stranger sees it at each stage.
  const stranger = await w.open("/");
  const stands = async (name, ...says) => {
    for (let tries = 0; ; tries++) {
      await stranger.goto(`/matters/${matter}`);
      const text = await stranger.locator("main").innerText();
      if (text.includes(name) || tries > 100) break;
      await new Promise((resolve) => setTimeout(resolve, 50)); // the timekeeper looks again every 50 ms
    }
    const text = (await stranger.locator("main").innerText()).replace(/\s+/g, " ");
    assert.ok(text.includes(name), `the public page does not say ${name}: ${text}`);
    for (const one of says) assert.match(text, one instanceof RegExp ? one : new RegExp(one));
    assert.equal(await stranger.locator("h1").innerText(), `${compoundName}综合改造`);
    assert.doesNotMatch(await stranger.content(), personal, `the public page at ${name} names somebody`);
    if (name.startsWith("第")) await stranger.sound(); // each stage once
    await shot(stranger, `public-${name}`);
    stage(name);
  };
  await stands("第 1 步，共 11 步：征求意见", `0 / ${rooms} 户`, "还差 153 户到十分之九");

  await stranger.goto(`/matters/${matter}/record`);
  await stranger.sound(); // while it is short: looking through hundreds of acts takes half a minute

  // ── 一征 ──────────────────────────────────────────────────────────────────
  // The administrator prints a code for every owner; two owners come in by theirs, one of them without script.
  const admin = await w.signIn("admin");
  await admin.goto("/desk/codes");
  await fill(admin, { compound });
  await submit(admin);
  const slips = await codes(admin);
  assert.ok(slips.length > 160, `${slips.length} codes for ${rooms} rooms`);
  await shot(admin, "04-codes");
  await admin.context().close();
  const codeOf = (part) => {
    const i = slips.findIndex((slip) => slip.part.includes(part));
    assert.ok(i >= 0, `there is no code for ${part}`);
    return slips.splice(i, 1)[0].code;
  };

  const enter = async (code, contextOptions) => {
    const page = await w.open(`/code?c=${code}`, { viewport: phone, ...contextOptions });
    await submit(page);
    assert.match(page.url(), /\/me$/);
    return page;
  };
  const owner = await enter(codeOf("1号楼1单元201"));
  await owner.sound();
  await shot(owner, "05-me");
  await owner.goto("/code");
  const resident = await enter(codeOf("1号楼1单元202"), { javaScriptEnabled: false });
  await act(owner, matter, "answer", { whether: "agree", what: ["water", "road"], words: "楼道灯不亮<script>alert(1)</script>" }, { sound: true });
  assert.match(await owner.locator("main").innerText(), /已收到/);
  await shot(owner, "06-receipt");
  await act(resident, matter, "answer", { whether: "against" });
  await shot(wang, "07-before-doors");

  // Workers and volunteers go from door to door: one door of each in the browser, the rest by the same form.
  const volunteer = await w.signIn("zhiyuan", { viewport: phone });
  const worker = await w.visitor().signIn("wang");
  const form = await worker.page(`/matters/${matter}/do/record`);
  assert.equal(options(form.html, "unit").length, 0, "hundreds of flats are not offered as a list");
  const left = doors((await worker.page(`/desk/matters/${matter}/doors`)).html, "unit");
  assert.equal(left.length, rooms - 2, "all but the two who answered");
  const door = left.values();
  await act(volunteer, matter, "record", { unit: door.next().value.value, channel: "door", result: "signed", whether: "agree", what: "drains" }, { sound: true });
  await wang.goto(`/matters/${matter}/do/record`);
  await shot(wang, "08-record");
  await act(wang, matter, "record", { unit: door.next().value.value, channel: "door", result: "signed", whether: "agree" });
  const away = door.next().value.value;
  await worker.act(matter, "record", { unit: away, channel: "door", result: "not_reached" });
  const again = await worker.tries(matter, "record", { unit: away, channel: "door", result: "not_reached" });
  assert.equal(again.status, 422, "the next visit is another day");
  const early = await shujiTries(w, matter);
  assert.equal(early.status, 409, "asking cannot be closed before nine tenths are heard");
  await inBatches([...door].slice(0, 152), 6, async ({ value }, i) => {
    await worker.act(matter, "record", { unit: value, channel: i % 7 ? "door" : "meeting", result: "signed", whether: i % 20 ? "agree" : "unsure", what: ["water"], fees: "willing" }, { from: form.html });
  });
  await stands("征求意见", /15[3-9] \/ 170 户/, "已达到十分之九");
  for (const day of ["2026-03-03", "2026-03-04"]) {
    w.time(`${day}T19:00:00+08:00`);
    await worker.act(matter, "record", { unit: away, channel: "door", result: "not_reached" });
  }
  await stands("征求意见", "3 次没有见到的 1 户");
  await act(shuji, matter, "close");

  // ── 三议之一、之二 ────────────────────────────────────────────────────────
  await stands("第 2 步，共 11 步：党组织提议", "170 户，收到意见 156 户，多次没有见到 1 户");
  w.time("2026-03-05T10:00:00+08:00");
  await act(shuji, matter, "call", {
    at: "2026-03-09T15:00", place: "社区会议室", agenda: "改不改、改哪里、怎么管", entitled: "5", budget_from: "1800000", budget_to: "2200000",
  }, { item: "branch", sound: true });
  w.time("2026-03-09T17:00:00+08:00");
  const branch = await w.signIn("zhibu", { viewport: phone });
  await act(branch, matter, "record", { present: "5", yes: "5", no: "0", abstain: "0", minutes: "提出改造方案" }, { item: "branch", sound: true });
  await act(shuji, matter, "confirm", {}, { item: "branch" });
  await stands("第 3 步，共 11 步：两会审议", "党组织提议");
  await act(shuji, matter, "call", { at: "2026-03-13T15:00", place: "社区会议室", agenda: "审议改造方案", entitled: "12" }, { item: "party" });
  await act(shuji, matter, "call", { at: "2026-03-13T16:30", place: "社区会议室", agenda: "审议改造方案", entitled: "7" }, { item: "committee" });
  w.time("2026-03-13T18:00:00+08:00");
  await act(wang, matter, "record", { present: "10", yes: "8", no: "1", abstain: "1", minutes: "同意", changes: "增加无障碍坡道" }, { item: "party" });
  await act(wang, matter, "record", { present: "6", yes: "5", no: "1", abstain: "0", minutes: "同意" }, { item: "committee" });
  await act(shuji, matter, "confirm", {}, { item: "party" });
  await stands("两会审议", /赞成|同意|通过/);
  await act(shuji, matter, "confirm", {}, { item: "committee" });

  // ── 名册公示 ──────────────────────────────────────────────────────────────
  await stands("第 4 步，共 11 步：业主名册和面积公示");
  w.time("2026-03-16T10:00:00+08:00");
  await act(wang, matter, "post", {
    roll_summary: "170 套房，面积依不动产登记簿和买卖合同。", voting_rules: "纸质和网上都可以；两种都投的，以纸质票为准。",
    plan: { name: "方案.pdf", mimeType: "application/pdf", buffer: scan.bytes },
  }, { sound: true });
  await act(owner, matter, "object", { roll_objection: "我家面积请再核一次，电话13800001234" }, { sound: true });
  await stands("业主名册和面积公示", "1");
  await act(wang, matter, "answer", { roll_reply: "已按登记簿核对，面积无误。", accepted: "yes" }, { item: "1" });
  w.time("2026-04-01T09:00:00+08:00");

  // ── 三议之三 ──────────────────────────────────────────────────────────────
  await stands("第 5 步，共 11 步：业主共同决定");
  await act(shuji, matter, "open");
  await stands("业主共同决定", /0\.0%/);
  await owner.goto(`/matters/${matter}`);
  await shot(owner, "09-vote-page");
  await owner.goto(`/matters/${matter}/do/cast`);
  await fill(owner, { renovate: "yes" });
  await owner.sound();
  await submit(owner);
  await owner.sound();
  await shot(owner, "10-check");
  await owner.locator("main").getByRole("button", { name: "修改" }).click();
  await owner.waitForLoadState("load");
  assert.equal(await owner.locator('[name="renovate"][value="yes"]').isChecked(), true, "the way back keeps the answer");
  await submit(owner);
  await submit(owner);
  const receipt = owner.url();
  assert.match(receipt, /\/receipts\//);
  await owner.sound();
  await shot(owner, "11-vote-receipt");
  const code = /[0-9A-F]{4}( [0-9A-F]{4}){7}/.exec((await owner.locator("main").innerText()).replace(/\s+/g, " "))?.[0];
  assert.ok(code, "the receipt has its code in groups of four");
  await stranger.goto("/check");
  await fill(stranger, { receipt: code.toLowerCase() });
  await stranger.locator("main form button").first().click();
  await stranger.waitForURL(/\/receipts\//);
  assert.equal(new URL(stranger.url()).pathname, new URL(receipt).pathname);
  // Without script: the vote, the look back, the receipt.
  await act(resident, matter, "cast", { renovate: "no" });
  assert.match(resident.url(), /\/receipts\//);
  await shot(resident, "12-vote-no-script");

  const ballots = slips.filter((slip) => !/铺/.test(slip.part));
  const papers = ["3号楼1单元601", "3号楼1单元602", "3号楼2单元101"];
  const online = ballots.filter((slip) => !papers.some((part) => slip.part.includes(part))).slice(0, 135);
  // One after the other: an owner of several flats has a code for each, the later ballot stands, and the clock stands still
  // here. Six at once would leave it to chance which one that is, and whether the owner's spouse has said the same. Such an
  // owner is asked for which flat it is, and says the one the code was for.
  await inBatches(online, 1, async (slip, i) => {
    const one = await w.visitor().enter(slip.code);
    const ask = await one.page(`/matters/${matter}/do/cast`);
    const flats = choices(ask.html, "_as");
    const flat = flats.find(({ hint }) => hint === slip.part);
    assert.ok(flat || flats.length === 0, `${slip.part} is not among ${flats.map(({ hint }) => hint)}`);
    await one.act(matter, "cast", { renovate: i % 15 ? "yes" : "no", ...(flat ? { _as: flat.value } : {}) });
  });
  stage("135 have voted online");
  // Paper: one enters, another reads it again without seeing the first.
  w.time("2026-04-10T15:00:00+08:00");
  const wu = await w.signIn("wu");
  const parts = doors((await worker.page(`/desk/matters/${matter}/doors`)).html, "part");
  const partOf = (said) => parts.find((one) => one.said.replace(/[[\]]/g, "").endsWith(said)).value;
  await act(wang, matter, "enter", {
    part: partOf(papers[0]), signed: "yes", renovate: "yes", scan: { name: "票.pdf", mimeType: "application/pdf", buffer: scan.bytes }, received: "2026-04-10T14:30",
  }, { sound: true });
  const own = await worker.tries(matter, "verify", { part: partOf(papers[0]), signed: "yes", renovate: "yes" }, { item: "1" });
  assert.ok(own.status >= 400, "nobody verifies their own entry");
  await act(wu, matter, "verify", { part: partOf(papers[0]), signed: "yes", renovate: "yes" }, { item: "1", sound: true });
  for (const [i, part] of papers.slice(1).entries()) {
    await worker.act(matter, "enter", { part: partOf(part), signed: "yes", renovate: "yes", scan, received: "2026-04-10T14:30" });
    await act(wu, matter, "verify", { part: partOf(part), signed: "yes", renovate: "yes" }, { item: String(i + 2) });
  }
  await stands("业主共同决定", "已达到三分之二", "其中纸质 3 张", "票数在截止后公布");
  await wang.goto(`/desk/matters/${matter}`);
  await wang.sound();
  await shot(wang, "13-desk-ballot");
  w.time("2026-04-17T00:00:00+08:00");
  await stands("业主共同决定");
  const late = await (await w.visitor().enter(slips.at(-1).code)).tries(matter, "cast", { renovate: "no" });
  assert.equal(late.status, 409, "a vote at the closing instant is too late");
  assert.match(words(late.html), /截止|这一步/);
  w.time("2026-04-21T09:00:00+08:00");
  // The papers are counted by hand, by somebody who typed none of them in; until that agrees there is no result.
  await stands("业主共同决定", "手工清点");
  await act(shuji, matter, "recount", { renovate_yes: "3", renovate_no: "0", renovate_abstain: "0", renovate_spoiled: "0" }, { sound: true });

  // ── 公开一，有异议 ────────────────────────────────────────────────────────
  // 137 households have answered. In 3号楼1单元301 two owners say two things: nobody has settled it, so that one does not take part.
  await stands("第 6 步，共 11 步：公开决议", /参加 136 \/ 162 户/, /同意 128 户/);
  await act(shuji, matter, "post", {
    resolution: "同意本院改造方案。", item_list: "供水、电力、燃气、排水、道路、外墙、绿化。", funding: "市区两级财政。",
    builder_name: "某建设公司（演示）", supervisor_name: "某监理公司（演示）", hotline: "办公电话见公示栏",
  });
  await act(owner, matter, "object", { objection: "施工时车停在哪里" });
  w.time("2026-04-29T00:00:00+08:00");
  await stands("公开决议", "答复"); // seven days are over, and it stays until the objection is answered
  await act(wu, matter, "answer", { reply: "院外借用两处停车场，方案已张贴。", accepted: "yes" }, { item: "1" });

  // ── 施工：先里子后面子 ────────────────────────────────────────────────────
  await stands("第 7 步，共 11 步：施工", "院外借用两处停车场|办理记录");
  const builder = await w.signIn("shigong", { viewport: phone });
  const supervisor = await w.signIn("jianli", { viewport: phone });
  await builder.goto(`/matters/${matter}`);
  await shot(builder, "14-builder");
  for (const key of ["water", "power", "gas", "drains", "facade"]) await act(builder, matter, "start", {}, { item: key });
  w.time("2026-05-11T09:00:00+08:00");
  await act(builder, matter, "report", { text: "主管已换完，今天试压" }, { item: "water", sound: true });
  await act(builder, matter, "submit", {}, { item: "facade" });
  await supervisor.goto(`/matters/${matter}/do/accept?_item=facade`);
  await fill(supervisor, { package_finding: "合格" });
  await submit(supervisor);
  await submit(supervisor);
  const refused = await supervisor.locator("main").innerText();
  assert.match(refused, /先|里子|验收/, "the façade waits for what is inside");
  assert.match(refused, /依据/, "the refusal names its clause");
  await supervisor.sound();
  await shot(supervisor, "15-inside-first");
  for (const key of ["water", "power", "gas", "drains"]) {
    await act(builder, matter, "submit", {}, { item: key });
    await act(supervisor, matter, "accept", { package_finding: "合格" }, { item: key });
  }
  await act(builder, matter, "start", {}, { item: "road" });
  await act(builder, matter, "submit", {}, { item: "road" });
  await act(supervisor, matter, "accept", { package_finding: "合格" }, { item: "road" });
  await stands("施工", "绿化和小游园");
  await act(supervisor, matter, "accept", { package_finding: "合格" }, { item: "facade" });
  await act(builder, matter, "start", {}, { item: "landscape" });
  w.time("2026-06-15T16:00:00+08:00");
  await act(builder, matter, "submit", {}, { item: "landscape" });
  await act(supervisor, matter, "accept", { package_finding: "合格" }, { item: "landscape" });

  // ── 验收，整改，再验收 ────────────────────────────────────────────────────
  await stands("第 8 步，共 11 步：竣工验收");
  const points = ["water_ok", "power_ok", "gas_ok", "drains_ok", "road_ok", "facade_ok", "green_ok"];
  const good = { ...Object.fromEntries(points.map((key) => [key, "pass"])), on_site: "yes" };
  const drain = { ...good, drains_ok: "fail", drains_ok_note: "三单元门口积水" };
  const office = await w.signIn("jieban1");
  const committee = await w.signIn("zizhi", { viewport: phone });
  const delegates = [await w.signIn("daibiao1", { viewport: phone }), ...await Promise.all(["daibiao2", "daibiao3"].map((login) => w.visitor().signIn(login)))];
  const sheets = async (first) => {
    await act(office, matter, "sheet", good);
    await act(committee, matter, "sheet", good);
    await act(delegates[0], matter, "sheet", first, { sound: true });
    await delegates[1].act(matter, "sheet", first);
    await delegates[2].act(matter, "sheet", good);
  };
  await sheets(drain);
  await stands("正在补办：整改");
  const office2 = await w.signIn("jieban2");
  await office2.goto(`/matters/${matter}/do/assign`);
  assert.match(await office2.locator('select[name="assignee"]').innerText(), /演示施工队/, "the desk sees whom it names");
  const assignee = await office2.locator('select[name="assignee"] option', { hasText: "演示施工队" }).getAttribute("value");
  await shot(office2, "16-assign");
  await act(office2, matter, "assign", { assignee, to_rectify: "三单元门口排水不畅" }, { sound: true });
  await act(builder, matter, "accept");
  w.time("2026-06-20T09:00:00+08:00");
  await act(builder, matter, "finish", { rectified: "已加大管径，重做坡度" });
  await stands("第 8 步，共 11 步：竣工验收", "整改");
  await sheets(good);

  // ── 评价 ──────────────────────────────────────────────────────────────────
  await stands("第 9 步，共 11 步：满意度评价");
  await act(owner, matter, "answer", { quality: "4", safety: "4", listened: "5", living: "5", overall: "5", reason: "院里不积水了" }, { sound: true });
  await act(resident, matter, "answer", { quality: "3", safety: "4", listened: "2", living: "4", overall: "2" });
  const rating = await worker.page(`/matters/${matter}/do/record`);
  await inBatches(left.slice(0, 104), 6, async ({ value }, i) => {
    await worker.act(matter, "record", { unit: value, channel: "door", quality: "4", safety: "4", listened: "4", living: "5", overall: i % 10 ? "5" : "3" }, { from: rating.html });
  });
  await stands("满意度评价", /10\d \/ 170 户/);
  w.time("2026-07-06T09:00:00+08:00");

  // ── 公开二，移交 ──────────────────────────────────────────────────────────
  await stands("第 10 步，共 11 步：公开结果", /170 户中 10\d 户评价/, /总的来说 \d+ \/ 10\d 户满意/, "不按次序验收 0 项");
  await act(shuji, matter, "post", { acceptance_summary: "五人验收，整改一处后合格。", final_cost: "2011234.56", defect_line: "办公电话见公示栏" });
  w.time("2026-07-07T09:00:00+08:00"); // the day of posting does not count
  await stands("公开结果", "第 1 天，共 7 天", "2,011,234.56 元");
  w.time("2026-07-14T00:00:00+08:00");
  await stands("第 11 步，共 11 步：移交");
  await act(wang, matter, "submit", { drawings: "12", warranty_until: "2028-07-13", looked_after_by: "self_managed", receiver_phone: "13800000000" }, { sound: true });
  await stands("已完成", "自管会|移交");

  // The whole record, in public, names nobody and shows no tag of anybody's.
  await stranger.goto(`/matters/${matter}/record`);
  assert.doesNotMatch(await stranger.content(), personal);
  assert.ok(!(await stranger.content()).includes("<script>alert"));
  assert.deepEqual(await stranger.sideScroll(), []);
  await shot(stranger, "17-record");

  // Large text and English: nothing cut, nothing missing.
  for (const [name, query] of [["large", "size=2"], ["english", "lang=en&size=0"]]) {
    await stranger.goto(`/prefer?${query}&back=/matters/${matter}`);
    await stranger.sound();
    await shot(stranger, `18-${name}`);
  }
  assert.match(await stranger.locator("main").innerText(), /Completed/);
  for (const page of [wang, shuji, wu, owner, resident, volunteer, branch, builder, supervisor, office, office2, committee, delegates[0]]) {
    assert.deepEqual(page.faults, [], "nothing went wrong in anybody's browser");
  }
  stage("done");
});

// inBatches does something for every item, several at a time.
async function inBatches(list, atOnce, each) {
  const items = [...list].map((item, i) => [item, i]);
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let next = items.shift(); next; next = items.shift()) await each(...next);
  }));
}

async function shujiTries(w, matter) {
  return (await w.visitor().signIn("shuji")).tries(matter, "close");
}
