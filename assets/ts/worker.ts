// Keeps the pages of those who work outside, so that one that was opened with signal opens again without. The server says
// which pages (Gongzhi-Offline); no other page of anybody is kept. Nothing that is sent passes through here: the queue is
// the page's own.
export {};

// As much of a worker's world as is used here; the types of pages and of workers cannot both be loaded.
interface Extendable extends Event { waitUntil(work: Promise<unknown>): void }
interface Fetched extends Extendable { request: Request; respondWith(answer: Promise<Response>): void }
interface Worker {
  location: Location; clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(name: "install" | "activate", hear: (event: Extendable) => void): void;
  addEventListener(name: "fetch", hear: (event: Fetched) => void): void;
}
const self = globalThis as unknown as Worker;
const cache = "gongzhi-field-1";
const patience = 6_000; // then the page that was kept is shown, and the one on its way replaces it in the cache

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => { event.waitUntil(self.clients.claim()); });

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
  else if (request.mode === "navigate") event.respondWith(page(request));
});

// A built file never changes its meaning: its name carries its hash.
async function asset(request: Request): Promise<Response> {
  const kept = await caches.match(request);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await (await caches.open(cache)).put(request, fresh.clone());
  return fresh;
}

async function page(request: Request): Promise<Response> {
  const fresh = fetch(request).then(async (answer) => {
    if (answer.ok && answer.headers.has("Gongzhi-Offline")) await (await caches.open(cache)).put(request, answer.clone());
    return answer;
  });
  const kept = await caches.match(request, { ignoreVary: true });
  if (!kept) return fresh;
  const late = new Promise<Response>((resolve) => { setTimeout(() => { resolve(kept); }, patience); });
  return Promise.race([fresh.catch(() => kept), late]);
}
