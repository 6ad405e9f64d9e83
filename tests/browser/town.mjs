// A town for browser tests: a served house whose clock the test moves, people with mandates, and two kinds of visitors:
// one in a real browser, one who posts the same forms over plain HTTP where a hundred households have to be heard.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browse, desk, program, root, serve } from "./harness.mjs";

export const password = "an-example-word";

// run runs a program to its end and gives what it wrote to its standard output.
export function run(file, args, { input = "", env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    const out = [];
    let err = "";
    child.stdout.on("data", (chunk) => out.push(chunk));
    child.stderr.on("data", (chunk) => { err += chunk; });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(Buffer.concat(out));
      else reject(new Error(`${file} ${args.join(" ")} ended with ${code}: ${err}`));
    });
    child.stdin.end(input);
  });
}

// roster is the messy sheet of an invented compound, or the same once somebody has corrected it.
export const roster = (faulty) => run("go", ["run", "./internal/sheet/rostertest/roster", ...(faulty ? ["-faulty"] : [])]);

// town serves a house at an instant. add(login, name, role, scope) makes a person; time(at) moves the clock.
export async function town(t, at) {
  const { file, time } = hands(t, at);
  const env = { GONGZHI_TEST_CLOCK: "1" };
  const user = (data, login, name, role, scope) => run(
    program(), ["user", "add", login, "--name", name, "--role", role, ...(scope ? ["--scope", scope] : []), "--data", data, "--clock", file],
    { input: `${password}\n`, env },
  );
  const server = await serve(t, {
    args: ["--clock", file], env,
    prepare: (data) => user(data, "admin", "演示管理员", "it_admin"),
  });
  const { browser, open } = await browse(t, server.url);
  return {
    ...server, browser, open, time,
    add: (login, name, role, scope) => user(server.data, login, name, role, scope),
    visitor: () => new Visitor(server.url),
    // signIn opens a browser of one's own and signs in through the page.
    signIn: async (login, options = {}) => {
      const page = await open("/sign-in", { viewport: desk, ...options });
      await fill(page, { login, password });
      await submit(page);
      assert.doesNotMatch(page.url(), /sign-in/, `${login} cannot sign in`);
      return page;
    },
  };
}

// signIns are the people of a demo with their passwords, as serve printed them: all of them, which a busy machine may take
// a moment to pass on.
export async function signIns(server) {
  const printed = () => Object.fromEntries([...server.output().matchAll(/^ {2}(\S+) +([a-z0-9]{12}) +\S/gm)].map(([, login, password]) => [login, password]));
  let list = {}, before = -1;
  for (let tries = 0; tries < 40 && (Object.keys(list).length <= 8 || Object.keys(list).length !== before); tries++) {
    before = Object.keys(list).length;
    await new Promise((resolve) => setTimeout(resolve, 250));
    list = printed();
  }
  assert.ok(Object.keys(list).length > 8, `only ${Object.keys(list).length} sign-ins were printed`);
  return list;
}

// hands is a clock that stands where it is put. The demonstration may have one, like a house of a test.
export function hands(t, at) {
  const folder = mkdtempSync(join(tmpdir(), "gongzhi-clock-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "now");
  // Written beside and moved: the server never reads half an instant.
  const time = (to) => {
    writeFileSync(`${file}.new`, to);
    renameSync(`${file}.new`, file);
  };
  time(at);
  return { file, time };
}

// demo serves the demonstration, at an instant of its own where one is given. signIn opens a browser of one's own as one of
// its people.
export async function demo(t, at) {
  const clock = at && hands(t, at);
  const server = await serve(t, { args: ["--demo", ...(clock ? ["--clock", clock.file] : [])], seconds: 120 });
  const people = await signIns(server);
  const { open, browser } = await browse(t, server.url);
  const signIn = async (login, options) => {
    const page = await open("/sign-in", options);
    await fill(page, { login, password: people[login] });
    await submit(page);
    assert.doesNotMatch(page.url(), /sign-in/, `${login} cannot sign in`);
    return page;
  };
  return { ...server, people, open, browser, signIn, time: clock?.time };
}

// fill answers questions by their names, whatever control each has. A row among many is looked for by its name.
export async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const finder = page.locator(`main [name="${name}.find"]`);
    if (await finder.count()) {
      await finder.fill(value);
      continue;
    }
    const control = page.locator(`main [name="${name}"]:not([type=hidden])`);
    const first = control.first();
    const kind = await first.evaluate((e) => e.type);
    if (kind === "radio" || kind === "checkbox") {
      for (const one of [value].flat()) await page.locator(`main [name="${name}"][value="${one}"]`).check();
    } else if (kind === "select-one") await first.selectOption(value);
    else if (kind === "file") await first.setInputFiles(value);
    else await first.fill(value);
  }
}

// submit presses the one button of the page's form and waits for the next page.
export async function submit(page, name) {
  const button = name ? page.locator("main").getByRole("button", { name }) : page.locator("main form[method=post] button:not([type=button])").first();
  await Promise.all([page.waitForEvent("load"), button.click()]);
}

// act answers one ask of a matter in the browser, by the form that its link leads to: it looks the answers over where
// the page says so, and ends at the receipt or, at the desk, at the matter.
export async function act(page, matter, verb, values = {}, { item = "", sound = false } = {}) {
  const query = item ? `?${new URLSearchParams({ _item: item })}` : "";
  await page.goto(`/matters/${matter}/do/${verb}${query}`);
  await fill(page, values);
  if (sound) await page.sound();
  await submit(page);
  if (/\/do\//.test(page.url()) && (await page.locator("main input[name=_stage][value=send]").count()) > 0) {
    if (sound) await page.sound();
    await page.locator("main form:has(input[name=_stage][value=send]) button").click();
    await page.waitForLoadState("load");
  }
  assert.doesNotMatch(page.url(), /\/do\//, `${verb} ${item} was not taken: ${await page.locator("main").innerText()}`);
}

const entities = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&#34;": '"', "&#39;": "'", "&quot;": '"' };
export const plain = (html) => html.replace(/&(amp|lt|gt|#34|#39|quot);/g, (e) => entities[e]);

// words are what a page says, without its tags.
export const words = (html) => plain(html.replace(/<(script|style|svg)[\s\S]*?<\/\1>/g, "").replace(/<[^>]+>/g, " ")).replace(/\s+/g, " ");

// Visitor is a browser without a picture: it keeps cookies and posts the forms it was shown.
export class Visitor {
  constructor(base) {
    this.base = base;
    this.cookies = new Map();
  }

  async fetch(path, options = {}) {
    const headers = { ...options.headers, cookie: [...this.cookies].map(([k, v]) => `${k}=${v}`).join("; ") };
    const answer = await fetch(new URL(path, this.base), { redirect: "manual", ...options, headers });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      this.cookies.set(name, value);
    }
    return { status: answer.status, to: answer.headers.get("location") ?? "", type: answer.headers.get("content-type") ?? "", bytes: Buffer.from(await answer.arrayBuffer()) };
  }

  async page(path) {
    const got = await this.fetch(path);
    return { ...got, html: got.bytes.toString() };
  }

  // post sends the form of a page: its hidden fields and the values. A value that is a Blob or { name, bytes } is a file.
  async post(path, values, from) {
    const body = new FormData();
    let files = false;
    for (const [name, value] of Object.entries({ ...Object.fromEntries(hidden(from ?? "")), ...values })) {
      for (const one of [value].flat()) {
        if (one?.bytes) {
          files = true;
          body.append(name, new Blob([one.bytes]), one.name);
        } else body.append(name, one);
      }
    }
    const got = await this.fetch(path, { method: "POST", body: files ? body : new URLSearchParams(body) });
    return { ...got, html: got.bytes.toString() };
  }

  async signIn(login) {
    const got = await this.post("/sign-in", { login, password });
    assert.equal(got.status, 303, `${login} cannot sign in`);
    return this;
  }

  async enter(code) {
    const got = await this.post("/code", { household_code: code });
    assert.equal(got.status, 303, `the code ${code} does not let in: ${words(got.html)}`);
    return this;
  }

  // act is act of a browser, without looking the answers over. from is a form seen before, to be sent once more with
  // other answers and a number of its own.
  async act(matter, verb, values = {}, { item = "", from } = {}) {
    const got = await this.tries(matter, verb, values, { item, from });
    assert.equal(got.status, 303, `${verb} ${item} was not taken (${got.status}): ${words(got.html).slice(0, 2000)}`);
    return got;
  }

  // tries gives the answer, whatever it is.
  async tries(matter, verb, values = {}, { item = "", from } = {}) {
    if (from) return this.post(`/matters/${matter}/do/${verb}`, { ...values, _id: randomUUID(), _stage: "send" }, from);
    const query = item ? `?${new URLSearchParams({ _item: item })}` : "";
    const form = await this.page(`/matters/${matter}/do/${verb}${query}`);
    if (form.status !== 200) return form;
    return this.post(`/matters/${matter}/do/${verb}`, { ...values, _stage: "send" }, form.html);
  }
}

// taken follows a link to a file and gives the download: at once, or once it lies ready where it takes long to make.
export async function taken(page, link) {
  const file = page.waitForEvent("download", { timeout: 180_000 });
  await link.click();
  const lies = page.waitForSelector('main a[href*="take=1"]', { timeout: 180_000 }).then((ready) => ready.click());
  lies.catch(() => {}); // where the file came at once nothing lies ready
  await Promise.race([file, lies]);
  await file;
  // The browser gives up the address that became a file, at times only when the next page is asked for, which is given
  // up with it: that one is asked for again.
  const go = page.goto.bind(page);
  page.goto = async (...there) => {
    page.goto = go;
    return go(...there).catch((error) => {
      if (!String(error).includes("ERR_ABORTED")) throw error;
      return go(...there);
    });
  };
  return file;
}

// codes are the household codes on the page that shows them, awaited where they take long to make.
export async function codes(page) {
  const code = /[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}/g;
  const open = page.locator('main a[href*="take=1"]');
  await open.or(page.locator("main section h2")).first().waitFor({ timeout: 120_000 });
  if (await open.count() > 0) await Promise.all([page.waitForNavigation(), open.click()]);
  return page.locator("section:has(h2)").evaluateAll((all) => all.map((one) => ({ part: one.querySelector("h2").innerText, said: one.innerText })))
    .then((all) => all.map(({ part, said }) => ({ part, code: said.match(code)?.[0] })).filter((one) => one.code));
}

// hidden are the hidden fields of the first form of a page's main part that posts.
export function hidden(html) {
  const main = html.slice(Math.max(0, html.indexOf("<main")));
  const start = main.search(/<form[^>]*method="post"/);
  if (start < 0) return [];
  const form = main.slice(start, main.indexOf("</form>", start));
  return [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [plain(name), plain(value)]);
}

// doors are those that a matter's page of doors leads to a form for: what its address says of each, and its name.
export function doors(html, name) {
  return [...html.matchAll(/<tr[\s\S]*?<\/tr>/g)].flatMap(([row]) => {
    const value = new RegExp(`/do/[^"]*[?&;]${name}=([^"&]*)`).exec(row)?.[1];
    return value ? [{ value: decodeURIComponent(value), said: words(/<t[dh][\s\S]*?<\/t[dh]>/.exec(row)[0]).trim() }] : [];
  });
}

// options are the values of a list to select from, with their words.
export function options(html, name) {
  const list = new RegExp(`<select[^>]*name="${name}"[^>]*>([\\s\\S]*?)</select>`).exec(html);
  if (!list) return [];
  return [...list[1].matchAll(/<option value="([^"]+)"[^>]*>([^<]*)</g)].map(([, value, said]) => ({ value: plain(value), said: plain(said).trim() }));
}

// choices are the buttons of a question to choose from, with the words under each.
export function choices(html, name) {
  return [...html.matchAll(/<input type="(?:radio|checkbox)"[^>]* name="([^"]*)" value="([^"]*)"[\s\S]*?<label[^>]*>([^<]*)<\/label>(?:\s*<p class="hint"[^>]*>([^<]*)<)?/g)]
    .filter(([, of]) => of === name).map(([, , value, said, hint]) => ({ value: plain(value), said: plain(said).trim(), hint: plain(hint ?? "").trim() }));
}
