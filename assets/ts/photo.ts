// A photograph as it leaves the phone: upright, at most 1600 pixels long, about 200 kB, and without what the camera
// wrote into it. Drawing it anew leaves no EXIF behind: neither the place nor the phone's name.
const longest = 1600;
const quality = 0.8;

export async function shrink(file: File): Promise<{ name: string; type: string; bytes: ArrayBuffer }> {
  if (!file.type.startsWith("image/")) return { name: file.name, type: file.type, bytes: await file.arrayBuffer() };
  const picture = await load(file);
  const scale = Math.min(1, longest / Math.max(picture.naturalWidth, picture.naturalHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(picture.naturalHeight * scale));
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("no canvas");
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => { canvas.toBlob(resolve, "image/jpeg", quality); });
  if (!blob) throw new Error("not drawn");
  return { name: file.name.replace(/\.[^.]*$/, "") + ".jpg", type: "image/jpeg", bytes: await blob.arrayBuffer() };
}

function load(file: File): Promise<HTMLImageElement> {
  const url = URL.createObjectURL(file);
  const picture = new Image();
  return new Promise((resolve, reject) => {
    picture.onload = () => { URL.revokeObjectURL(url); resolve(picture); };
    picture.onerror = () => { URL.revokeObjectURL(url); reject(new Error("no picture this phone can read")); };
    picture.src = url;
  });
}
