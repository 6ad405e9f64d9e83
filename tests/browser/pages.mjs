// Which pages there are, found out from the program itself: the list of routes says which addresses answer, and walking
// the links as each person who may sign in finds real addresses for them.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./harness.mjs";
import { plain, Visitor } from "./town.mjs";

// patterns are the addresses of internal/web/routes.go that are asked for with GET, the most particular first.
export function patterns() {
  const source = readFileSync(join(root, "internal/web/routes.go"), "utf8");
  const list = [...source.matchAll(/^\s*\{"GET ([^"]+)", (\w+), /gm)].map(([, pattern, audience]) => {
    const parts = pattern.replace("{$}", "").split("/").slice(1);
    const rank = parts.map((part) => (/\.\.\.\}$/.test(part) ? "2" : part.startsWith("{") ? "1" : "0")).join("");
    const form = parts.map((part) => (/\.\.\.\}$/.test(part) ? ".+" : part.startsWith("{") ? "[^/]+" : part.replaceAll(".", "\\."))).join("/");
    return { pattern, audience, rank, form: new RegExp(`^/${form}$`) };
  });
  assert.ok(list.length > 60, `only ${list.length} routes found: has their list another form?`);
  return list.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
}

// What is walked of each pattern by each person: enough to meet another shape of the page, not every row of a register.
const most = { "/matters/{n}": 8, "/desk/matters/{n}": 8, "/matters/{n}/do/{verb}": 12, "/desk/registers/{register}": 4, "/desk/begin/{method}": 6, "/begin/{method}": 4, "/methods/{key}": 3 };
const usual = 3;

// Not pages, or what would end the walk.
const never = /raw=1|^\/(assets|prefer|files|log\/(tile|charter|checkpoint)|layers|feeds|calendars|sitemap|robots)/;

// found walks the site as everybody: people is login → password. It gives pages as { who, path, pattern, build, cookies },
// where build is the same for pages made of the same elements, and refused, the patterns that answered otherwise.
export async function found(url, people) {
  const known = patterns();
  const patternOf = (path) => known.find(({ form }) => form.test(path.replace(/[?#].*/, "")))?.pattern;
  const pages = [];
  for (const [who, password] of [["", ""], ...Object.entries(people)]) {
    const v = new Visitor(url);
    if (who) {
      const got = await v.post("/sign-in", { login: who, password });
      assert.equal(got.status, 303, `${who} cannot sign in`);
    }
    const seen = new Set(), counts = {};
    const todo = known.filter(({ pattern }) => !/\{[^$]/.test(pattern)).map(({ pattern }) => pattern.replace("{$}", ""));
    for (let path; (path = todo.shift()) !== undefined;) {
      const pattern = patternOf(path);
      if (!pattern || never.test(path) || seen.has(path) || (counts[pattern] ?? 0) >= (most[pattern] ?? usual)) continue;
      seen.add(path);
      const got = await v.page(path);
      if (got.status !== 200 || !got.type.startsWith("text/html")) {
        assert.ok(got.status < 500, `${path} as ${who || "nobody"}: ${got.status}`);
        if (got.status >= 400) pages.push({ who, path, pattern: `refused ${got.status}`, build: build(got.html), cookies: v.cookies });
        continue;
      }
      counts[pattern] = (counts[pattern] ?? 0) + 1;
      pages.push({ who, path, pattern, build: build(got.html), cookies: v.cookies });
      for (const [, href] of got.html.matchAll(/href="(\/[^"#]*)/g)) todo.push(plain(href));
    }
  }
  return { pages, known };
}

// build names what a page is made of: which element stands in which, with classes and states, however often.
export function build(html) {
  const edges = new Set(), open = [];
  for (const [, end, tag, attributes] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:[^>"]|"[^"]*")*)>/g)) {
    if (end) {
      const at = open.findLastIndex((name) => name.split(".")[0] === tag);
      if (at >= 0) open.length = at;
      continue;
    }
    const marks = [...attributes.matchAll(/ (class|role|type|aria-[a-z]+|hidden|required)(?:="([^"]*)")?/g)]
      .map(([, name, value]) => (name === "class" || name === "role" || name === "type" ? value : name));
    const name = [tag, ...marks].join(".");
    edges.add(`${open.at(-1) ?? ""}>${name}`);
    if (!/^(area|base|br|col|hr|img|input|link|meta|use|path|rect|circle|line|polygon|polyline)$/.test(tag)) open.push(name);
  }
  return createHash("sha256").update([...edges].sort().join("\n")).digest("hex").slice(0, 12);
}
