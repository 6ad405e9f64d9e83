// Builds the styles, scripts, icons and numerals of every page into internal/web/assets/dist, from where the binary
// embeds them. Names carry a hash of the content, so a browser may keep them for ever; manifest.json maps the plain
// name to it. Fails when a budget of the design guide is broken, because nobody notices one kilobyte at a time.
//
//   node assets/build.mjs            build
//   node assets/build.mjs --report   build and print what each file weighs
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const root = join(import.meta.dirname, "..");
const ui = join(root, "internal/web/ui");
const out = join(root, "internal/web/assets/dist");

// The oldest browsers that get the styles and scripts; older ones still read and submit plain HTML.
const target = ["chrome87", "safari14.1"];

// Gzip -9, in bytes: own styles in all, what a resident's page loads of scripts, and the map that is fetched when
// somebody wants to draw.
const budget = { css: 15 * 1024, residentScript: 20 * 1024, map: 120 * 1024 };

// A style belongs to the surface its name starts with; all others are for everybody.
const sheets = {
  "core.css": (name) => !/^(staff|wall|print)[-.]/.test(name),
  "staff.css": (name) => /^staff[-.]/.test(name),
  "wall.css": (name) => /^wall[-.]/.test(name),
  "print.css": (name) => /^print[-.]/.test(name),
};

// tokens.css names every colour and size, base.css sets the elements, then one file per component by name: a
// component never depends on another's place, so the order need not be written anywhere.
function componentSheets() {
  const first = ["tokens.css", "base.css"];
  const rank = (name) => (first.includes(name) ? first.indexOf(name) : first.length);
  const names = existsSync(ui) ? readdirSync(ui).filter((name) => name.endsWith(".css")) : [];
  return names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

// sheetPlugin lets assets/core.css write @import "components" for the generated list.
const sheetPlugin = {
  name: "components",
  setup(build) {
    build.onResolve({ filter: /^components$/ }, (args) => ({ path: basename(args.importer), namespace: "components" }));
    build.onLoad({ filter: /.*/, namespace: "components" }, (args) => ({
      contents: componentSheets().filter(sheets[args.path]).map((name) => `@import "./${name}";`).join("\n"),
      loader: "css",
      resolveDir: ui,
    }));
  },
};

// sprite copies the icons named in icons.txt, and no others, out of the 5,000 of the set.
function sprite() {
  const names = readFileSync(join(root, "assets/icons.txt"), "utf8")
    .split("\n").map((line) => line.replace(/#.*/, "").trim()).filter(Boolean);
  const symbols = names.sort().map((name) => {
    const file = join(root, "node_modules/@tabler/icons/icons/outline", name + ".svg");
    if (!existsSync(file)) throw new Error(`assets/icons.txt: there is no icon named ${name}`);
    const body = readFileSync(file, "utf8").replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace(/<\/svg>\s*$/, "")
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, "").replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

const result = await esbuild.build({
  absWorkingDir: root,
  entryPoints: ["assets/core.css", "assets/staff.css", "assets/wall.css", "assets/print.css", "assets/ts/core.ts", "assets/ts/staff.ts", "assets/ts/field.ts", "assets/ts/form.ts", "assets/ts/worker.ts", "assets/ts/map.ts", "assets/ts/wall.ts"],
  outdir: "internal/web/assets/dist",
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  preserveSymlinks: true, // or the name of a file would depend on where node_modules really lies
  bundle: true,
  minify: true,
  format: "iife",
  target,
  charset: "utf8",
  legalComments: "none", // the licences ship whole, in NOTICE
  loader: { ".woff2": "file" },
  metafile: true,
  write: false,
  plugins: [sheetPlugin],
  logLevel: "warning",
});

const files = new Map(result.outputFiles.map((file) => [basename(file.path), file.contents]));
const manifest = {};
for (const [path, meta] of Object.entries(result.metafile.outputs)) {
  const name = basename(path);
  const plain = meta.entryPoint ? basename(meta.entryPoint).replace(/\.ts$/, ".js") : name.replace(/-[A-Z0-9]{8}(?=\.)/, "");
  manifest[plain] = name;
}
const icons = Buffer.from(sprite());
const iconsName = `icons-${createHash("sha256").update(icons).digest("hex").slice(0, 8).toUpperCase()}.svg`;
files.set(iconsName, icons);
manifest["icons.svg"] = iconsName;

const weight = (plain) => gzipSync(files.get(manifest[plain]), { level: 9 }).length;
const css = Object.keys(sheets).reduce((sum, name) => sum + weight(name), 0);
const faults = [];
if (css > budget.css) faults.push(`own styles weigh ${css} bytes gzipped, over ${budget.css}`);
// What a resident's page loads at most: field.js comes on top where a form may be filled in without signal, and form.js
// where it asks for a place or photographs.
const script = weight("core.js") + weight("field.js") + weight("form.js");
if (script > budget.residentScript) {
  faults.push(`core.js, field.js and form.js weigh ${script} bytes gzipped, over ${budget.residentScript}`);
}
if (weight("map.js") > budget.map) faults.push(`map.js weighs ${weight("map.js")} bytes gzipped, over ${budget.map}`);
if (faults.length > 0) {
  console.error("assets: " + faults.join("\nassets: "));
  process.exit(1);
}

// Everything is in memory and within budget: only now is the old build replaced. .keep stays, it is committed so
// that the Go code compiles where no assets were built.
mkdirSync(out, { recursive: true });
for (const name of readdirSync(out)) {
  if (name !== ".keep") rmSync(join(out, name), { recursive: true });
}
for (const [name, contents] of files) writeFileSync(join(out, name), contents);
const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(join(out, "manifest.json"), JSON.stringify(sorted, null, "\t") + "\n");

if (process.argv.includes("--report")) {
  for (const plain of Object.keys(sorted)) {
    console.log(`${plain.padEnd(34)} ${String(files.get(manifest[plain]).length).padStart(7)} bytes ${String(weight(plain)).padStart(7)} gzipped`);
  }
}
