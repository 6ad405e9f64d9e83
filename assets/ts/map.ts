// Drawing a shape on a map. It is fetched by form.ts when somebody wants to draw, and needs
//
//   [data-draw=ID][data-kind=point|line|polygon][data-degrees][data-ground="/layers/a /layers/b"]
//     .draw-open > .draw-map      shown and filled
//     [data-do=draw|undo|clear|in|out|fit]
//
// What is drawn is written into the text with that id as a GeoJSON geometry, or with data-degrees as "longitude,latitude",
// and what is written there is drawn: the text is what is sent, and the server checks it, converts it and measures it on the
// ellipsoid. No tiles, no other host.
import Feature from "ol/Feature";
import OLMap from "ol/Map";
import View from "ol/View";
import GeoJSON from "ol/format/GeoJSON";
import type { Geometry } from "ol/geom";
import Draw from "ol/interaction/Draw";
import Modify from "ol/interaction/Modify";
import Snap from "ol/interaction/Snap";
import DragPan from "ol/interaction/DragPan";
import KeyboardPan from "ol/interaction/KeyboardPan";
import KeyboardZoom from "ol/interaction/KeyboardZoom";
import MouseWheelZoom from "ol/interaction/MouseWheelZoom";
import PinchZoom from "ol/interaction/PinchZoom";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import { Circle, Fill, Stroke, Style } from "ol/style";

const kinds = { point: "Point", line: "LineString", polygon: "Polygon" } as const;
const format = new GeoJSON({ dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" });

// The design's own colours, so that the map follows the theme.
const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function styled(line: string, width: number, fill?: string): Style {
  const stroke = new Stroke({ color: token(line), width });
  const inside = fill === undefined ? undefined : new Fill({ color: `${token(fill)}66` });
  return new Style({ stroke, ...(inside && { fill: inside }), image: new Circle({ radius: 6, stroke, fill: new Fill({ color: token("--surface") }) }) });
}

function open(box: HTMLElement): void {
  const text = document.getElementById(box.dataset["draw"] ?? "") as HTMLTextAreaElement | HTMLInputElement | null;
  const room = box.querySelector<HTMLElement>(".draw-open");
  const target = box.querySelector<HTMLElement>(".draw-map");
  const kind = kinds[(box.dataset["kind"] ?? "polygon") as keyof typeof kinds];
  if (!text || !room || !target) return;
  room.hidden = false;

  const ground = new VectorSource<Feature<Geometry>>();
  const shape = new VectorSource<Feature<Geometry>>();
  const view = new View({ center: [12_649_000, 4_131_000], zoom: 14, maxZoom: 22 });
  const map = new OLMap({
    target, view, controls: [],
    layers: [
      new VectorLayer({ source: ground, style: styled("--line-2", 1, "--paper") }),
      new VectorLayer({ source: shape, style: styled("--brand", 2.5, "--brand-soft") }),
    ],
    interactions: [new DragPan(), new MouseWheelZoom(), new PinchZoom(), new KeyboardPan(), new KeyboardZoom()],
  });
  const draw = new Draw({ source: shape, type: kind });
  const modify = new Modify({ source: shape });

  let datum: string | undefined; // stays what it was
  const read = (): void => {
    shape.clear();
    const degrees = /^\s*(-?[\d.]+)\s*[,，]\s*(-?[\d.]+)\s*$/.exec(text.value);
    if (degrees) {
      shape.addFeatures(format.readFeatures({ type: "Point", coordinates: [Number(degrees[1]), Number(degrees[2])] }));
      return;
    }
    try {
      const said = JSON.parse(text.value) as { datum?: string };
      datum = said.datum;
      shape.addFeatures(format.readFeatures(said));
    } catch {
      // Nothing is written yet, or a point in words: the server reads that.
    }
  };
  const write = (): void => {
    const [feature] = shape.getFeatures();
    const geometry = feature?.getGeometry();
    if (!geometry) { text.value = ""; return; }
    const drawn = format.writeGeometryObject(geometry, { decimals: 7 });
    if (box.dataset["degrees"] !== undefined && drawn.type === "Point") {
      text.value = drawn.coordinates.slice(0, 2).map((x: number) => x.toFixed(6)).join(",");
      return;
    }
    text.value = JSON.stringify(datum === undefined ? drawn : { ...drawn, datum });
  };
  const fit = (): void => {
    const extent = (shape.isEmpty() ? ground : shape).getExtent();
    if (extent && extent.every(Number.isFinite)) view.fit(extent, { padding: [24, 24, 24, 24], maxZoom: kind === "Point" ? 17 : 19 });
  };

  draw.on("drawstart", () => shape.clear()); // one shape; a new one takes the place of the old
  draw.on("drawend", () => { draw.setActive(box.dataset["degrees"] !== undefined); setTimeout(write); });
  modify.on("modifyend", write);
  const again = (): boolean => shape.isEmpty() || box.dataset["degrees"] !== undefined; // a place is chosen anew by a touch
  text.addEventListener("change", () => { read(); draw.setActive(again()); fit(); });
  for (const one of [modify, draw, new Snap({ source: ground }), new Snap({ source: shape })]) map.addInteraction(one);

  const actions: Record<string, () => void> = {
    draw: () => draw.setActive(true),
    undo: () => draw.removeLastPoint(),
    clear: () => { draw.abortDrawing(); shape.clear(); write(); draw.setActive(true); },
    in: () => view.adjustZoom(1),
    out: () => view.adjustZoom(-1),
    fit,
  };
  for (const button of room.querySelectorAll<HTMLButtonElement>("[data-do]")) {
    button.addEventListener("click", () => actions[button.dataset["do"] ?? ""]?.());
  }

  read();
  draw.setActive(again());
  fit();
  for (const href of (box.dataset["ground"] ?? "").split(" ").filter(Boolean)) {
    void fetch(href).then((answer) => answer.json()).then((layer: object) => {
      ground.addFeatures(format.readFeatures(layer).filter((f) => f.getGeometry()));
      if (shape.isEmpty()) fit();
    }).catch(() => { /* without the ground one still draws */ });
  }
  target.dataset["ready"] = "yes";
}

for (const box of document.querySelectorAll<HTMLElement>("[data-draw]")) {
  box.addEventListener("gongzhi:draw", () => open(box), { once: true });
}
