// Every page there is × everybody who may sign in × theme × language × size of text: axe finds nothing, nothing sticks
// out at 320 px or with text twice as large, no words are missing or set wrongly.
//
// Pages made of the same elements are looked at once, whoever sees them. Of the twelve ways to look at a page six are
// taken, in which every two of theme, language and size meet; MATRIX=all takes all twelve, PAGES=/desk only those whose
// pattern begins so.
import assert from "node:assert/strict";
import test from "node:test";
import { browse, desk, narrow, phone, serve, wall } from "./harness.mjs";
import { accessible, sideways, worded } from "./looks.mjs";
import { found } from "./pages.mjs";
import { signIns } from "./town.mjs";

const ways = [["zh", "day", 1], ["en", "night", 1], ["zh", "night", 2], ["en", "day", 2], ["zh", "day", 3], ["en", "night", 3]];
const rest = [["zh", "night", 1], ["en", "day", 1], ["zh", "day", 2], ["en", "night", 2], ["zh", "night", 3], ["en", "day", 3]];
if (process.env["MATRIX"] === "all") ways.push(...rest);
const only = process.env["PAGES"] ?? "";

// Addresses that answer with no page of ours, or that the demo has nothing to show at.
const notPages = /\.(atom|ics|xml|txt|json|xlsx|csv|zip)$|\/(docx|proof|corrected|template|opening)$|^\/(files|layers|log\/(at|tile|checkpoint|charter|act)|api\/openapi)|\{(hash|link|file)\}/;

// Pages that nobody can be led to in the demo as it begins, and who looks at them.
const elsewhere = {
  "/receipts/{id}": "journeys.test.mjs", "/r/{code}": "problem.test.mjs: it is behind the code of a receipt", "/matters/{n}/b/{part}": "paper.test.mjs: it is behind the code on a printed sheet",
  "/charter/versions/{digest}": "the version in force leads nowhere else", "/desk/matters/{n}/move": "needs two versions of a charter",
  "/desk/changes/{change}": "needs an import", "/desk/codes/{id}": "needs codes that were made: vote.test.mjs", "/desk/matters/{n}/erase": "needs a purpose that was stated", "/desk/registers/{register}/{id}/sealed": "needs a purpose that was stated",
  "/desk/registers/{register}/{id}/erase": "needs a purpose that was stated",
  "/desk/duplicates/{register}": "needs two people who look alike", "/desk/duplicates/{register}/{id}/{other}": "needs two people who look alike",
};

test("every page, for everybody, in every way", { timeout: 1_200_000 }, async (t) => {
  const server = await serve(t, { args: ["--demo"], seconds: 120 });
  const people = await signIns(server);
  const { pages, known } = await found(server.url, people);
  const seen = new Set(pages.map((p) => p.pattern));
  const missed = known.map((k) => k.pattern).filter((p) => !seen.has(p) && !notPages.test(p) && !(p in elsewhere));
  t.diagnostic(`${pages.length} pages of ${seen.size} patterns, as ${Object.keys(people).length + 1} readers`);

  // Jobs: for each pattern each of its builds once, and as many more as there are ways.
  const byPattern = new Map();
  for (const p of pages) byPattern.set(p.pattern, [...(byPattern.get(p.pattern) ?? []), p]);
  const jobs = [];
  for (const [pattern, list] of byPattern) {
    if (only && !pattern.startsWith(only)) continue;
    const builds = [...new Map(list.map((p) => [p.build, p])).values()];
    for (let i = 0; i < Math.max(builds.length, ways.length); i++) jobs.push({ ...builds[i % builds.length], way: ways[i % ways.length] });
  }
  // One reader after the other, so that few contexts are made.
  jobs.sort((a, b) => (a.who < b.who ? -1 : a.who > b.who ? 1 : 0));
  t.diagnostic(`${jobs.length} looks`);

  const { browser } = await browse(t, server.url);
  const faults = new Map();
  const began = Date.now();
  await Promise.all([0, 1].map(async () => {
    let context, page, who;
    for (let job; (job = jobs.shift());) {
      if (context === undefined || who !== job.who) {
        await context?.close();
        context = await browser.newContext({ baseURL: server.url, reducedMotion: "reduce", timezoneId: "Asia/Shanghai", locale: "zh-CN" });
        page = await context.newPage();
        who = job.who;
      }
      const [lang, theme, size] = job.way;
      await context.addCookies([...job.cookies, ["lang", lang], ["theme", theme], ["size", String(size)]].map(([name, value]) => ({ name, value, url: server.url })));
      const note = (list) => { for (const what of list) if (!faults.has(`${job.pattern} ${what}`)) faults.set(`${job.pattern} ${what}`, `${job.path} as ${who || "nobody"} (${job.way.join(", ")}): ${what}`); };
      await page.setViewportSize(phone);
      await page.goto(job.path);
      const frame = await page.evaluate(() => document.documentElement.className);
      await page.setViewportSize({ resident: phone, desk, wall, paper: { width: 900, height: 900 } }[frame] ?? phone);
      note(await accessible(page));
      note(await worded(page));
      note(await sideways(page, narrow));
      if (size === 1) note(await sideways(page, frame === "desk" || frame === "wall" ? { width: 720, height: 450 } : phone, frame === "desk" || frame === "wall" ? 1 : 2));
    }
    await context?.close();
  }));
  if (missed.length > 0) t.diagnostic(`nobody was led to: ${missed.join(" ")}`);
  t.diagnostic(`looked at in ${Math.round((Date.now() - began) / 1000)} s`);
  assert.deepEqual([...faults.values()].sort(), [], "pages with faults");
  if (!only) assert.deepEqual(missed, [], "pages that nobody was led to");
});
