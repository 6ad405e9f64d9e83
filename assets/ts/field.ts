// The pages of those who work outside: what is filled in here is kept on the phone first and sent when there is signal.
// It is loaded where a page has a form that may be filled in without signal, or where something still waits:
//
//   <form data-offline=stay|go data-title=…>   its answers go into the queue; "go" then follows to the receipt
//   <aside id="queue" data-person=… data-…>    where the queue is shown, with its words
//
// A photograph is shrunk as soon as it is chosen, so that pressing the button is quick.
import * as queue from "./queue";
import { shrink } from "./photo";

const strip = document.getElementById("queue");
const person = strip?.dataset["person"] ?? "";
const word = (name: string): string => strip?.dataset[name] ?? "";
const forms = (): HTMLFormElement[] => [...document.querySelectorAll<HTMLFormElement>("form[data-offline]")];

const small = new WeakMap<File, ReturnType<typeof shrink>>();
const shrunk = (file: File): ReturnType<typeof shrink> => {
  const known = small.get(file) ?? shrink(file);
  small.set(file, known);
  return known;
};

function make<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, ...inside: (Node | string)[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...inside);
  return element;
}

function button(words: string, className: string, press: () => void): HTMLButtonElement {
  const b = make("button", className, words);
  b.type = "button";
  b.addEventListener("click", press);
  return b;
}

const clean = (s: string | null | undefined): string => (s ?? "").replace(/\s+/g, " ").trim();

// What a form says, as its writer saw it.
function lines(form: HTMLFormElement): queue.Line[] {
  const out: queue.Line[] = [];
  for (const field of form.querySelectorAll<HTMLElement>(".field")) {
    const label = clean(field.querySelector("legend, label")?.firstChild?.textContent);
    const said: string[] = [];
    for (const control of field.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>("input, select, textarea")) {
      if (control instanceof HTMLSelectElement) {
        if (control.value) said.push(clean(control.selectedOptions[0]?.textContent));
      } else if (control.type === "radio" || control.type === "checkbox") {
        if ((control as HTMLInputElement).checked) said.push(clean(control.labels?.[0]?.textContent));
      } else if (control.type === "file") {
        said.push(...[...((control as HTMLInputElement).files ?? [])].map((f) => f.name));
      } else if (control.value) said.push(control.value);
    }
    if (said.length > 0) out.push({ label, value: said.join("、") });
  }
  return out;
}

const matterOf = (action: string): string => /^\/(?:desk\/)?matters\/(\d+)\//.exec(action)?.[1] ?? "";

// Names that the queue writes itself when it sends.
const ours = ["_id", "_by", "_made", "_sent"];

async function read(form: HTMLFormElement): Promise<Pick<queue.Entry, "values" | "photos" | "shown">> {
  const values: [string, string][] = [];
  const photos: queue.Photo[] = [];
  for (const [name, value] of new FormData(form).entries()) {
    if (typeof value === "string") {
      if (!ours.includes(name)) values.push([name, value]);
    } else if (value.size > 0) photos.push({ field: name, ...(await shrunk(value)) });
  }
  return { values, photos, shown: lines(form) };
}

// after puts a line below a form: that it is kept, or why it is not.
function after(form: HTMLFormElement, tone: string, words: string, href?: string): void {
  form.parentElement?.querySelector(".kept")?.remove();
  const p = make("p", `kept banner banner-${tone}`, words);
  p.setAttribute("role", "status");
  if (href) {
    const a = make("a", "", word("receipt"));
    a.href = href;
    p.append(" ", a);
  }
  form.after(p);
}

const busy = new WeakSet<HTMLFormElement>();

async function keep(form: HTMLFormElement): Promise<void> {
  if (busy.has(form)) return;
  busy.add(form);
  const made = Date.now();
  try {
    const action = new URL(form.action).pathname;
    const id = queue.newID();
    const answers = await read(form);
    await queue.add({
      id, person, action, group: matterOf(action) || id, title: form.dataset["title"] ?? "", place: clean((form.closest(".panel")?.querySelector("h2") ?? document.querySelector("h1"))?.textContent),
      html: form.innerHTML, made, state: "waiting", ...answers,
    });
    after(form, "soon", word("saved"));
    done(form);
    sentBy.set(id, form);
    await Promise.race([send(), new Promise((resolve) => { setTimeout(resolve, 8000); })]);
  } catch (error) {
    after(form, "late", word(error instanceof DOMException && error.name === "QuotaExceededError" ? "full" : /picture/.test(String(error)) ? "photo" : "unkept"));
  } finally {
    busy.delete(form);
  }
}

// looked asks the server, where there is signal, what it would show before this is sent: what others have reported close by.
// Photographs stay here, nothing begins by it, and without an answer soon the form goes its way without.
async function looked(form: HTMLFormElement): Promise<Document | undefined> {
  const body = new FormData();
  for (const [name, value] of new FormData(form).entries()) if (typeof value === "string") body.append(name, value);
  body.set("_stage", "look");
  const stop = new AbortController();
  const late = setTimeout(() => { stop.abort(); }, 8000);
  try {
    const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin", redirect: "error", signal: stop.signal });
    const page = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : undefined;
    return page?.querySelector(".check") ? page : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(late);
  }
}

// placed takes over the rows that the server found by the place, such as the section of road, where none was chosen; they are
// shown with the rest. What it gives takes them back.
function placed(form: HTMLFormElement, page: Document): () => void {
  const undo: (() => void)[] = [];
  for (const mark of page.querySelectorAll<HTMLInputElement>("input[name^=_along_]")) {
    const name = mark.name.slice("_along_".length);
    const found = page.querySelector<HTMLInputElement>(`.check input[name="${name}"]`)?.value;
    if (!found || new FormData(form).get(name)) continue;
    const input = make("input", "");
    input.type = "hidden"; input.name = name; input.value = found;
    const control = form.elements.namedItem(name);
    if (control instanceof HTMLSelectElement) { control.value = found; undo.push(() => { control.value = ""; }); continue; }
    form.append(input);
    undo.push(() => { input.remove(); });
  }
  return () => { for (const f of undo) f(); };
}

// lookOver shows what was filled in, and what is near, before it goes into the queue.
function lookOver(form: HTMLFormElement, page: Document): void {
  const takeBack = placed(form, page);
  const head = make("h2", "", clean(page.querySelector("h1")?.textContent));
  head.tabIndex = -1;
  const box = make("section", "look check", head);
  for (let near = page.querySelector(".check")?.previousElementSibling; near; near = near.previousElementSibling) {
    if (near.matches(".panel")) head.after(document.importNode(near, true));
  }
  const dl = make("dl", "facts");
  for (const l of lines(form)) dl.append(make("div", "", make("dt", "", l.label), make("dd", "", l.value)));
  const press = form.querySelector<HTMLButtonElement>("button:not([type=button])");
  const over = (then: () => void): void => { box.remove(); form.hidden = false; then(); };
  box.append(dl, make("p", "",
    button(clean(press?.textContent), "button", () => { over(() => void keep(form)); }), " ",
    button(word("change"), "button button-quiet", () => { over(() => { takeBack(); press?.focus(); }); })));
  form.hidden = true;
  form.after(box);
  head.focus();
}

async function pressed(form: HTMLFormElement): Promise<void> {
  if (form.dataset["look"] === undefined || !navigator.onLine) return keep(form);
  if (busy.has(form)) return;
  busy.add(form);
  const page = await looked(form).finally(() => { busy.delete(form); });
  if (page) lookOver(form, page);
  else await keep(form);
}

const sentBy = new Map<string, HTMLFormElement>();

// done closes a form that was filled in, so that nobody fills it in twice. One that is for the next as well is emptied.
function done(form: HTMLFormElement): void {
  if (form.dataset["again"] !== undefined) {
    form.reset();
    return;
  }
  form.hidden = true;
  const fold = form.closest("details");
  if (fold) {
    fold.classList.add("filled");
    const next = [...document.querySelectorAll<HTMLDetailsElement>("details.fold:not(.filled)")].find((d) => fold.compareDocumentPosition(d) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (next) next.querySelector("summary")?.focus();
  }
}

function answered(entry: queue.Entry): void {
  const form = sentBy.get(entry.id);
  if (!form) return;
  if (entry.state === "taken" && form.dataset["offline"] === "go" && entry.answer?.href) location.assign(entry.answer.href);
  else if (entry.state === "taken") after(form, "good", word("taken"), entry.answer?.href);
  else {
    form.hidden = false;
    after(form, "late", `${word("refused")}${entry.answer?.words ?? ""}`);
  }
}

let sending = false;

async function send(): Promise<void> {
  if (sending || !person) return;
  sending = true;
  try {
    await show(await queue.flush(person, answered));
  } finally {
    sending = false;
  }
}

// show draws the strip. What the reader is changing at the moment stays as it is.
let changing = 0;

async function show(round?: queue.Round): Promise<void> {
  if (!strip || changing > 0) return;
  const list = await queue.all();
  for (const e of list) if (e.state === "taken" && Date.now() - e.made > 86_400_000) await queue.remove(e.seq);
  const mine = list.filter((e) => e.state !== "taken" && e.person === person);
  const others = list.some((e) => e.state !== "taken" && e.person !== person);
  const refused = mine.filter((e) => e.state === "refused").length;
  const open = strip.querySelector("details")?.open ?? false;
  strip.replaceChildren();
  strip.hidden = mine.length === 0 && !others;
  if (strip.hidden) return;
  const fold = make("details", "");
  fold.open = open || refused > 0;
  const head = make("summary", "", word("waiting").replace("#", String(mine.length)));
  if (refused > 0) head.append(" ", make("b", "", word("refusals").replace("#", String(refused))));
  fold.append(head);
  if (round?.signedOut) {
    const a = make("a", "button", word("signin"));
    a.href = "/sign-in?back=" + encodeURIComponent(location.pathname + location.search);
    fold.append(make("p", "", word("signedout")), a);
    fold.open = true;
  } else if (round?.stuck || !navigator.onLine) fold.append(make("p", "", word("nosignal")));
  if (others) fold.append(make("p", "", word("others")));
  const ol = make("ol", "");
  for (const e of mine) ol.append(item(e));
  fold.append(ol, button(word("now"), "button button-quiet", () => void send()));
  strip.append(fold);
}

function item(e: queue.Entry): HTMLElement {
  const li = make("li", e.state, make("b", "", e.title), " ", make("small", "", `${e.place} ${new Date(e.made || Date.now()).toLocaleString(document.documentElement.lang)}`));
  const dl = make("dl", "");
  for (const l of e.shown) dl.append(make("dt", "", l.label), make("dd", "", l.value));
  for (const p of e.photos) {
    const img = make("img", "");
    img.src = URL.createObjectURL(new Blob([p.bytes], { type: p.type }));
    img.alt = p.name;
    img.onload = () => { URL.revokeObjectURL(img.src); };
    dl.append(make("dd", "", img));
  }
  const a = e.answer;
  if (a && e.state === "refused") {
    li.append(make("p", "fault", a.words ?? ""));
    for (const f of a.fields ?? []) li.append(make("p", "fault", `${f.label} ${f.words}`));
    if (a.basis) {
      const basis = make("a", "", a.basis);
      if (a.basisHref) basis.href = a.basisHref;
      li.append(make("p", "basis", basis));
    }
    // Both sides of it: what this phone holds, and what the house holds.
    li.append(make("p", "", word("mine")), dl);
    if (a.now) {
      const link = make("a", "", a.now);
      if (a.nowHref) link.href = a.nowHref;
      li.append(make("p", "", word("there"), " ", link));
    }
    for (const t of a.there ?? []) li.append(make("p", "there", [t.when, t.who, t.what, t.said].filter(Boolean).join(" · ")));
  } else li.append(dl);
  const acts = make("p", "acts");
  if (e.shown.length > 0 || a?.code === "offline.questions") acts.append(button(word("change"), "button button-quiet", () => void change(e, li)));
  if (a?.code === "offline.late") acts.append(" ", button(word("again"), "button button-quiet", () => void queue.put({ ...e, made: 0, state: "waiting" }).then(send)));
  acts.append(" ", button(word("remove"), "button button-quiet", () => {
    if (!confirm(word("sure"))) return;
    void queue.remove(e.seq).then(() => show());
  }));
  li.append(acts);
  return li;
}

// asked is the form as the house asks it now: what was refused because its questions were changed is answered anew.
async function asked(e: queue.Entry): Promise<string | undefined> {
  const item = e.values.find(([name]) => name === "_item")?.[1];
  try {
    const answer = await fetch(e.action + (item ? `?_item=${encodeURIComponent(item)}` : ""), { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return [...page.querySelectorAll<HTMLFormElement>("form[data-offline]")].find((f) => f.getAttribute("action") === e.action)?.innerHTML;
  } catch {
    return undefined;
  }
}

// change opens an entry as the form it was written in.
async function change(e: queue.Entry, li: HTMLElement): Promise<void> {
  if (sending) return;
  changing++;
  const html = e.answer?.code === "offline.questions" ? await asked(e) : e.html;
  if (html === undefined) {
    changing--;
    li.append(make("p", "fault", word("unasked")));
    return;
  }
  const form = make("form", "form");
  form.noValidate = true;
  form.innerHTML = html; // the server's own form, as it was when this was written
  for (const control of form.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>("[name]")) {
    if (control.type === "hidden" && html !== e.html) continue; // which questions these are
    const said = e.values.filter(([name]) => name === control.name).map(([, v]) => v);
    if (control.id) {
      for (const label of form.querySelectorAll(`label[for="${CSS.escape(control.id)}"]`)) label.setAttribute("for", "q-" + control.id);
      control.id = "q-" + control.id;
    }
    if (control instanceof HTMLInputElement && (control.type === "radio" || control.type === "checkbox")) control.checked = said.includes(control.value);
    else if (control instanceof HTMLInputElement && control.type === "file") control.required = control.required && !e.photos.some((p) => p.field === control.name);
    else control.value = said[0] ?? "";
  }
  const close = (): void => { changing--; void show(); };
  form.append(" ", button(word("cancel"), "button button-quiet", close));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    void (async () => {
      const now = await read(form);
      const kept = e.photos.filter((p) => !now.photos.some((x) => x.field === p.field));
      const photos = [...kept, ...now.photos];
      const shown = [...now.shown, ...e.shown.filter((l) => kept.some((p) => l.value.startsWith(p.name.replace(/\.jpg$/, ""))))];
      await queue.put({ ...e, html, values: now.values, photos, shown, state: "waiting" });
      close();
      await send();
    })();
  });
  li.replaceChildren(form);
  form.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea")?.focus();
}

// closeFilled closes the forms whose answers lie in the queue already: from before the page was opened again, or from
// another page that is open beside this one.
async function closeFilled(): Promise<void> {
  for (const e of await queue.all()) {
    if (e.state === "taken" || e.person !== person || matterOf(e.action) === "") continue;
    const of = (name: string): string => e.values.find(([n]) => n === name)?.[1] ?? "";
    const form = forms().find((f) => new URL(f.action).pathname === e.action && (f.elements.namedItem("_item") as HTMLInputElement | null)?.value === of("_item"));
    if (!form || form.hidden || form.dataset["again"] !== undefined) continue;
    sentBy.set(e.id, form);
    after(form, "soon", word("saved"));
    done(form);
  }
}

async function start(): Promise<void> {
  if (!strip || !globalThis.indexedDB) return;
  await queue.all(); // a browser that keeps nothing leaves the forms as they are
  for (const form of forms()) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (form.reportValidity()) void pressed(form);
    });
    for (const input of form.querySelectorAll<HTMLInputElement>("input[type=file]")) {
      input.addEventListener("change", () => { for (const f of input.files ?? []) shrunk(f).catch(() => { after(form, "late", word("photo")); }); });
    }
  }
  await closeFilled();
  document.documentElement.dataset["field"] = "ready";
  await show();
  await send();
  setInterval(() => { if (!document.hidden) void send(); }, 30_000);
  addEventListener("online", () => void send());
  addEventListener("offline", () => void show());
  addEventListener("storage", (event) => { if (event.key === queue.flag) void closeFilled().then(() => show()); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) void send(); });
  // A bonus where the browser has it: the page opens again without signal. WeChat on iOS has none; there the page must
  // stay open, which the strip says.
  if (forms().length > 0) await navigator.serviceWorker?.register("/offline.js");
}

start().catch(() => { /* the forms go the plain way */ });
