// One photo sent by tus-js-client as its authors wrote it.
//
// Says on its output how far it is, and holds shortly before the end until somebody writes it a line.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Upload } from "tus-js-client";

const [endpoint, file] = process.argv.slice(2);
const photo = readFileSync(file);
const hash = createHash("sha256").update(photo).digest("hex");
const say = (what, value) => console.log(`${what} ${value}`);
const told = once(process.stdin, "data");
let accepted = 0;

const upload = new Upload(photo, {
  endpoint,
  metadata: { hash, filename: "Balançoire, cour.jpg" },
  chunkSize: 512 * 1024,
  retryDelays: Array(100).fill(200),
  onUploadUrlAvailable: () => say("url", upload.url),
  onBeforeRequest: async (request) => {
    if (accepted > photo.length * 0.75) await told;
    say("request", request.getMethod());
  },
  onChunkComplete: (_, sum) => {
    accepted = sum;
    say("at", sum);
  },
  onError: (error) => {
    console.error(error);
    process.exit(1);
  },
  onSuccess: async () => {
    say("done", hash);
    await Upload.terminate(upload.url);
    say("gone", upload.url);
    process.exit(0);
  },
});
upload.start();
