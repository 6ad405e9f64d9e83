// A second verifier of Gongzhi's public bundle, written from docs/log.md and not from the Go code. It shares nothing with
// it: Node's own SHA-256 and Ed25519, JSON, and what stands here. It covers files, chain, tree, signature, older
// checkpoints, the figures of votes, and whether those of indicators agree with each other; it does not run the charter's
// methods, which `gongzhi verify` does.
//
//   node verify.mjs DIR [--key KEY] [--since OLD-CHECKPOINT]
//
// It prints the names of what does not add up, the first first; exit code 0 whole, 1 not, 2 could not be tried.
import { createHash, createPublicKey, verify as ed25519 } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const sha = (...parts) => parts.reduce((h, p) => h.update(p), createHash("sha256")).digest();
const hex = (b) => b.toString("hex");
const leafHash = (raw) => sha(Buffer.from([0]), raw);
const nodeHash = (a, b) => sha(Buffer.from([1]), a, b);

// RFC 6962: the largest power of two below n splits a tree.
function rootOf(h) {
  if (h.length === 0) return sha();
  if (h.length === 1) return h[0];
  let k = 1;
  while (k * 2 < h.length) k *= 2;
  return nodeHash(rootOf(h.slice(0, k)), rootOf(h.slice(k)));
}

// C2SP tlog-tiles: tile/LEVEL/x001/x234/067, and .p/WIDTH where it is not full.
function tilePath(level, n, width) {
  let name = String(n % 1000).padStart(3, "0");
  for (n = Math.floor(n / 1000); n > 0; n = Math.floor(n / 1000)) name = `x${String(n % 1000).padStart(3, "0")}/${name}`;
  return `tile/${level}/${name}${width < 256 ? `.p/${width}` : ""}`;
}

// RFC 8785 for what acts hold: objects by code unit, numbers and strings as ECMAScript writes them.
function canonical(v) {
  if (Array.isArray(v)) return `[${v.map(canonical).join(",")}]`;
  if (v === null || typeof v !== "object") return JSON.stringify(v);
  return `{${Object.keys(v).sort().map((k) => `${JSON.stringify(k)}:${canonical(v[k])}`).join(",")}}`;
}

function micros(text) {
  const m = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text);
  return m ? BigInt(Date.parse(m[1] + "Z")) * 1000n + BigInt((m[2] ?? "").padEnd(6, "0").slice(0, 6)) : 0n;
}

function readCheckpoint(note) {
  const [text, sigs] = [note.slice(0, note.indexOf("\n\n") + 1), note.slice(note.indexOf("\n\n") + 2)];
  const [origin, size, root, end] = text.split("\n");
  if (note.indexOf("\n\n") < 0 || end !== "" || !/^(0|[1-9]\d*)$/.test(size) || Buffer.from(root, "base64").length !== 32) return null;
  return { text, origin, size: Number(size), root: Buffer.from(root, "base64"), sigs };
}

// A verifier key is NAME+HASH+BASE64, whose first byte, 1, says Ed25519; a signature begins with four bytes of the hash.
function signedBy(checkpoint, vkey) {
  const [name, hash, ...rest] = vkey.split("+");
  const key = Buffer.from(rest.join("+"), "base64");
  if (key.length !== 33 || key[0] !== 1 || hex(sha(name, "\n", key).subarray(0, 4)) !== hash) return false;
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key.subarray(1)]);
  const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });
  return checkpoint.sigs.split("\n").some((line) => {
    const sig = line.startsWith(`— ${name} `) ? Buffer.from(line.slice(name.length + 3), "base64") : Buffer.alloc(0);
    return sig.length === 68 && hex(sig.subarray(0, 4)) === hash && ed25519(null, Buffer.from(checkpoint.text), publicKey, sig.subarray(4));
  });
}

// Thresholds are "at_least 2/3" or "over 1/2", compared in whole numbers.
function met(threshold, part, whole) {
  const [, strict, num, den] = /^(?:(over)|at_least) (\d+)\/(\d+)$/.exec(threshold) ?? [];
  if (whole === 0n || num === undefined) return false;
  const [left, right] = [BigInt(den) * part, BigInt(num) * whole];
  return strict ? left > right : left >= right;
}

const area = (text) => (/^\d+\.\d\d$/.test(text) ? BigInt(text.replace(".", "")) : -1n);

function outcomeOf(rules, total, cast, yes) {
  for (const r of rules) {
    if (r.quorum && !(met(r.quorum.area, cast.area, total.area) && met(r.quorum.heads, cast.heads, total.heads))) return "not_quorate";
    const whole = r.pass.of === "cast" ? cast : total;
    if (!(met(r.pass.area, yes.area, whole.area) && met(r.pass.heads, yes.heads, whole.heads))) return "not_passed";
  }
  return "passed";
}

function rollRoot(b) {
  const head = { area: b.area, count_special_spaces: b.count_special_spaces, heads: b.heads, parts: b.roll.length, roll: 1, spaces_rule: b.spaces_rule ?? "" };
  const lines = b.roll.map((l) => ({
    area: l.area, builder: l.builder ?? "", building: l.building ?? "", grouping: l.why, head: l.head ?? "", kind: l.kind, owners: l.owners ?? [], part: l.part,
    room: l.room ?? "", source: l.source ?? "", state: l.state, unit: l.unit ?? "",
  }));
  return hex(sha([head, ...lines].map((x) => canonical(x) + "\n").join("")));
}

// Months are those of Beijing, which has no summer time.
const monthOf = (at) => new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 7);

// figures holds the office's indicators against what the log shows without running a method: which matters were begun in
// which month, how many of them are withheld, and whether the numbers agree with each other.
function figures(said, leaves, add) {
  const last = leaves.filter(({ act }) => act?.kind === "charter.installed").at(-1)?.act.basis.charter;
  for (const s of said) {
    if (s.charter !== last) {
      add("indicator.charter");
      continue;
    }
    const begun = new Map(); // by month: matter → withheld
    leaves.forEach(({ act, left }) => {
      if (act?.kind !== "matter.started" || !act.basis.clause.startsWith(`methods/${s.method}.yaml#`)) return;
      const month = begun.get(monthOf(act.at)) ?? new Map();
      begun.set(monthOf(act.at), month.set(act.matter, left === "withheld"));
    });
    const seen = new Set();
    for (const m of s.months) {
      if (seen.has(m.month) || !begun.has(m.month)) {
        add("indicator.month");
        continue;
      }
      seen.add(m.month);
      monthAdds(s, m, begun.get(m.month), add);
    }
    if ([...begun.keys()].some((month) => !seen.has(month))) add("indicator.month");
  }
}

function monthAdds(s, m, begun, add) {
  const listed = Object.values(m.public).flatMap((list) => list ?? []);
  const open = [...begun.keys()].filter((n) => !begun.get(n));
  if (listed.length !== open.length || open.some((n) => !listed.includes(n))) return add("indicator.matters");
  if (m.private !== begun.size - open.length || ![0, m.private].includes(m.left)) return add("indicator.private");
  const groups = [...new Set(["", ...m.rates.map((r) => r.group ?? "")])];
  const names = groups.flatMap((g) => s.rates.map((r) => [g, r]));
  if (Object.keys(m.public).some((g) => !groups.includes(g)) || names.length !== m.rates.length) return add("indicator.rate");
  const total = {};
  names.forEach(([g, r], i) => {
    const { rate, group = "", numerator, denominator } = m.rates[i];
    total[r.key] = (total[r.key] ?? 0) + (g === "" ? 0 : denominator);
    const whole = m.measures[r.of];
    if (rate !== r.key || group !== g || numerator > denominator || (g === "" && denominator !== whole) || total[r.key] > whole) add("indicator.rate");
  });
}

export function verifyBundle(dir, { key, since } = {}) {
  const found = [];
  const layers = ["files", "chain", "tree", "signature", "tally", "figures"];
  const add = (layer, code, leaf = -1, why = "") => found.push({ layer: layers.indexOf(layer), code, leaf, why });
  const used = new Set(["checkpoint"]);
  const read = (path) => {
    used.add(path);
    if (existsSync(join(dir, path))) return readFileSync(join(dir, path));
    add("files", "bundle.missing", -1, path);
    return null;
  };
  const note = readFileSync(join(dir, "checkpoint"), "utf8");
  const c = readCheckpoint(note);
  if (!c) return [{ code: "checkpoint.form", leaf: -1, why: "" }];

  // Entries, each behind its length in two bytes, and the acts in them.
  const leaves = [];
  for (let n = 0; n * 256 < c.size; n++) {
    const width = Math.min(256, c.size - n * 256);
    const raw = read(tilePath("entries", n, width));
    const list = [];
    let at = 0;
    while (raw && at + 2 <= raw.length && at + 2 + raw.readUInt16BE(at) <= raw.length) {
      list.push(raw.subarray(at + 2, at + 2 + raw.readUInt16BE(at)));
      at += 2 + raw.readUInt16BE(at);
    }
    if (raw && (at !== raw.length || list.length !== width)) add("files", "entries.count", n * 256);
    for (let i = 0; i < width; i++) leaves.push({ raw: list[i] ?? Buffer.alloc(0), act: null });
  }
  leaves.forEach((l, n) => {
    if (l.raw.length === 0) return;
    try {
      l.act = JSON.parse(l.raw.toString("utf8"));
    } catch {
      l.act = null;
    }
    if (!l.act || Array.isArray(l.act) || canonical(l.act) !== l.raw.toString("utf8") || (l.act.left_out === undefined) !== (l.act.body !== undefined)) {
      l.act = null;
      return add("chain", "leaf.form", n);
    }
    l.hash = l.act.hash ?? hex(sha(l.raw));
    l.left = l.act.left_out;
    if (!l.left) return;
    const path = `act/${l.act.matter}/${l.act.seq}`;
    if (l.left === "large" || existsSync(join(dir, path))) {
      const raw = read(path);
      if (raw && hex(sha(raw)) !== l.hash) return add("chain", "chain.opened", n, path);
      if (raw) l.act = JSON.parse(raw.toString("utf8"));
    }
  });

  // The chain of every matter.
  const heads = new Map();
  let tenant, latest = 0n;
  const keys = [];
  leaves.forEach(({ act, hash }, n) => {
    if (!act) return;
    tenant ??= act.tenant;
    const before = heads.get(act.matter) ?? { seq: 0, hash: "", at: 0n, recorded: 0n };
    const [at, recorded] = [micros(act.at), micros(act.recorded)];
    if (act.tenant !== tenant) return add("chain", "chain.tenant", n);
    if (act.seq <= before.seq) return add("chain", "chain.twice", n);
    if (act.seq !== before.seq + 1) add("chain", "chain.gap", n);
    else if (act.prev !== before.hash) add("chain", "chain.prev", n);
    if (recorded < at || (act.made && at < micros(act.made))) add("chain", "time.ahead", n);
    else if (recorded < before.recorded || at < before.at || recorded < latest - 600_000_000n) add("chain", "time.back", n);
    if (recorded > latest) latest = recorded;
    heads.set(act.matter, { seq: act.seq, hash, at, recorded });
    if (act.matter === 0 && act.kind.startsWith("log.")) keys.push({ ...act.body, n });
  });

  // The tree.
  let hashes = leaves.map((l) => leafHash(l.raw));
  if (!rootOf(hashes).equals(c.root)) add("tree", "tree.root");
  for (let level = 0; hashes.length > 0; level++) {
    const above = [];
    for (let n = 0; n * 256 < hashes.length; n++) {
      const part = hashes.slice(n * 256, n * 256 + 256);
      const raw = read(tilePath(level, n, part.length));
      if (raw && raw.length !== part.length * 32) add("tree", "tree.tile");
      else if (raw) {
        const i = part.findIndex((h, i) => !h.equals(raw.subarray(i * 32, i * 32 + 32)));
        if (i >= 0) level > 0 ? add("tree", "tree.tile") : add("tree", "tree.leaf", n * 256 + i);
      }
      if (part.length === 256) above.push(rootOf(part));
    }
    hashes = above;
  }

  // The signature: from key to key as the log hands over.
  let last = "", trusted = key === undefined;
  keys.forEach((k, i) => {
    if (i === 0 ? k.before : k.before !== last) add("signature", "key.order", k.n);
    else if (i > 0 && k.key !== key) {
      const text = k.signed ?? "";
      const handed = { text: `gongzhi log key\n${k.key}\n`, sigs: text.slice(text.indexOf("\n\n") + 2) };
      if (!text.startsWith(handed.text + "\n") || !signedBy(handed, k.before)) add("signature", "key.handover", k.n);
    }
    last = k.key;
    trusted ||= last === key;
  });
  if (!trusted) add("signature", "key.stranger");
  if (last === "") add("signature", "key.none");
  else {
    if (last.split("+")[0] !== c.origin) add("signature", "checkpoint.origin");
    if (!signedBy(c, last)) add("signature", "checkpoint.signature");
  }
  if (since !== undefined) {
    const old = readCheckpoint(since);
    if (!old) add("signature", "since.form");
    else if (old.origin !== c.origin) add("signature", "since.origin");
    else if (!keys.some((k) => signedBy(old, k.key))) add("signature", "since.signature");
    else if (old.size > leaves.length) add("signature", "since.shorter");
    else if (!rootOf(leaves.slice(0, old.size).map((l) => leafHash(l.raw))).equals(old.root)) add("signature", "since.root");
  }

  // Votes: the roll gives its root, the figures give the outcome, and the step ends so.
  const open = new Map(), came = new Map(), tallies = [];
  leaves.forEach(({ act, hash }, n) => {
    if (!act) return;
    const at = `${act.matter} ${act.step}`;
    if (act.kind === "step.entered") open.delete(at), came.delete(at);
    if (["ballot.cast", "ballot.entered"].includes(act.kind)) came.set(at, [...(came.get(at) ?? []), hash]);
    if (!act.body) return;
    if (act.kind === "ballot.opened") {
      const sum = (f) => act.body.roll.reduce(f, 0);
      const heads = new Set(act.body.roll.map((l) => l.head).filter(Boolean)).size;
      const total = sum((t, l) => t + (l.head ? l.area : 0));
      if (rollRoot({ ...act.body, area: total, heads }) !== act.body.root) add("tally", "ballot.root_wrong", n);
      else if (heads !== act.body.heads || total !== act.body.area) add("tally", "ballot.total_wrong", n);
      open.set(at, { ...act.body, total: { area: BigInt(total), heads: BigInt(heads) } });
    }
    const vote = open.get(at);
    if (act.kind === "ballot.counted") {
      tallies.push({ matter: act.matter, step: act.step, leaf: n, roll_root: act.body.root, certificate: act.body });
      if (vote) vote.certificate = act.body;
      if (!vote || act.body.root !== vote.root || act.body.items.some((it, i) => it.item !== vote.items[i])) return add("tally", "ballot.count_other", n);
      if (hex(sha((came.get(at) ?? []).sort().map((h) => h + "\n").join(""))) !== act.body.receipts) return add("tally", "ballot.receipts_wrong", n);
      for (const it of act.body.items) {
        const side = (name) => ({ area: area(it.area[name]), heads: BigInt(it.heads[name]) });
        const [total, cast, yes, no, abstain] = ["total", "participated", "yes", "no", "abstain"].map(side);
        const adds = total.area === vote.total.area && total.heads === vote.total.heads && yes.area + no.area + abstain.area === cast.area &&
          yes.heads + no.heads + abstain.heads === cast.heads && cast.area <= total.area && cast.heads <= total.heads;
        const checks = it.checks.filter((k) => !k.met).length === 0;
        if (!adds || it.outcome !== outcomeOf(vote.rules, total, cast, yes) || checks !== (it.outcome === "passed")) add("tally", "ballot.count_wrong", n);
      }
    }
    if (act.kind === "step.ended" && vote) {
      const worst = vote.certificate?.items.map((it) => it.outcome).sort((a, b) => ["passed", "not_passed", "not_quorate"].indexOf(b) - ["passed", "not_passed", "not_quorate"].indexOf(a))[0];
      if (!worst) add("tally", "ballot.no_count", n);
      else if (act.body.facts.cast_heads !== vote.certificate.items[0].heads.participated) add("tally", "ballot.facts_wrong", n);
      else if (act.body.outcome !== worst) add("tally", "ballot.outcome_wrong", n);
    }
  });
  const beside = read("tallies.json");
  try {
    if (beside && canonical(JSON.parse(beside.toString("utf8"))) !== canonical(tallies)) add("tally", "tally.differs");
  } catch {
    add("tally", "tally.form");
  }
  try {
    figures(JSON.parse(read("indicators.json") ?? "[]"), leaves, (code) => add("figures", code));
  } catch {
    add("figures", "indicator.form");
  }
  for (const path of walk(dir)) if (!used.has(path) && !path.startsWith("charter/") && !/^[^/]*\.txt$/.test(path)) add("files", "bundle.extra", -1, path);
  return found.sort((a, b) => a.layer - b.layer || a.leaf - b.leaf);
}

function* walk(dir, under = "") {
  for (const name of readdirSync(join(dir, under))) {
    const path = under ? `${under}/${name}` : name;
    if (statSync(join(dir, path)).isDirectory()) yield* walk(dir, path);
    else yield path;
  }
}

if (process.argv[1]?.endsWith("verify.mjs")) {
  const args = process.argv.slice(2);
  const take = (flag) => (args.includes(flag) ? args.splice(args.indexOf(flag), 2)[1] : undefined);
  try {
    const [key, since] = [take("--key"), take("--since")];
    const found = verifyBundle(args[0], { key, since: since && readFileSync(since, "utf8") });
    for (const f of found) console.log(f.code, f.leaf >= 0 ? `entry ${f.leaf}` : "", f.why);
    console.log(found.length === 0 ? "whole" : `${found.length} places do not add up`);
    process.exitCode = found.length === 0 ? 0 : 1;
  } catch (err) {
    console.error(String(err));
    process.exitCode = 2;
  }
}
