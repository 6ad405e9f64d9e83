// Paper: the wall as one A3 sheet, a poster as one of A4, lists to take along without the navigation of the screen.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { browse, desk, phone, serve, wall } from "./harness.mjs";
import { fill, signIns, submit } from "./town.mjs";

test("what is printed is whole, and only that", { timeout: 180_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "gongzhi-print-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const server = await serve(t, { args: ["--demo"], seconds: 120 });
  const people = await signIns(server);
  const { open } = await browse(t, server.url);
  // printed gives the sheets' sizes in mm and the words on them.
  const printed = async (page, path) => {
    await page.goto(path);
    const file = join(folder, "page.pdf");
    writeFileSync(file, await page.pdf({ preferCSSPageSize: true, printBackground: false }));
    const sizes = [...execFileSync("pdfinfo", ["-l", "99", file]).toString().matchAll(/size: +([\d.]+) x ([\d.]+)/g)].map(([, w, h]) => [Math.round(w / 72 * 25.4), Math.round(h / 72 * 25.4)]);
    return { sizes, text: execFileSync("pdftotext", [file, "-"]).toString().replace(/\s+/g, "") };
  };
  const stranger = await open("/", { viewport: wall });
  const big = await printed(stranger, "/wall");
  assert.deepEqual(big.sizes, [[420, 297]], "the wall is one sheet of A3, lying");
  assert.match(big.text, /挂图作战/);
  assert.match(big.text, /逾期督办/);
  assert.match(big.text, /碧沙岗社区/);
  assert.doesNotMatch(big.text, /夜间/, "switches are not printed");

  const poster = await printed(stranger, "/log/poster");
  assert.deepEqual(poster.sizes, [[210, 297]], "the poster of the log is one sheet of A4");

  await stranger.setViewportSize(phone);
  await stranger.goto("/");
  const ballot = await stranger.locator("main a", { hasText: "演示路91号院综合改造" }).first().getAttribute("href");
  const matter = await printed(stranger, ballot);
  assert.match(matter.text, /演示路91号院综合改造/);
  assert.match(matter.text, /第5步，共11步/);
  assert.doesNotMatch(matter.text, /大字/, "the header's switches are not printed");
  assert.ok(matter.sizes.every(([w, h]) => w === 210 && h === 297), "on A4");

  const worker = await open("/sign-in", { viewport: desk });
  await fill(worker, { login: "worker", password: people["worker"] });
  await submit(worker);
  const doors = await printed(worker, `/desk${ballot}/doors`);
  assert.match(doors.text, /还没有回音的户/); // numbers are set in another font and come in another order
  assert.doesNotMatch(doors.text, /导入Excel|新办一件/, "the navigation is not printed");
});
