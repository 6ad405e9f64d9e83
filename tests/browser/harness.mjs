// What every browser test stands on: the real binary on a port of its own, the system's Chromium, and one page that
// remembers everything that went wrong while it was looked at.
//
//   import { house } from "./harness.mjs";
//   test("the public page", async (t) => {
//     const { url, open } = await house(t);
//     const page = await open("/");
//     ...
//     await page.sound();   // no script error, no refused content, no other host, axe finds nothing, no side scroll
//   });
//
// Everything is stopped and removed when the test ends, however it ends. When it failed, its pages and pictures and
// what the server wrote are left in tests/browser/out.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";

export const root = join(import.meta.dirname, "../..");
const out = join(import.meta.dirname, "out");
const snapshots = join(import.meta.dirname, "snapshots");

// The viewports of the design guide.
export const phone = { width: 390, height: 844 };
export const narrow = { width: 320, height: 640 };
export const desk = { width: 1440, height: 900 };
export const wall = { width: 1920, height: 1080 };

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export function chromiumPath() {
  const found = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
    .find((path) => path && existsSync(path));
  if (!found) throw new Error("no Chromium found: run scripts/setup test, or name it in CHROMIUM");
  return found;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// program is bin/gongzhi, which the tests do not build.
export function program() {
  const binary = join(root, "bin/gongzhi");
  if (!existsSync(binary)) throw new Error("bin/gongzhi is not built: run make build");
  return binary;
}

// serve starts bin/gongzhi with an empty data folder and waits until it answers. args are further words after
// `serve`, env is added to the environment, and prepare(data) may fill the folder first; the sign-ins that --demo
// prints are in output(). A folder that is given as data is served as it is and left behind; stop() ends the server before
// the test does.
export async function serve(t, { args = ["--demo"], env = {}, prepare = () => {}, seconds = 30, data: given } = {}) {
  const binary = program();
  const data = given ?? mkdtempSync(join(tmpdir(), "gongzhi-browser-"));
  await prepare(data);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let written = "";
  let ended = null;
  const child = spawn(binary, ["serve", "--data", data, "--listen", `127.0.0.1:${port}`, ...args], { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => { written += chunk; });
  const exit = new Promise((resolve) => {
    child.once("error", (error) => { ended = String(error); resolve(); });
    child.once("exit", (code, signal) => { ended ??= `exit ${code ?? signal}`; resolve(); });
  });
  const stop = async () => {
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 5000);
    await exit;
    clearTimeout(late);
  };
  t.after(async () => {
    await stop();
    if (given === undefined) rmSync(data, { recursive: true, force: true });
    if (!t.passed) keep(t, "server.log", written);
  });
  const giveUp = Date.now() + seconds * 1000;
  for (;;) {
    if (ended !== null) throw new Error(`bin/gongzhi serve ended before it answered (${ended}):\n${written}`);
    try {
      await fetch(url, { redirect: "manual" });
      return { url, data, stop, output: () => written };
    } catch {
      if (Date.now() > giveUp) throw new Error(`bin/gongzhi serve did not answer within ${seconds} s:\n${written}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

// browse starts Chromium and gives open(path), which opens a page of its own context (own cookies) at base + path.
export async function browse(t, base) {
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    // Root and containers have no user namespaces for the sandbox; the only site visited is our own.
    args: ["--no-sandbox", "--font-render-hinting=none", "--disable-lcd-text"],
  });
  const pages = [];
  t.after(async () => {
    if (!t.passed) {
      for (const [i, page] of pages.entries()) {
        if (page.isClosed()) continue;
        keep(t, `page-${i + 1}.png`, await page.screenshot({ fullPage: true }).catch(() => Buffer.alloc(0)));
        keep(t, `page-${i + 1}.html`, `<!-- ${page.url()} -->\n${await page.content().catch(String)}`);
      }
    }
    await browser.close();
  });
  // Options are Playwright's for a context: viewport, javaScriptEnabled, locale, colorScheme …
  async function open(path, options = {}) {
    const context = await browser.newContext({
      baseURL: base, viewport: phone, locale: "zh-CN", timezoneId: "Asia/Shanghai", reducedMotion: "reduce", ...options,
    });
    const page = watched(await context.newPage(), base, options);
    pages.push(page);
    await page.goto(path);
    return page;
  }
  return { browser, open };
}

// house is serve and browse together.
export async function house(t, options = {}) {
  const server = await serve(t, options);
  return { ...server, ...(await browse(t, server.url)) };
}

// watched adds to a page: faults (what went wrong so far), sound(), axe(), snapshot(name).
function watched(page, base, { javaScriptEnabled = true } = {}) {
  const faults = [];
  const origin = new URL(base).origin;
  page.on("pageerror", (error) => faults.push(`script error: ${error.message}`));
  page.on("console", (message) => {
    // A 4xx answer is a thing tests ask for; the console repeats it as an error.
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const to = new URL(request.url());
    if (/^https?:$/.test(to.protocol) && to.origin !== origin) faults.push(`asked another host: ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) faults.push(`${response.status()}: ${response.url()}`);
    if (response.status() === 404 && /\/assets\//.test(response.url())) faults.push(`asset not built: ${response.url()}`);
  });

  page.faults = faults;
  page.axe = async () => {
    const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
    return violations.map((v) => `axe ${v.id} (${v.impact}): ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
  };
  page.sideScroll = async () => page.evaluate(() => {
    const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    return over > 0 ? [`scrolls ${over} px sideways`] : [];
  });
  // Without script neither axe nor anything else can be run inside the page: only what was seen from outside counts.
  page.sound = async () => {
    const found = [...faults];
    if (javaScriptEnabled) found.push(...(await page.sideScroll()), ...(await page.axe()));
    assert.deepEqual(found, [], `${page.url()} is not sound`);
  };
  // snapshot compares with tests/browser/snapshots/NAME.png; UPDATE=1 writes it. Where the fonts differ from those it was
  // taken with, set SNAPSHOTS=off. A pixel may differ by a shade of its edge, not by its colour.
  page.snapshot = async (name) => {
    if (process.env["SNAPSHOTS"] === "off") return;
    const picture = await page.screenshot({ fullPage: true, animations: "disabled", caret: "hide" });
    const file = join(snapshots, `${name}.png`);
    if (process.env["UPDATE"]) {
      mkdirSync(snapshots, { recursive: true });
      writeFileSync(file, picture);
      return;
    }
    assert.ok(existsSync(file), `there is no snapshot ${name}: look at the page, then write it with UPDATE=1`);
    const have = PNG.sync.read(picture);
    const want = PNG.sync.read(readFileSync(file));
    assert.deepEqual([have.width, have.height], [want.width, want.height], `${name} has another size`);
    const diff = new PNG({ width: want.width, height: want.height });
    const pixels = pixelmatch(have.data, want.data, diff.data, want.width, want.height, { threshold: 0.1 });
    if (pixels > 0) {
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, `${name}.png`), picture);
      writeFileSync(join(out, `${name}-diff.png`), PNG.sync.write(diff));
    }
    assert.equal(pixels, 0, `${name} differs in ${pixels} pixels: see tests/browser/out/${name}-diff.png`);
  };
  return page;
}

function keep(t, name, contents) {
  const folder = join(out, t.name.replace(/[^\p{L}\p{N}]+/gu, "-"));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), contents);
}
