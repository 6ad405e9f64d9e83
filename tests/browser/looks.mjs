// What is looked at inside a page, by its reader's eyes and by a machine's.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./harness.mjs";

const axe = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// accessible runs axe in the page itself: hundreds of pages are looked at, and the usual way opens a second page for each.
export async function accessible(page) {
  await page.evaluate(axe);
  return page.evaluate(async (values) => {
    const { violations } = await window.axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] });
    return violations.map((v) => `axe ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(", ")}${v.nodes.length > 3 ? ` and ${v.nodes.length - 3} more` : ""}`);
  }, rules);
}

// sideways tells what sticks out at the right, at a width and with text enlarged by a factor.
export async function sideways(page, viewport, text = 1) {
  await page.setViewportSize(viewport);
  return page.evaluate(([text, width]) => {
    const html = document.documentElement;
    const before = html.style.fontSize;
    if (text !== 1) html.style.fontSize = `${parseFloat(getComputedStyle(html).fontSize) * text}px`;
    const over = html.scrollWidth - html.clientWidth;
    let what = "";
    if (over > 0) {
      const out = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > html.clientWidth + 0.5);
      const deepest = out.filter((e) => !out.some((other) => other !== e && e.contains(other)));
      what = deepest.slice(0, 2).map((e) => `${e.tagName.toLowerCase()}.${e.getAttribute("class") ?? ""} in .${e.parentElement.getAttribute("class") ?? e.parentElement.tagName}: ${e.textContent.trim().slice(0, 30)}`).join(" | ");
    }
    html.style.fontSize = before;
    return over > 0 ? [`${over} px sideways at ${width} px${text === 1 ? "" : `, text × ${text}`}: ${what}`] : [];
  }, [text, viewport.width]);
}

// worded looks for words that are missing or set wrongly. Whatever people typed themselves is not theirs to answer for:
// it stands in fields, and code is code.
export async function worded(page) {
  return page.evaluate(() => {
    const found = [];
    const chinese = document.documentElement.lang.startsWith("zh");
    const look = (s, where) => {
      const said = s.replace(/\s+/g, " ").trim();
      if (!said) return;
      const at = `${where}: ${said.slice(0, 60)}`;
      if (/⟦|%!|<no value>|\bundefined\b|\bNaN\b/.test(said)) found.push(`words are missing at ${at}`);
      // Names stay Chinese on English pages, and English sentences go on after them.
      if (chinese && /\p{Script=Han} ?[,;]|[,;] ?\p{Script=Han}|\p{Script=Han}[:()]|[:()]\p{Script=Han}/u.test(said)) found.push(`half-width punctuation at ${at}`);
      if (!/\p{Script=Han}/u.test(said) && /[A-Za-z] ?[，：；（）]|[，：；（）] ?[A-Za-z]/.test(said)) found.push(`full-width punctuation in English at ${at}`);
      if (chinese && /(\b[A-Za-z]{2,} ){4,}/.test(said)) found.push(`English on a Chinese page at ${at}`);
    };
    const skip = "script, style, code, pre, textarea, [translate=no], .code";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());) {
      const e = node.parentElement;
      if (e.closest(skip) || (e.closest("[lang]") !== document.documentElement)) continue;
      look(node.data, `<${e.tagName.toLowerCase()} ${e.getAttribute("class") ?? ""}>`);
    }
    for (const e of document.querySelectorAll("[aria-label], [title], [alt], [placeholder], [data-label]")) {
      if (e.closest("[lang]") !== document.documentElement) continue;
      for (const name of ["aria-label", "title", "alt", "placeholder", "data-label"]) look(e.getAttribute(name) ?? "", name);
    }
    if (!document.title.trim()) found.push("no title");
    const heads = document.querySelectorAll("h1").length;
    if (heads !== 1) found.push(`${heads} first headings`);
    return [...new Set(found)];
  });
}

// stops walks through a page by the Tab key, at most most times, and gives what is wrong with a stop: not seen, covered by
// something fixed, without a ring.
export async function stops(page, most = 80) {
  const found = [];
  let count = 0;
  await page.evaluate(() => { document.activeElement?.blur(); window.scrollTo(0, 0); });
  for (; count < most; count++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return null;
      const r = e.getBoundingClientRect();
      const style = getComputedStyle(e);
      const name = `${e.tagName.toLowerCase()}.${e.getAttribute("class") ?? ""} ${(e.getAttribute("aria-label") ?? e.innerText ?? e.name ?? "").trim().slice(0, 20)}`;
      const wrong = [];
      if (r.width < 1 || r.height < 1) wrong.push("has no size");
      if (style.outlineStyle === "none" && style.boxShadow === "none") wrong.push("shows no ring");
      const inside = (x, y) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
      const points = [[r.left + r.width / 2, r.top + r.height / 2], [r.left + 3, r.top + 3], [r.right - 3, r.bottom - 3]].filter(([x, y]) => inside(x, y));
      if (points.length === 0) wrong.push("lies outside the screen");
      else if (!points.some(([x, y]) => { const top = document.elementFromPoint(x, y); return top && (e.contains(top) || top.contains(e) || e.labels?.[0]?.contains(top)); })) wrong.push("is covered");
      return { name, wrong, last: false };
    });
    if (stop === null) break;
    for (const wrong of stop.wrong) found.push(`${stop.name}: ${wrong}`);
  }
  return { count, found: [...new Set(found)] };
}
