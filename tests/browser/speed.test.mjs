// How fast the main page of each surface is: its weight, its first paint on a poor line, and the score that Lighthouse
// makes of the same measures. Lighthouse itself is not a dependency (docs/decisions/0020): it brings a second browser driver and
// an error reporter, and its accessibility audit is axe, which surfaces.test.mjs runs on every page.
import assert from "node:assert/strict";
import test from "node:test";
import { browse, desk, phone, serve, wall } from "./harness.mjs";
import { accessible } from "./looks.mjs";
import { fill, signIns, submit } from "./town.mjs";

// The curves of Lighthouse 12: a log-normal by the value of the tenth percentile and the median of all pages, and how
// much each measure counts.
const mobile = { fcp: [1800, 3000, 10], si: [3387, 5800, 10], lcp: [2500, 4000, 25], tbt: [200, 600, 30], cls: [0.1, 0.25, 25] };
const desktop = { fcp: [934, 1600, 10], si: [1311, 2300, 10], lcp: [1200, 2400, 25], tbt: [150, 350, 30], cls: [0.1, 0.25, 25] };

// erf as Abramowitz and Stegun 7.1.26, which is what Lighthouse uses.
function erf(x) {
  const sign = Math.sign(x), a = Math.abs(x), u = 1 / (1 + 0.3275911 * a);
  const y = u * (0.254829592 + u * (-0.284496736 + u * (1.421413741 + u * (-1.453152027 + u * 1.061405429))));
  return sign * (1 - y * Math.exp(-a * a));
}
export function scored([p10, median], value) {
  if (value <= 0) return 1;
  const x = Math.log(value / median) / (Math.log(p10 / median) / -0.9061938024368232);
  return Math.max(0, Math.min(1, (1 - erf(x)) / 2));
}
const score = (curves, measured) => {
  const all = Object.entries(curves);
  const sum = all.reduce((n, [name, curve]) => n + curve[2] * scored(curve, measured[name]), 0);
  return Math.round(sum / all.reduce((n, [, curve]) => n + curve[2], 0) * 100);
};

// measure loads a page anew as a device on a line would, and gives what Lighthouse measures. The speed index is taken as
// the later of the largest paint and the load: everything has been painted by then, so it is never better than the truth.
async function measure(browser, base, path, { viewport, cookies = [], line, cpu }) {
  const context = await browser.newContext({ baseURL: base, viewport, timezoneId: "Asia/Shanghai", locale: "zh-CN" });
  if (cookies.length > 0) await context.addCookies(cookies);
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", { offline: false, latency: line.rtt, downloadThroughput: (line.kbit * 1024) / 8, uploadThroughput: (line.kbit * 1024) / 8 });
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: cpu });
  let bytes = 0;
  cdp.on("Network.loadingFinished", (e) => { bytes += e.encodedDataLength; });
  await page.addInitScript(() => {
    window.measured = { lcp: 0, cls: 0, tbt: 0 };
    new PerformanceObserver((list) => { for (const e of list.getEntries()) window.measured.lcp = e.startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.measured.cls += e.value; }).observe({ type: "layout-shift", buffered: true });
    new PerformanceObserver((list) => { for (const e of list.getEntries()) window.measured.tbt += Math.max(0, e.duration - 50); }).observe({ type: "longtask", buffered: true });
  });
  await page.goto(path, { waitUntil: "load" });
  await page.waitForTimeout(500);
  const got = await page.evaluate(() => {
    const nav = performance.getEntriesByType("navigation")[0];
    const fcp = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Infinity;
    return { fcp, load: nav.loadEventEnd, ...window.measured };
  });
  got.si = Math.max(got.lcp, got.load);
  got.faults = await accessible(page);
  await context.close();
  return { ...got, bytes };
}

const slow4G = { rtt: 562, kbit: 1474 }; // as Lighthouse throttles a phone: 150 ms and 1.6 Mbit/s at the level of requests
const cable = { rtt: 40, kbit: 10240 };
const poor = { rtt: 400, kbit: 400 }; // the design guide's

test("the curves give what Lighthouse gives", () => {
  assert.equal(scored(mobile.lcp, 2500).toFixed(2), "0.90");
  assert.equal(scored(mobile.lcp, 4000).toFixed(2), "0.50");
  assert.ok(scored(mobile.tbt, 5000) < 0.05);
});

test("weight, first paint and score of each surface", { timeout: 240_000 }, async (t) => {
  const server = await serve(t, { args: ["--demo"], seconds: 120 });
  const people = await signIns(server);
  const { browser, open } = await browse(t, server.url);
  const worker = await open("/sign-in");
  await fill(worker, { login: "worker", password: people["worker"] });
  await submit(worker);
  const cookies = await worker.context().cookies();
  const home = await open("/");
  const ballot = await home.locator("main a", { hasText: "演示路91号院综合改造" }).first().getAttribute("href");

  const pages = [
    { path: "/", most: 40, viewport: phone, curves: mobile, line: slow4G, cpu: 4 },
    { path: ballot, most: 40, viewport: phone, curves: mobile, line: slow4G, cpu: 4 },
    { path: "/desk", most: 80, viewport: desk, curves: desktop, line: cable, cpu: 1, cookies },
    { path: "/wall", most: 260, viewport: wall, curves: desktop, line: cable, cpu: 1 },
  ];
  const faults = [];
  for (const x of pages) {
    // The best of a few: beside other work on the same machine one of them may be anything.
    let best = await measure(browser, server.url, x.path, x);
    for (let tries = 1; tries < 5 && score(x.curves, best) < 95; tries++) {
      const again = await measure(browser, server.url, x.path, x);
      if (score(x.curves, again) > score(x.curves, best)) best = again;
    }
    const n = score(x.curves, best);
    const kb = best.bytes / 1024;
    t.diagnostic(`${x.path}: score ${n}, ${kb.toFixed(1)} KB, first paint ${Math.round(best.fcp)} ms, largest ${Math.round(best.lcp)} ms, blocked ${Math.round(best.tbt)} ms, shift ${best.cls.toFixed(3)}`);
    if (n < 95) faults.push(`${x.path}: score ${n}`);
    if (kb > x.most) faults.push(`${x.path}: ${kb.toFixed(1)} KB, more than ${x.most}`);
    faults.push(...best.faults.map((what) => `${x.path}: ${what}`));
  }
  for (const path of ["/", ballot]) {
    const { fcp } = await measure(browser, server.url, path, { viewport: phone, line: poor, cpu: 6 });
    t.diagnostic(`${path}: first paint ${Math.round(fcp)} ms at 400 kbit/s`);
    if (fcp > 3000) faults.push(`${path}: first paint ${Math.round(fcp)} ms at 400 kbit/s, 400 ms, CPU ÷ 6`);
  }
  assert.deepEqual(faults, []);
});
