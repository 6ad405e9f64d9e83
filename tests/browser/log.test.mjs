// The public log as a resident meets it: the receipt's proof, checked in the reader's own browser and refused where somebody
// has changed it; the sheet on the wall, photographed and held against today's log; the key changed on record, and a
// witness whose signature is taken and shown.
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import jsqr from "jsqr";
import { PNG } from "pngjs";
import { browse, house, phone, program, serve } from "./harness.mjs";
import { codes, fill, run, submit } from "./town.mjs";

const shots = process.env["SHOTS"];
if (shots) mkdirSync(shots, { recursive: true });
const shot = async (page, name) => {
  if (shots) await page.screenshot({ path: join(shots, `log-${name}.png`), fullPage: true });
};

// read is what a telephone's camera sees: the page as a picture, darker and blurred as on a wall at dusk, and the code in it.
const read = async (page, locator) => {
  const picture = PNG.sync.read(await (locator ?? page).screenshot(locator ? {} : { fullPage: true }));
  const { width, height, data } = picture;
  const seen = new Uint8ClampedArray(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 4; c++) {
        const at = (dx, dy) => data[(Math.min(height - 1, Math.max(0, y + dy)) * width + Math.min(width - 1, Math.max(0, x + dx))) * 4 + c];
        const mean = (2 * at(0, 0) + at(1, 0) + at(-1, 0) + at(0, 1) + at(0, -1)) / 6;
        seen[(y * width + x) * 4 + c] = c === 3 ? 255 : mean * 0.6 + 20 + ((x * 7 + y * 13) % 11);
      }
    }
  }
  return jsqr(seen, width, height)?.data;
};

const said = async (page) => (await page.locator("main").innerText()).replace(/\s+/g, " ");

test("a receipt is proved in the reader's browser", { timeout: 240_000 }, async (t) => {
  const { open, output, url } = await house(t);
  const [, login, password] = /^ *(admin) +(\S+)/m.exec(output());
  const admin = await open("/sign-in");
  await fill(admin, { login, password });
  await submit(admin);
  await admin.goto("/desk/codes");
  await fill(admin, { compound: await admin.locator('select[name="compound"] option', { hasText: "演示路91号院" }).getAttribute("value") });
  await submit(admin);
  const { code } = (await codes(admin)).at(-1);

  const owner = await open("/", { viewport: phone });
  await owner.goto(`/code?c=${code}`);
  await submit(owner);
  await owner.goto("/matters");
  await owner.locator("a", { hasText: "演示路91号院" }).first().click();
  await owner.waitForLoadState("load");
  await owner.goto(`${new URL(owner.url()).pathname}/do/cast`);
  await fill(owner, { renovate: "yes" });
  await submit(owner);
  await submit(owner);
  const receipt = new URL(owner.url()).pathname;
  assert.match(receipt, /^\/receipts\//);

  // verdicts waits for the log to take it in, about a second, and for the browser to have checked.
  const verdicts = async (page) => {
    for (let i = 0; i < 20 && (await page.locator("[data-proof]").count()) === 0; i++) {
      await page.waitForTimeout(500);
      await page.goto(receipt);
    }
    await page.waitForFunction(() => [...document.querySelectorAll("[data-check]")].every((x) => x.dataset.verdict), null, { timeout: 15_000 });
    return page.locator("[data-check]").evaluateAll((all) => Object.fromEntries(all.map((x) => [x.dataset.check, x.dataset.verdict])));
  };
  assert.deepEqual(await verdicts(owner), { leaf: "good", root: "good", signature: "good", own: "good" });
  const words = await said(owner);
  for (const one of ["日志里有这一条", "指纹就是公开的那一个", "签名正确", "记下的就是您填的"]) assert.ok(words.includes(one), words);
  await owner.sound();
  await shot(owner, "receipt");
  assert.equal(await read(owner, owner.locator(".receipt .qr svg").first()), url + receipt, "the receipt's code");

  // A stranger proves the same and is told nothing of what was said.
  const stranger = await open(receipt, { viewport: phone });
  assert.deepEqual(await verdicts(stranger), { leaf: "good", root: "good", signature: "good" });
  assert.equal(await stranger.locator('a[href$="/opening"]').count(), 0);
  const proof = await (await stranger.request.get(`${receipt}/proof`)).text();
  assert.doesNotMatch(proof, /"renovate"|"yes"/);

  // Whatever somebody in between changes is seen, and said in red words.
  const changes = {
    leaf: (p) => { p.acts[0].leaf = p.acts[0].leaf.replace("ballot.cast", "ballot.kept"); },
    root: (p) => { const l = p.checkpoint.split("\n"); l[2] = Buffer.alloc(32).toString("base64"); p.checkpoint = l.join("\n"); },
    signature: (p) => { p.checkpoint = p.checkpoint.replace(/(— \S+ )(\S{12})(.)/, (_, a, b, c) => a + b + (c === "A" ? "B" : "A")); },
  };
  for (const [line, change] of Object.entries(changes)) {
    const victim = await open("/", { viewport: phone });
    await victim.route(`**${receipt}/proof`, async (route) => {
      const answer = await (await route.fetch()).json();
      change(answer);
      await route.fulfill({ json: answer });
    });
    await victim.goto(receipt);
    assert.equal((await verdicts(victim))[line], "bad", `a changed ${line} passed`);
    assert.match(await said(victim), /对不上/);
    if (line === "leaf") await shot(victim, "receipt-tampered");
    await victim.close();
  }

  // Without script the page says how to check, and the command that it gives does.
  const plain = await open(receipt, { viewport: phone, javaScriptEnabled: false });
  await plain.locator("summary").click();
  const told = await said(plain);
  assert.match(told, /还没有核对[^]*gongzhi verify --key/);
  const folder = mkdtempSync(join(tmpdir(), "gongzhi-receipt-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [, key, name] = /gongzhi verify --key '([^']+)' --receipt (\S+)/.exec(told);
  writeFileSync(join(folder, name), proof);
  assert.match((await run(program(), ["verify", "--key", key, "--receipt", join(folder, name)])).toString(), /./);
  writeFileSync(join(folder, name), proof.replace("ballot.cast", "ballot.kept"));
  await assert.rejects(run(program(), ["verify", "--key", key, "--receipt", join(folder, name)]), /ended with 1/);

  // The wall. What hung there yesterday is scanned today: the log has grown and still holds it.
  const wall = await open("/log/poster", { viewport: { width: 794, height: 1123 } });
  await wall.sound();
  await wall.emulateMedia({ media: "print" });
  await shot(wall, "poster");
  const address = await read(wall);
  assert.match(address ?? "", new RegExp(`^${url}/log/at\\?size=\\d+&root=[0-9a-f]{32}$`), "no reader reads the poster");
  const [, size, root] = /size=(\d+)&root=(\w+)/.exec(address);
  assert.ok((await said(wall)).includes(`共 ${size} 条，指纹 ${root.match(/.{4}/g).join(" ")}`), "the poster says in words what its code says");
  await owner.goto(`${new URL(owner.url()).pathname}`);
  await owner.goto("/matters");
  await owner.locator("a", { hasText: "演示路91号院" }).first().click();
  await owner.waitForLoadState("load");
  await owner.goto(`${new URL(owner.url()).pathname}/do/cast`);
  await fill(owner, { renovate: "no" });
  await submit(owner);
  await submit(owner);
  await verdicts(owner);
  const passer = await open(address, { viewport: phone });
  assert.match(await said(passer), new RegExp(`对得上。那时的 ${size} 条，今天一条不少`));
  await passer.sound();
  await shot(passer, "poster-holds");
  await passer.goto(address.replace(/root=.{4}/, "root=0000"));
  assert.match(await said(passer), /对不上/);
  await passer.goto(address.replace(/size=\d+/, "size=99999999"));
  assert.match(await said(passer), /少了/);
  // Typed from the words by somebody without a camera, in groups of four.
  await passer.goto("/log/at");
  await fill(passer, { size, root: root.match(/.{4}/g).join(" ") });
  await Promise.all([passer.waitForEvent("load"), passer.locator("main form button").first().click()]);
  assert.match(await said(passer), /对得上/);

  // Every printed sheet is a witness too: a notice of a matter and a household's ballot carry the checkpoint.
  const notice = await open("/matters/1/documents/publicity_1.notice", { viewport: { width: 794, height: 1123 } });
  await notice.sound();
  await notice.emulateMedia({ media: "print" });
  await shot(notice, "notice");
  assert.match(await read(notice, notice.locator(".pinned svg")) ?? "", /\/log\/at\?size=\d+&root=[0-9a-f]{32}$/);
  assert.match(await said(notice), /公开日志：\d{4}-\d\d-\d\d \d\d:\d\d，共 \d+ 条，指纹 [0-9a-f]{4} /);
});

test("the key changes on record, and a witness is shown", { timeout: 120_000 }, async (t) => {
  const data = mkdtempSync(join(tmpdir(), "gongzhi-log-"));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.concat([Buffer.of(4), publicKey.export({ format: "der", type: "spki" }).subarray(-32)]);
  const name = "witness.example/演示";
  const hash = createHash("sha256").update(`${name}\n`).update(raw).digest().subarray(0, 4);
  await run(program(), ["log", "witness", `${name}+${hash.toString("hex")}+${raw.toString("base64")}`, "--data", data]);

  const first = await serve(t, { args: [], data });
  const checkpoint = async (server) => {
    for (let i = 0; i < 40; i++) {
      const got = await fetch(`${server.url}/log/checkpoint`);
      if (got.status === 200) return got.text();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error("no checkpoint within ten seconds");
  };
  const signed = await checkpoint(first);
  const text = signed.slice(0, signed.indexOf("\n\n") + 1);
  // The line of a C2SP cosignature/v1, as any witness makes it.
  const cosigned = (at, over = text) => {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(at));
    const line = sign(null, Buffer.from(`cosignature/v1\ntime ${at}\n${over}`), privateKey);
    return `${text}\n— ${name} ${Buffer.concat([hash, time, line]).toString("base64")}\n`;
  };
  const post = (body) => fetch(`${first.url}/log/cosignatures`, { method: "POST", body });
  const now = Math.floor(Date.now() / 1000);
  assert.ok((await post(cosigned(now, text.replace(/\n\d+\n/, "\n7\n")))).status >= 400, "a signature over something else was taken");
  assert.equal((await post(cosigned(now))).status, 204);
  assert.equal((await checkpoint(first)).match(/\n— /g).length, 2, "the checkpoint does not carry the witness's line");
  const { open } = await browse(t, first.url);
  const page = await open("/log");
  assert.match(await said(page), /witness\.example\/演示 \d+ [\d :-]+ 仍包含/);
  await page.sound();
  await shot(page, "witness");
  const before = /公钥 (\S+)/.exec(await said(page))[1];
  const folder = join(data, "old");
  writeFileSync(folder, signed);
  await first.stop();

  const changed = (await run(program(), ["log", "key", "--data", data])).toString();
  const second = await serve(t, { args: [], data });
  const after = await browse(t, second.url);
  const again = await after.open("/log");
  const key = /公钥 (\S+)/.exec(await said(again))[1];
  assert.notEqual(key, before);
  assert.ok(changed.includes(key));
  assert.match(await said(again), /witness\.example\/演示 \d+ [\d :-]+ 仍包含/, "what was witnessed under the old key still holds");
  await second.stop();
  const bundle = join(data, "bundle");
  await run(program(), ["export", bundle, "--data", data]);
  const report = (await run(program(), ["verify", bundle, "--key", before, "--since", folder, "--json"])).toString();
  assert.equal(JSON.parse(report).key_trusted, true, "whoever trusts the old key cannot follow to the new one");
  assert.ok(JSON.parse(report).since > 0 && JSON.parse(report).key === key);
});
