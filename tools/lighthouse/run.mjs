// The real Lighthouse on the main page of each surface of the demo: performance at least 95, accessibility 100. The best
// of three, since beside other work on the same machine one of them may be anything.
//
//   make lighthouse
import { chromium } from "playwright-core";
import lighthouse, { desktopConfig } from "lighthouse";
import { serve } from "../../tests/browser/harness.mjs";
import { signIns } from "../../tests/browser/pages.mjs";
import { plain, Visitor } from "../../tests/browser/town.mjs";

const least = { performance: 95, accessibility: 100 };
const port = 9300 + (process.pid % 500);

// What a test gives to the harness: something that is told to end.
const last = [];
const t = { after: (end) => last.unshift(end), passed: true };

const server = await serve(t, { args: ["--demo"], seconds: 180 });
const people = await signIns(server);
const worker = new Visitor(server.url);
await worker.post("/sign-in", { login: "worker", password: people["worker"] });
const home = await worker.page("/matters?method=renovation");
const ballot = [...home.html.matchAll(/<a href="(\/matters\/\d+)"[^>]*>([^<]*)</g)].find(([, , words]) => plain(words).includes("演示路91号院"))[1];

const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", `--remote-debugging-port=${port}`],
});
const cookie = [...worker.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
const pages = [
  { path: "/" }, { path: ballot },
  { path: "/desk", config: desktopConfig, headers: { Cookie: cookie } }, { path: "/wall", config: desktopConfig },
];
let bad = 0;
for (const x of pages) {
  let best;
  for (let i = 0; i < 3 && !(best && Object.entries(least).every(([key, n]) => best[key] >= n)); i++) {
    const { lhr } = await lighthouse(server.url + x.path, { port, logLevel: "error", output: "json", onlyCategories: Object.keys(least), extraHeaders: x.headers, disableStorageReset: true }, x.config);
    const got = Object.fromEntries(Object.entries(lhr.categories).map(([key, c]) => [key, Math.round(c.score * 100)]));
    got.shown = lhr.finalDisplayedUrl;
    got.why = Object.values(lhr.audits).filter((a) => a.score !== null && a.score < 0.9 && lhr.categories.accessibility.auditRefs.some((r) => r.id === a.id)).map((a) => a.id);
    got.times = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "speed-index"].map((id) => `${id} ${lhr.audits[id].displayValue}`);
    if (!best || got.performance > best.performance) best = got;
  }
  const short = Object.entries(least).filter(([key, n]) => best[key] < n);
  if (short.length > 0) bad++;
  console.log(`${short.length > 0 ? "NO " : "yes"} ${x.path}: performance ${best.performance}, accessibility ${best.accessibility} ${best.why.join(" ")} (${best.times.join(", ")}; ${best.shown})`);
}
await browser.close();
for (const end of last) await end();
process.exitCode = bad > 0 ? 1 : 0;
