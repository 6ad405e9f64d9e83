// The queue of answers that were written without signal. It lies in the browser's own database, survives closing the
// page and the phone, and is emptied in the order in which it was filled:
//
//   one at a time   the next leaves when the one before it has been answered, so what was done first arrives first
//   the same id     an answer that got lost is asked for again; the server knows the id and records nothing twice
//   held back       what was refused stays for a person, and with it whatever was written for the same matter after it
//   one's own       an entry is sent under the account it was written under, and under no other
//
// Nothing here touches the page; field.ts shows what lies in the queue.
export interface Photo { field: string; name: string; type: string; bytes: ArrayBuffer }
export interface Line { label: string; value: string }
export interface There { when: string; who: string; what: string; said: string }
export interface Answer {
  state: "taken" | "refused"; href?: string; kind?: string; code?: string; words?: string; basis?: string; basisHref?: string;
  fields?: { label: string; words: string }[]; now?: string; nowHref?: string; there?: There[];
}
export interface Entry {
  id: string; seq: number; person: string; action: string; group: string; title: string; place: string;
  html: string; values: [string, string][]; photos: Photo[]; shown: Line[];
  made: number; // by the phone's own clock; 0: counts from when it arrives
  state: "waiting" | "refused" | "taken"; answer?: Answer;
}

const store = "entries";
const patience = 120_000; // one photo over a line of 20 kbit/s

let opened: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const ask = indexedDB.open("gongzhi", 1);
    ask.onupgradeneeded = () => { ask.result.createObjectStore(store, { keyPath: "seq", autoIncrement: true }); };
    ask.onsuccess = () => { resolve(ask.result); };
    ask.onerror = () => { opened = undefined; reject(ask.error ?? new Error("no database")); };
  });
  return opened;
}

// One transaction; it is over when it is on the disk, not when the request has answered.
async function during<T>(mode: IDBTransactionMode, work: (entries: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const tx = (await database()).transaction(store, mode);
  return new Promise((resolve, reject) => {
    const request = work(tx.objectStore(store));
    tx.oncomplete = () => { resolve(request.result); };
    tx.onabort = tx.onerror = () => { reject(tx.error ?? new Error("not kept")); };
  });
}

export const all = (): Promise<Entry[]> => during("readonly", (s) => s.getAll() as IDBRequest<Entry[]>);

export async function add(entry: Omit<Entry, "seq">): Promise<void> {
  await during("readwrite", (s) => s.add(entry));
  await count();
}

export async function put(entry: Entry): Promise<void> {
  await during("readwrite", (s) => s.put(entry));
  await count();
}

export async function remove(seq: number): Promise<void> {
  await during("readwrite", (s) => s.delete(seq));
  await count();
}

// Pages ask this number whether there is anything to show before they load anything else.
export const flag = "gongzhi.queue";

async function count(): Promise<void> {
  const n = (await all()).filter((e) => e.state !== "taken").length;
  try {
    if (n > 0) localStorage.setItem(flag, String(n));
    else localStorage.removeItem(flag);
  } catch { /* private browsing: the strip then shows on pages with forms only */ }
}

export function newID(): string {
  const raw = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(raw, (b) => b.toString(16).padStart(2, "0")).join("");
}

// send gives one entry to the server. No answer (no signal, a server that is down or busy) is undefined.
async function send(entry: Entry): Promise<Answer | undefined> {
  const body = new FormData();
  for (const [name, value] of entry.values) body.append(name, value);
  body.append("_id", entry.id);
  body.append("_by", entry.person);
  if (entry.made > 0) {
    // How long ago is what counts: the phone's clock may be wrong, but it goes as fast as ours.
    body.append("_made", String(entry.made));
    body.append("_sent", String(Date.now()));
  }
  for (const photo of entry.photos) body.append(photo.field, new Blob([photo.bytes], { type: photo.type }), photo.name);
  const stop = new AbortController();
  const late = setTimeout(() => { stop.abort(); }, patience);
  try {
    const answer = await fetch(entry.action, { method: "POST", body, headers: { "Gongzhi-Queue": "1" }, credentials: "same-origin", redirect: "error", signal: stop.signal });
    if (!/json/.test(answer.headers.get("content-type") ?? "")) return undefined;
    if (answer.status >= 500 || answer.status === 429) return undefined;
    return (await answer.json()) as Answer;
  } catch {
    return undefined;
  } finally {
    clearTimeout(late);
  }
}

export interface Round { left: number; signedOut: boolean; stuck: boolean }

// flush empties the queue as far as it goes. seen is called after each entry that was answered.
export async function flush(person: string, seen: (entry: Entry) => void): Promise<Round> {
  const locks = (navigator as Navigator & { locks?: LockManager }).locks;
  if (!locks) return round(person, seen);
  // Two open pages would only send the same entry twice; the server would notice, the phone's data plan too.
  return locks.request("gongzhi.queue", () => round(person, seen));
}

async function round(person: string, seen: (entry: Entry) => void): Promise<Round> {
  const held = new Set<string>();
  const out: Round = { left: 0, signedOut: false, stuck: false };
  for (const entry of await all()) {
    if (entry.state === "taken" || entry.person !== person) continue;
    if (entry.state === "refused") held.add(entry.group);
    if (held.has(entry.group) || out.stuck || out.signedOut) {
      out.left++;
      continue;
    }
    const answer = await send(entry);
    const now = (await all()).find((e) => e.seq === entry.seq);
    if (!now) continue; // taken out by its writer meanwhile
    if (!answer) out.stuck = true;
    else if (answer.kind === "sign_in") out.signedOut = true;
    else {
      const after: Entry = { ...now, state: answer.state, answer };
      if (answer.state === "taken") {
        after.photos = [];
        after.html = "";
      } else held.add(entry.group);
      await put(after);
      seen(after);
      if (after.state === "taken") continue;
    }
    out.left++;
  }
  return out;
}
