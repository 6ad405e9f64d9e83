// The styleguide is compared with what it looked like: for every component of every surface, by day, by night, and in the
// largest text in English, where each element stands, how large it is, and its colours and type. The baselines are text
// of a line for each element, so a change reads as a change, and no pictures lie in the repository (docs/decisions/0020).
//
//   UPDATE=1 node --test tests/browser/styleguide.test.mjs    writes them anew, after somebody has looked
//
// SNAPSHOTS=off where the fonts differ from those they were made with (Debian's: DejaVu and Noto Sans CJK).
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { browse, desk, phone, serve, wall } from "./harness.mjs";

const folder = join(import.meta.dirname, "snapshots");
const ways = [
  { name: "day", lang: "zh", theme: "day", size: 1 },
  { name: "night", lang: "zh", theme: "night", size: 1 },
  { name: "largest-english", lang: "en", theme: "day", size: 3 },
];

// The six pages of the styleguide, each as wide as its surface.
const frames = [phone, phone, desk, wall, { width: 900, height: 900 }, { width: 900, height: 900 }];

// drawn is one line for each element that shows something of its own: place and size in whole pixels, then what it is
// painted and written with. Runs of equal siblings are one line.
const drawn = (page) => page.evaluate(() => {
  const hex = (c) => {
    const m = /rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)/.exec(c);
    if (!m || m[4] === "0") return "-";
    return `#${m.slice(1, 4).map((n) => (+n).toString(16).padStart(2, "0")).join("")}${m[4] ? `/${m[4]}` : ""}`;
  };
  const lines = [];
  const walk = (e, depth, top, left) => {
    if (e.closest("[data-until]") && e.tagName !== "TIME") return; // a countdown goes on
    const r = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    if (style.display === "none" || r.width < 2 || r.height < 2) return;
    const name = `${e.tagName.toLowerCase()}${e.getAttribute("class") ? `.${e.getAttribute("class").trim().replace(/\s+/g, ".")}` : ""}`;
    const own = e.hasAttribute("class") || /^(h\d|input|select|textarea|th|td|dt|dd|summary|svg|b)$/i.test(e.tagName);
    if (own) {
      const border = ["Top", "Right", "Bottom", "Left"].map((s) => style[`border${s}Width`]).join(" ").replace(/px/g, "").replace(/\.\d+/g, "");
      const line = [`${" ".repeat(depth)}${name}`, `${Math.round(r.left - left)},${Math.round(r.top - top)} ${Math.round(r.width)}×${Math.round(r.height)}`,
        `${hex(style.color)} on ${hex(style.backgroundColor)}`, `${parseFloat(style.fontSize).toFixed(1)}/${style.fontWeight}`, border === "0 0 0 0" ? "" : `[${border}] ${hex(style.borderTopColor)}`].filter(Boolean).join("  ");
      lines.push(line);
    }
    if (e.tagName.toLowerCase() === "svg" || e.tagName === "SELECT") return; // drawings are compared by their size
    for (const child of e.children) walk(child, depth + (own ? 1 : 0), top, left);
  };
  for (const section of document.querySelectorAll("main > *")) {
    const r = section.getBoundingClientRect();
    lines.push("", `## ${section.id || section.className || section.tagName.toLowerCase()}`);
    walk(section, 0, r.top, 0);
  }
  return lines.join("\n").trim() + "\n";
});

test("the styleguide looks as it did", { timeout: 120_000 }, async (t) => {
  if (process.env["SNAPSHOTS"] === "off") return t.skip("SNAPSHOTS=off");
  const server = await serve(t, { args: ["--demo"], seconds: 120 });
  const { browser } = await browse(t, server.url);
  const changed = [];
  for (const { name, lang, theme, size } of ways) {
    const context = await browser.newContext({ baseURL: server.url, reducedMotion: "reduce", timezoneId: "Asia/Shanghai", locale: "zh-CN" });
    await context.addCookies([["lang", lang], ["theme", theme], ["size", String(size)]].map(([n, value]) => ({ name: n, value, url: server.url })));
    const page = await context.newPage();
    let have = "";
    for (const [i, viewport] of frames.entries()) {
      await page.setViewportSize(viewport);
      await page.goto(`/styleguide?frame=${i + 1}`);
      await page.evaluate(() => document.fonts.ready);
      have += `# page ${i + 1}\n${await drawn(page)}\n`;
    }
    const file = join(folder, `styleguide-${name}.txt`);
    if (process.env["UPDATE"]) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, have);
    } else {
      assert.ok(existsSync(file), `there is no baseline ${name}: look at the page, then write it with UPDATE=1`);
      const [a, b] = [readFileSync(file, "utf8").split("\n"), have.split("\n")];
      for (let i = 0; i < Math.max(a.length, b.length) && changed.length < 20; i++) if (a[i] !== b[i]) changed.push(`${name}:${i + 1}\n  - ${a[i] ?? ""}\n  + ${b[i] ?? ""}`);
      if (changed.length > 0) {
        mkdirSync(join(import.meta.dirname, "out"), { recursive: true });
        writeFileSync(join(import.meta.dirname, "out", `styleguide-${name}.txt`), have);
      }
    }
    await context.close();
  }
  assert.deepEqual(changed, [], "the styleguide has changed; look at tests/browser/out, and if it is meant, UPDATE=1");
});
