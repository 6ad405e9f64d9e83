// The small behaviours of core.js, as built, on bare pages: what each promises in assets/ts, and nothing without it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import test from "node:test";
import { browse, root } from "./harness.mjs";

const dist = join(root, "internal/web/assets/dist");
const core = () => readFileSync(join(dist, JSON.parse(readFileSync(join(dist, "manifest.json"), "utf8"))["core.js"]));

// site serves pages by path; a page may be a function of how often it was asked for.
async function site(t, pages) {
  const asked = {};
  const server = createServer((request, response) => {
    if (request.url === "/core.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(core());
    asked[request.url] = (asked[request.url] ?? 0) + 1;
    const [status, body] = pages[request.url]?.(asked[request.url], request) ?? [404, ""];
    response.writeHead(status, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; style-src-attr 'unsafe-inline'",
    });
    return response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }));
  return browse(t, `http://127.0.0.1:${server.address().port}`);
}

const html = (body, attributes = "") => `<!doctype html><html lang="zh-Hans"><head><title>t</title><link rel="icon" href="data:,">
<script src="/core.js" defer></script></head><body ${attributes}><main id="main" tabindex="-1">${body}</main></body></html>`;

const countdown = (left) => `<time data-until="${1e12 + left}" data-now="${1e12}"><span data-running>left
<span data-unit="days"><span data-left="days">?</span> d</span><span data-unit="hours"><span data-left="hours">?</span> h</span><span data-unit="minutes"><span data-left="minutes">?</span> m</span></span>
<span data-past hidden>past</span></time>`;

test("a countdown shows two units, by the server's clock, and ends", async (t) => {
  const minute = 60_000, hour = 60 * minute, day = 24 * hour;
  const rows = [
    [5 * day + 7 * hour - 1, "left 5 d7 h"],
    [day, "left 1 d0 h"],
    [day - minute, "left 23 h59 m"],
    [hour, "left 1 h0 m"],
    [59 * minute, "left 59 m"],
    [2000, "left 1 m"],
    [0, "past"],
    [-day, "past"],
  ];
  const { open } = await site(t, { "/": () => [200, html(rows.map(([left]) => countdown(left)).join(""))] });
  const page = await open("/");
  const shown = () => page.locator("time").allInnerTexts().then((all) => all.map((s) => s.replace(/\s+/g, " ").trim()));
  assert.deepEqual(await shown(), rows.map(([, text]) => text));
  await page.waitForFunction(() => document.querySelectorAll("time")[5].innerText.trim() === "past", undefined, { timeout: 5000 });
  assert.deepEqual(page.faults, []);
});

test("a form that comes back puts the reader at its summary, and a second tap sends nothing", async (t) => {
  let posts = 0;
  const form = (errors) => html(`<form action="/send" method="post">${errors}<button>ok</button></form>`);
  const { open } = await site(t, {
    "/": () => [200, form("")],
    "/send": () => { posts++; return [422, form(`<div data-errors tabindex="-1">2</div>`)]; },
  });
  const page = await open("/");
  await page.evaluate(() => { const button = document.querySelector("button"); button.click(); button.click(); });
  await page.waitForFunction(() => document.activeElement?.hasAttribute("data-errors"));
  assert.equal(posts, 1);
  assert.deepEqual(page.faults, []);
});

test("a page that refreshes takes what is new, keeps the focus, and outlives a fault", async (t) => {
  const { open } = await site(t, {
    "/": (n) => (n === 2 ? [500, html("broken")] : [200, html(`<p>${n}</p><a href="#">link</a>`, 'data-refresh="1000"')]),
  });
  const page = await open("/");
  assert.equal(await page.locator("p").innerText(), "1");
  await page.waitForFunction(() => document.querySelector("p")?.textContent === "3");
  await page.focus("a");
  await page.waitForTimeout(1500);
  const held = await page.locator("p").innerText();
  await page.waitForTimeout(1500);
  assert.equal(await page.locator("p").innerText(), held);
});

test("the print button is shown only where it works", async (t) => {
  const { open } = await site(t, { "/": () => [200, html(`<button data-print hidden>p</button>`)] });
  assert.ok(await (await open("/")).locator("button").isVisible());
  assert.ok(!(await (await open("/", { javaScriptEnabled: false })).locator("button").isVisible()));
});
