// The proof of a receipt, checked in the reader's own browser. The server sends what is to be checked, not the verdict:
//
//   [data-proof]     address of the proof as JSON: the signed checkpoint, and for each act its leaf and the path up
//   [data-opening]   address of one's own acts in full, where the reader is who acted
//     [data-check=leaf|root|signature|own]   one line each; it takes the words of data-good, data-bad or data-unable
//
// A leaf is hashed as SHA-256(0 ‖ leaf), a node as SHA-256(1 ‖ left ‖ right); see docs/log.md. A browser gives SHA-256
// and Ed25519 only over https or on the machine itself: elsewhere, and where it knows no Ed25519, the lines say so.
interface Act { index: number; leaf: string; path: string[]; act?: string; sealed?: { field: string; salt: string; value: string }[] }
interface Proof { checkpoint: string; key: string; acts: Act[] }
type Verdict = "good" | "bad" | "unable";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const unhex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (x) => parseInt(x, 16));
const unbase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const hex = (raw: Uint8Array): string => Array.from(raw, (b) => b.toString(16).padStart(2, "0")).join("");

async function sha(...parts: Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(parts as BlobPart[]).arrayBuffer()));
}

// From a leaf up to the root, as RFC 9162 2.1.3.2 goes.
export async function rootFrom(leaf: string, index: number, size: number, path: string[]): Promise<string> {
  let [at, last, hash] = [index, size - 1, await sha(Uint8Array.of(0), bytes(leaf))];
  for (const step of path) {
    if (last === 0) return "";
    const beside = unhex(step);
    if (at % 2 === 1 || at === last) {
      hash = await sha(Uint8Array.of(1), beside, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
    } else hash = await sha(Uint8Array.of(1), hash, beside);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hex(hash) : "";
}

// The key is NAME+HASH+BASE64 of 1 ‖ key; a line of signature is "— NAME BASE64" of four bytes of hash ‖ signature.
async function signed(checkpoint: string, vkey: string): Promise<Verdict> {
  const end = checkpoint.indexOf("\n\n");
  const [name = "", , ...rest] = vkey.split("+");
  const key = unbase64(rest.join("+")).slice(1);
  let imported: CryptoKey;
  try {
    imported = await crypto.subtle.importKey("raw", key as BufferSource, "Ed25519", false, ["verify"]);
  } catch {
    return "unable"; // an older browser
  }
  for (const line of checkpoint.slice(end + 2).split("\n")) {
    if (!line.startsWith(`— ${name} `)) continue;
    const signature = unbase64(line.slice(name.length + 3)).slice(4);
    if (await crypto.subtle.verify("Ed25519", imported, signature as BufferSource, bytes(checkpoint.slice(0, end + 1)) as BufferSource)) return "good";
  }
  return "bad";
}

// What one did oneself: its hash stands in the leaf, and each sealed value opens its commitment.
async function own(act: Act): Promise<boolean> {
  if (act.act === undefined) return false;
  const hash = hex(await sha(bytes(act.act)));
  const leaf = JSON.parse(act.leaf) as { hash?: string; sealed?: { field: string; hash: string }[] };
  if (hash !== (leaf.hash ?? hex(await sha(bytes(act.leaf))))) return false;
  for (const { field, salt, value } of act.sealed ?? []) {
    const commitment = hex(await sha(unhex(salt), Uint8Array.of(0), bytes(value)));
    if (!leaf.sealed?.some((s) => s.field === field && s.hash === commitment)) return false;
  }
  return true;
}

async function check(element: HTMLElement): Promise<void> {
  const say = (name: string, verdict: Verdict): void => {
    const line = element.querySelector<HTMLElement>(`[data-check=${name}]`);
    if (!line) return;
    line.textContent = line.dataset[verdict] ?? "";
    line.dataset["verdict"] = verdict;
  };
  const lines = ["leaf", "root", "signature", "own"];
  if (!globalThis.crypto?.subtle) return lines.forEach((name) => { say(name, "unable"); });
  // The checkpoint of the moment, fetched apart from the proof: the proof must be about the log that everybody sees. Where the
  // log grew between the two, both are fetched anew: only roots of one size can be held against each other.
  let [proof, size, root, now, published] = [{} as Proof, "", "", "", ""];
  for (let tries = 0; tries < 5 && (tries === 0 || Number(now) !== Number(size)); tries++) {
    proof = (await (await fetch(element.dataset["proof"] ?? "")).json()) as Proof;
    [, size = "", root = ""] = proof.checkpoint.split("\n");
    [, now = "", published = ""] = (await (await fetch("/log/checkpoint", { cache: "no-store" })).text()).split("\n");
  }
  const today = hex(unbase64(root));
  const roots = await Promise.all(proof.acts.map((a) => rootFrom(a.leaf, a.index, Number(size), a.path)));
  say("leaf", proof.acts.length > 0 && roots.every((r) => r === today) ? "good" : "bad");
  say("root", Number(now) > Number(size) ? "unable" : now === size && published === root ? "good" : "bad");
  say("signature", await signed(proof.checkpoint, proof.key));
  const mine = element.dataset["opening"];
  if (!mine) return;
  const opening = (await (await fetch(mine)).json()) as Proof;
  const fits = await Promise.all(opening.acts.map(own));
  say("own", fits.length > 0 && fits.every(Boolean) ? "good" : "bad");
}

export function proofs(within: ParentNode): void {
  for (const element of within.querySelectorAll<HTMLElement>("[data-proof]")) {
    check(element).catch(() => { /* the lines go on saying that nothing was checked yet */ });
  }
}
