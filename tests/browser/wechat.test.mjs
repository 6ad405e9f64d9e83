// Inside WeChat a page lives in a browser of its own: X5 or WKWebView, which opens no second window, prints nothing, keeps no
// service worker that one may count on, takes no file that is no picture, and saves nothing from a blob. Here those are
// taken away and a resident goes through what residents do. No real phone was asked; see docs/wechat.md.
import assert from "node:assert/strict";
import test from "node:test";
import { house, phone } from "./harness.mjs";
import { codes, fill, submit } from "./town.mjs";

const agents = {
  android: "Mozilla/5.0 (Linux; Android 12; M2012K11AC Build/SKQ1.220303.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/107.0.5304.141 Mobile Safari/537.36 XWEB/5023 MMWEBSDK/20230202 MMWEBID/9516 MicroMessenger/8.0.33.2320(0x28002135) WeChat/arm64 Weixin NetType/4G Language/zh_CN ABI/arm64",
  iphone: "Mozilla/5.0 (iPhone; CPU iPhone OS 14_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.29(0x18001d2f) NetType/WIFI Language/zh_CN",
};

// without takes away what WeChat's browser does not have, and notes whatever asks for it all the same.
function without() {
  const asked = (what) => { (window.asked ??= []).push(what); throw new TypeError(`${what} is not there in WeChat`); };
  window.open = () => { (window.asked ??= []).push("open"); return null; };
  window.print = undefined;
  window.alert = window.confirm = window.prompt = () => asked("dialog");
  for (const name of ["showOpenFilePicker", "showSaveFilePicker", "Notification", "PushManager"]) { try { delete window[name]; } catch { /* not there either */ } }
  try { Object.defineProperty(navigator, "serviceWorker", { get: () => undefined }); } catch { /* not there either */ }
  try { Object.defineProperty(navigator, "share", { get: () => undefined }); } catch { /* not there either */ }
  addEventListener("click", (event) => {
    const a = event.target.closest?.("a");
    if (a && (a.hasAttribute("download") || a.href.startsWith("blob:") || a.target === "_blank")) (window.asked ??= []).push(`link ${a.outerHTML.slice(0, 80)}`);
  }, true);
}

test("a resident's way in WeChat's browser", { timeout: 240_000 }, async (t) => {
  const { open, output } = await house(t);
  const [, login, password] = /^ *(admin) +(\S+)/m.exec(output());
  const admin = await open("/sign-in");
  await fill(admin, { login, password });
  await submit(admin);
  await admin.goto("/desk/codes");
  await fill(admin, { compound: await admin.locator('select[name="compound"] option', { hasText: "演示路91号院" }).getAttribute("value") });
  await submit(admin);
  const slips = (await codes(admin)).slice(-2);
  await admin.context().close();

  for (const [i, [device, userAgent]] of Object.entries(agents).entries()) {
    const page = await open("/", { viewport: phone, userAgent, acceptDownloads: false });
    const faults = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("popup", () => faults.push("a second window"));
    page.on("download", (d) => faults.push(`a download: ${d.suggestedFilename()}`));
    await page.addInitScript(without);
    const look = async () => { faults.push(...await page.evaluate(() => window.asked ?? [])); };
    // The code on the slip is an address: WeChat's own scanner opens it here.
    await page.goto(`/code?c=${slips[i].code}`);
    await look();
    await submit(page);
    await page.goto("/matters");
    await page.locator("a", { hasText: "演示路91号院" }).first().click();
    await page.waitForLoadState("load");
    const matter = new URL(page.url()).pathname;
    assert.match(await page.locator("main").innerText(), /还没有投票/, device);
    await look();
    await page.goto(`${matter}/do/cast`);
    await fill(page, { renovate: "yes" });
    await submit(page);
    await look();
    await submit(page);
    assert.match(await page.locator("main").innerText(), /回执/, `${device}: no receipt`);
    await look();
    await page.goto(matter);
    assert.match(await page.locator("main").innerText(), /已经投票/, device);
    // Reporting: whatever is asked for as a file may be a picture, which is all that some phones offer there.
    await page.goto("/begin/problem");
    for (const accept of await page.locator('input[type="file"]').evaluateAll((all) => all.map((one) => one.accept))) {
      assert.match(accept, /image|\.jpe?g/, `${device}: a picture is not taken: ${accept}`);
    }
    for (const path of ["/me", "/me/data", "/check", "/log", "/search?q=%E6%BC%94%E7%A4%BA", "/charter"]) {
      await page.goto(path);
      await look();
      assert.equal(await page.locator('main a[download], main a[target="_blank"], main a[href^="blob:"]').count(), 0, `${device}: ${path}`);
    }
    assert.deepEqual(faults, [], device);
    await page.context().close();
  }
});
