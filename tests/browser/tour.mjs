// The pictures of docs/tour.md, taken of the demo: make tour.
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { PNG } from "pngjs";
import { browse, desk, phone, root, serve, wall } from "./harness.mjs";
import { fill, roster, submit } from "./town.mjs";

const folder = join(root, "docs/tour");
const most = 200 << 10; // bytes: the pictures are kept with the source
mkdirSync(folder, { recursive: true });

// What serve and browse want of a test: where to leave what has to be ended.
const ends = [];
const t = { after: (end) => ends.push(end), passed: true, name: "tour" };

async function picture(page, name, { whole = true } = {}) {
  const size = page.viewportSize();
  if (whole) {
    // As tall as the page, so that the bar at its foot stands at the foot of the picture too.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width: size.width, height: Math.min(Math.max(height, size.height), 2600) });
  }
  const bytes = small(PNG.sync.read(await page.screenshot({ animations: "disabled" })));
  await page.setViewportSize(size);
  if (bytes.length > most) throw new Error(`${name}.png has ${bytes.length} bytes, more than ${most}`);
  writeFileSync(join(folder, `${name}.png`), bytes);
  console.log(`docs/tour/${name}.png ${Math.round(bytes.length / 1024)} KB`);
}

// small writes a picture with 256 colours of its own, which is plenty for pages of few colours: a third of the size.
function small({ width, height, data }) {
  const counts = new Map();
  const colour = (i) => (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
  for (let i = 0; i < data.length; i += 4) counts.set(colour(i), (counts.get(colour(i)) ?? 0) + 1);
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([c]) => c);
  const index = new Map(palette.map((c, i) => [c, i]));
  const nearest = (c) => {
    let best = 0, least = Infinity;
    for (const [i, p] of palette.entries()) {
      const d = ((c >> 16) - (p >> 16)) ** 2 + (((c >> 8) & 255) - ((p >> 8) & 255)) ** 2 + ((c & 255) - (p & 255)) ** 2;
      if (d < least) [best, least] = [i, d];
    }
    index.set(c, best);
    return best;
  };
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const c = colour((y * width + x) * 4);
      rows[y * (width + 1) + 1 + x] = index.get(c) ?? nearest(c);
    }
  }
  const chunk = (type, body) => {
    const out = Buffer.alloc(12 + body.length);
    out.writeUInt32BE(body.length);
    out.write(type, 4);
    body.copy(out, 8);
    out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 3], 8); // eight bits, by palette
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head),
    chunk("PLTE", Buffer.from(palette.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]))),
    chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0)),
  ]);
}

try {
  const server = await serve(t, { args: ["--demo"], seconds: 120 });
  const { open } = await browse(t, server.url);
  const passwords = Object.fromEntries([...server.output().matchAll(/^ {2}(\S+)\s+(\S+)\s+\S/gm)].map(([, login, password]) => [login, password]));
  const signIn = async (login, viewport) => {
    const page = await open("/sign-in", { viewport });
    await fill(page, { login, password: passwords[login] });
    await submit(page);
    return page;
  };

  const home = await open("/", { viewport: phone });
  await picture(home, "01-home");
  const ballot = await home.locator("a", { hasText: "演示路91号院综合改造" }).first().getAttribute("href");
  await home.goto(ballot);
  await picture(home, "02-matter");
  await home.goto(`${ballot}/record`);
  await picture(home, "03-record", { whole: false });
  for (const [name, query] of [["04-large", "size=2"], ["05-english", "size=1&lang=en"]]) {
    await home.goto(`/prefer?${query}&back=${ballot}`);
    await picture(home, name, { whole: false });
  }

  const owner = await signIn("owner", phone);
  await owner.goto(`${ballot}/do/cast`);
  await picture(owner, "06-vote");
  await owner.locator('main input[type="radio"]').first().check();
  await submit(owner);
  await picture(owner, "07-check");
  await owner.locator("main form:has(input[name=_stage][value=send]) button").click();
  await owner.waitForLoadState("load");
  await picture(owner, "13-receipt", { whole: false });

  const worker = await signIn("worker", desk);
  await worker.goto("/desk");
  await picture(worker, "08-desk", { whole: false });
  await worker.goto(`/desk${ballot}`);
  await picture(worker, "09-desk-matter", { whole: false });
  await worker.goto("/desk/notices");
  await picture(worker, "14-notices", { whole: false });
  await worker.goto("/desk/imports/roster/roster");
  const sheet = join(tmpdir(), "gongzhi-tour.xlsx");
  writeFileSync(sheet, await roster(true));
  await fill(worker, { file: sheet, "under.find": "演示路91号院" });
  await submit(worker);
  await picture(worker, "10-import", { whole: false });

  const leader = await open("/wall", { viewport: wall });
  await picture(leader, "11-wall", { whole: false });
  await leader.goto("/prefer?theme=night&back=/wall");
  await picture(leader, "15-wall-night", { whole: false });
  await leader.goto("/prefer?theme=day&back=/wall");
  await leader.setViewportSize(desk);
  await leader.goto("/methods/renovation");
  await picture(leader, "12-method", { whole: false });
} finally {
  for (const end of ends.reverse()) await end();
}
