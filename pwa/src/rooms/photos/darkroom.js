// Makes a JPEG of ours from a file or from a bitmap: decodes, turns upright, shrinks, draws on white, encodes.
//
// One file, two roles. The page imports `develop`; the same file is then a worker that lives for one photo, because on a
// slow phone this work would hold the page for a third of a second (measured: 250 to 350 ms at a quarter of the speed;
// with the worker no frame is late) and because its memory goes with it. Where no worker is to be had, the page does it.
//
// `order`: { type, width, height, whole, side, quality }. `width` and `height`, where not 0, are what is enough to decode;
// `whole`: the full size may be decoded; `side`: the longest side that is kept.

/** Milliseconds in which a worker starts, even on a phone that has much else to do. */
const PATIENCE = 4000;

/** Promises the bytes, or fails without saying why: browsers do not tell. */
export async function develop(source, order) {
  const worker = await hire().catch(() => null);
  if (!worker) return print(source, order);
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data ? resolve(data) : reject(new Error("no picture")));
      worker.onerror = reject;
      worker.postMessage({ source, order }, source instanceof Blob ? [] : [source]);
    });
  } finally {
    worker.terminate();
  }
}

/** A worker that said it is there, or nothing. */
async function hire() {
  // Without a canvas of its own (Safari before 16.4) a worker could do nothing.
  if (typeof OffscreenCanvas === "undefined") return null;
  const worker = new Worker(import.meta.url, { type: "module" });
  const there = await new Promise((resolve) => {
    worker.onmessage = () => resolve(true);
    worker.onerror = () => resolve(false);
    setTimeout(resolve, PATIENCE, false);
  });
  if (!there) worker.terminate();
  return there ? worker : null;
}

if (typeof document === "undefined") {
  self.onmessage = async ({ data }) => {
    const bytes = await print(data.source, data.order).catch(() => null);
    self.postMessage(bytes, bytes ? [bytes] : []);
  };
  self.postMessage("ready");
}

async function print(source, order) {
  const picture = await decode(source, order);
  const [width, height] = [picture.displayWidth ?? picture.width, picture.displayHeight ?? picture.height];
  const scale = Math.min(1, order.side / Math.max(width, height));
  const canvas = paper(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const context = canvas.getContext("2d", { alpha: false });
  // What is transparent in a PNG would turn black in a JPEG.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const jpeg = await encode(canvas, order.quality);
  // An engine that does not know a type answers with PNG, without a word (seen in WebKit).
  if (jpeg?.type !== "image/jpeg") throw new Error("not encoded");
  return jpeg.arrayBuffer();
}

/** The picture upright; large ones no larger than is useful. */
async function decode(source, { type, width, height, whole, side }) {
  if (!(source instanceof Blob)) return source;
  const file = new Blob([source], { type });
  const frame = width && type === "image/jpeg" && (await decodeSmaller(file, { type, width, height }).catch(() => null));
  if (frame) return frame;
  if (!whole) throw new Error("too large");
  const options = { imageOrientation: "from-image" };
  if (width) {
    // One side only: the other follows, whatever the browser thinks of upright.
    options[width < height ? "resizeHeight" : "resizeWidth"] = side;
    options.resizeQuality = "high";
  }
  return createImageBitmap(file, options);
}

/** By WebCodecs, for JPEG only: Chromium decodes it at eighths of its size, Firefox shrinks line by line. Of a PNG,
 *  Chromium would make the whole, and more than once. */
async function decodeSmaller(file, { type, width, height }) {
  const decoder = new ImageDecoder({ type, data: file.stream(), desiredWidth: width, desiredHeight: height });
  try {
    const { image } = await decoder.decode();
    // Stretched, by a browser that shrinks before it turns? Then the other way.
    const stretch = (image.displayWidth * height) / (image.displayHeight * width);
    if (stretch > 0.95 && stretch < 1.05) return image;
    image.close();
    return null;
  } finally {
    decoder.close();
  }
}

function paper(width, height) {
  if (typeof OffscreenCanvas !== "undefined") return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

function encode(canvas, quality) {
  const type = "image/jpeg";
  if (canvas.convertToBlob) return canvas.convertToBlob({ type, quality });
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}
