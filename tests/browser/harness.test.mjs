// The harness itself: a page with every fault it claims to see, and one with none.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import test from "node:test";
import { browse, narrow } from "./harness.mjs";

const good = `<!doctype html><html lang="zh-Hans"><head><title>好</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"></head><body><main><h1>标题</h1><p>正文</p></main></body></html>`;

const bad = `<!doctype html><html><head><title></title><link rel="icon" href="data:,"><link rel="stylesheet" href="/assets/gone.css"></head>
<body><div style="width:2000px">wide</div><img src="http://other.invalid/x.png"><script>nothing()</script>
<script>fetch("/broken")</script></body></html>`;

async function site(t) {
  const server = createServer((request, response) => {
    const status = { "/good": 200, "/bad": 200, "/broken": 500 }[request.url] ?? 404;
    response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
    response.end({ "/good": good, "/bad": bad }[request.url] ?? "");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }));
  return browse(t, `http://127.0.0.1:${server.address().port}`);
}

test("a sound page passes, with and without script", async (t) => {
  const { open } = await site(t);
  await (await open("/good", { viewport: narrow })).sound();
  await (await open("/good", { javaScriptEnabled: false })).sound();
});

test("every kind of fault is seen", async (t) => {
  const { open } = await site(t);
  const page = await open("/bad");
  await page.waitForLoadState("networkidle");
  const found = [...page.faults, ...(await page.sideScroll()), ...(await page.axe())].join("\n");
  for (const fault of ["script error: nothing is not defined", "asked another host: http://other.invalid/x.png",
    "500: ", "asset not built: ", "px sideways", "axe html-has-lang", "axe image-alt"]) {
    assert.ok(found.includes(fault), `not seen: ${fault}\nseen:\n${found}`);
  }
  await assert.rejects(page.sound(), /is not sound/);
});
