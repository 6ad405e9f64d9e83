// What helps to fill in a form: a place from the telephone or from a map, photographs that are small before they are sent.
// core.ts loads it where a page has something with data-needs. Without it the place is written in words, and photographs
// are sent as they are.
import { shrink } from "./photo";

// A shape may be drawn: <div data-draw="id of its text" data-script="…" hidden>. The map comes when it is asked for; it
// weighs more than all the rest of the page.
for (const box of document.querySelectorAll<HTMLElement>("[data-draw]")) {
  const open = box.querySelector<HTMLButtonElement>("[data-do=open]");
  box.hidden = false;
  open?.addEventListener("click", () => {
    open.disabled = true;
    const script = document.createElement("script");
    script.src = box.dataset["script"] ?? "";
    script.addEventListener("load", () => { open.hidden = true; box.dispatchEvent(new CustomEvent("gongzhi:draw")); });
    script.addEventListener("error", () => { open.disabled = false; }); // no network: the text can still be written
    document.head.append(script);
  });
}

// <div data-locate="id of its line"> with a button and the words for whatever may come of it. Not every browser has
// positions, none has them without https, and people may say no: each is said, and the line stays there to write in.
for (const box of document.querySelectorAll<HTMLElement>("[data-locate]")) {
  const line = document.getElementById(box.dataset["locate"] ?? "") as HTMLInputElement | null;
  const press = box.querySelector("button");
  const said = box.querySelector<HTMLElement>("[role=status]");
  if (!line || !press || !said) continue;
  const say = (word: string, metres = 0): void => { said.textContent = (box.dataset[word] ?? "").replace("{N}", String(metres)); };
  box.hidden = false;
  press.addEventListener("click", () => {
    if (!navigator.geolocation) { say("none"); return; }
    say("busy");
    press.disabled = true;
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      press.disabled = false;
      line.value = `${coords.longitude.toFixed(6)},${coords.latitude.toFixed(6)}`;
      line.dispatchEvent(new Event("change"));
      say("found", Math.max(1, Math.round(coords.accuracy)));
    }, (why) => {
      press.disabled = false;
      say(why.code === why.PERMISSION_DENIED ? "denied" : why.code === why.TIMEOUT ? "late" : "none");
    }, { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 });
  });
}

// A photograph is shrunk as soon as it is chosen; what is sent is drawn anew, so nothing that the camera wrote goes along.
// Where a browser cannot, the file goes as it is, and the server strips it.
for (const input of document.querySelectorAll<HTMLInputElement>("input[type=file][data-shrink]")) {
  if (input.closest("form[data-offline]")) continue; // there the queue does it
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    void Promise.all(files.map(async (file) => {
      if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
      const small = await shrink(file);
      return small.bytes.byteLength < file.size ? new File([small.bytes], small.name, { type: small.type }) : file;
    })).then((list) => {
      if (list.every((file, i) => file === files[i])) return;
      const kept = new DataTransfer();
      for (const file of list) kept.items.add(file);
      input.files = kept.files;
      input.dataset["shrunk"] = "yes";
    }).catch(() => { /* a picture that this browser cannot read: the server looks at it */ });
  });
}
