// An official document on paper has the measures of GB/T 9704-2012: 28 characters in a line of 156 mm, 22 lines on a page
// of 225 mm, margins of 37 and 28 mm, and "— n —" below the text. Chromium prints it, pdftotext says where each word lies.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { house, phone } from "./harness.mjs";

const mm = (points) => (points / 72) * 25.4;
const near = (what, got, want, within) => assert.ok(Math.abs(got - want) <= within, `${what} is ${got.toFixed(2)} mm, want ${want} ± ${within}`);

// words prints the page and gives every word with its place on its sheet, in mm.
async function words(t, page) {
  const folder = mkdtempSync(join(tmpdir(), "gongzhi-paper-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "paper.pdf");
  writeFileSync(file, await page.pdf({ preferCSSPageSize: true, printBackground: true }));
  execFileSync("pdftotext", ["-bbox", file, join(folder, "paper.html")]);
  const html = readFileSync(join(folder, "paper.html"), "utf8");
  return [...html.matchAll(/<page width="([\d.]+)" height="([\d.]+)">([\s\S]*?)<\/page>/g)].map(([, width, height, body]) => ({
    width: mm(+width), height: mm(+height),
    words: [...body.matchAll(/<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)<\/word>/g)]
      .map(([, x, y, x2, y2, text]) => ({ x: mm(+x), y: mm(+y), x2: mm(+x2), y2: mm(+y2), text })),
  }));
}

test("the measures of an official document", async (t) => {
  const { open } = await house(t);
  const page = await open("/matters/3/documents/publicity_1.notice");
  // 45 full lines and one character more: two pages of 22 lines, and two lines on the third.
  await page.evaluate(() => {
    const article = document.querySelector(".official");
    article.replaceChildren();
    for (let i = 0; i < 3; i++) {
      const p = document.createElement("p");
      p.style.textIndent = "0";
      p.textContent = "字".repeat(28 * 15 + (i === 2 ? 1 : 0));
      article.append(p);
    }
  });
  const sheets = await words(t, page);
  assert.deepEqual(sheets.map((s) => s.words.filter((w) => w.text.startsWith("字")).length), [22, 22, 2], "lines on each page");
  for (const [i, sheet] of sheets.entries()) {
    near("the sheet's width", sheet.width, 210, 0.3);
    near("the sheet's height", sheet.height, 297, 0.3);
    const lines = sheet.words.filter((w) => w.text.startsWith("字"));
    for (const line of lines.slice(0, 22)) near("the left margin", line.x, 28, 1);
    if (i < 2) {
      for (const line of lines) assert.equal([...line.text].length, 28, "characters in a line");
      near("the right edge of the text", lines[0].x2, 28 + 156, 1);
      near("the pitch of lines", (lines[21].y - lines[0].y) / 21, 225 / 22, 0.05);
    }
    // A line is as high as its pitch; the glyphs stand in the middle of it.
    const middle = (lines[0].y + lines[0].y2) / 2 - 225 / 44;
    near("the top margin", middle, 37, 1);
    const number = sheet.words.filter((w) => w.y > 37 + 225).map((w) => w.text).join(" ");
    assert.equal(number, `— ${i + 1} —`, "the page's number");
    const dash = sheet.words.find((w) => w.y > 37 + 225);
    near("the number below the text", (dash.y + dash.y2) / 2 - 4.939 / 2, 37 + 225 + 7, 1.5);
    assert.ok(i % 2 === 0 ? dash.x > 105 : dash.x < 105, "odd pages have it at the right, even ones at the left");
  }
});

test("a notice, minutes and a certificate can be read, printed and taken along", async (t) => {
  const { open, url } = await house(t);
  const page = await open("/matters/3/documents/publicity_1.notice", { viewport: phone });
  await page.sound();
  const [sheet] = await words(t, page);
  const text = sheet.words.map((w) => w.text).join("");
  assert.match(text, /公示期为/);
  assert.doesNotMatch(text, /⟦/, "words are missing");
  assert.doesNotMatch(text, /下载/, "what only a screen can use is not printed");
  const file = await fetch(url + "/matters/3/documents/publicity_1.notice/docx");
  assert.equal(file.status, 200);
  assert.equal(file.headers.get("content-type"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
  assert.equal(Buffer.from(await file.arrayBuffer()).subarray(0, 2).toString(), "PK");
});
