// The service worker: the shell without a network, reads with a little patience, a hand for the outbox, and news shown.
//
// Owns: five caches. `shell-VERSION` holds what this build is made of; `data` the last public answers of the API;
// `photos` a bounded number of pictures; `shared` what another app hands over, until the page takes it; `push` how this phone is told,
// as the page wrote it (`pwa/src/rooms/push`).
// Promises: only answers that carry `x-vigie: 1` are kept or believed, so that the page of a captive portal never
// becomes ours; what was asked with a key is never kept; a new version waits until the page asks for it.
// Does not: touch anything but GET of this origin, and what is shared. Parcels leave through the outbox, in Rust.
//
// Pages of an earlier and of a later version live with this worker, and it with their outbox. What keeps that true:
// - messages ("drain", "update", `{have}` with a port) never change their meaning; what is not understood is not answered;
// - `data` and `photos` hold plain answers under plain addresses: every version reads them, none needs what is there;
// - the shell of the version before stays while pages may still be open that were made of it;
// - the outbox's stores only gain stores and fields, states keep their names (`pwa/outbox`).
//
// The build fills in the six places marked with a comment. Listeners are added at once, as browsers want it.

import init, { drain, note } from /*WORKER_JS*/"";

const VERSION = /*VERSION*/"";
const PRECACHE = /*PRECACHE*/[];
/** The parts of the app that the first screen does without. */
const PARTS = /*PARTS*/[];
const WORKER_WASM = /*WORKER_WASM*/"";
/** What is said once a button was tapped, by language. */
const NOTED = /*NOTED*/{};

const SHELL = `shell-${VERSION}`;
const DATA = "data";
const PHOTOS = "photos";
const SHARED = "shared";
const PUSH = "push";
const MOST = { [DATA]: 150, [PHOTOS]: 200 };
const PLACES = "/api/v1/places";
/** Pages that the app has no screen for: the server's alone. */
const OF_SERVER =
  /^\/(healthz|journal|documents|repondre|abonnements|desabonnement|ecoles\/[^/]+\/suivre)(\/|$)|\.(atom|xml|txt)$/;
/** What stands in for one of them without a network. */
const OFFLINE = "/hors-ligne";
/** In `push`: how this phone is told. */
const DEVICE = "/push/device";
/** Milliseconds to wait for a network that may be there. */
const PATIENCE = { page: 2000, data: 4000, ofServer: 8000 };

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const answer = route(event, event.request);
  if (answer) event.respondWith(answer);
});
self.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(sendAll());
});
self.addEventListener("push", (event) => event.waitUntil(told(event.data)));
self.addEventListener("notificationclick", (event) => {
  const { action, notification } = event;
  notification.close();
  event.waitUntil(action ? answer(action, notification) : visit(address(notification)));
});
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event.newSubscription)));
self.addEventListener("message", (event) => {
  if (event.data === "drain") event.waitUntil(send().catch((error) => console.warn("outbox:", error)));
  if (event.data === "update") event.waitUntil(self.skipWaiting());
  // Is this the version of a page made of that file?
  if (event.data?.have) event.ports[0]?.postMessage(PRECACHE.includes(event.data.have));
});

// ---- Life ----

async function install() {
  const cache = await caches.open(SHELL);
  for (const urls of [PRECACHE, PARTS]) {
    await Promise.all([...new Set(urls)].map((url) => precache(cache, url)));
  }
  // Without the places the shell still works: the page says that it has no list yet.
  await fetchOurs(new Request(PLACES)).then((answer) => keep(DATA, PLACES, answer)).catch(() => {});
}

async function precache(cache, url) {
  if (url.startsWith("/assets/") && (await cache.match(url))) return;
  // Names under /assets carry their hash; the others must be asked of the server, not of the browser's memory.
  const request = new Request(url, { cache: url.startsWith("/assets/") ? "default" : "reload" });
  const answer = await fetchOurs(request);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  await cache.put(url, answer);
}

async function activate() {
  const names = await caches.keys();
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  // Names come in the order in which the caches were made.
  const before = names.filter((name) => name.startsWith("shell-") && name !== SHELL).at(-1);
  const wanted = [SHELL, DATA, PHOTOS, SHARED, PUSH, ...(open.length > 0 ? [before] : [])];
  await Promise.all(names.filter((name) => !wanted.includes(name)).map((name) => caches.delete(name)));
  await self.clients.claim();
}

// ---- Reading ----

/** The answer to a request, or nothing when it is not ours to give. */
function route(event, request) {
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return undefined;
  const path = url.pathname;
  if (request.method === "POST" && path === "/partage") return takeShared(request);
  if (request.method !== "GET") return undefined;
  if (path.startsWith("/photos/")) return cacheFirst(event, PHOTOS);
  if (path.startsWith("/assets/") || (!url.search && PRECACHE.includes(path) && path !== "/shell")) {
    return cacheFirst(event, SHELL);
  }
  if (path.startsWith("/api/")) return readApi(event, request, path);
  if (request.mode !== "navigate") return undefined;
  return OF_SERVER.test(path) ? pageOfServer(request) : page(request);
}

function readApi(event, request, path) {
  if (!path.startsWith("/api/v1/")) return undefined;
  if (request.headers.has("authorization")) return withKey(request);
  return path === PLACES ? staleFirst(event) : networkFirst(event);
}

/** What is asked with a key is never kept; without a network, what the public was told stands in. */
async function withKey(request) {
  const fresh = fetchOurs(request);
  const first = await patiently(fresh, PATIENCE.data);
  if (first) return first;
  const kept = await find(request);
  return kept ? withAge(kept) : fresh.catch(() => Response.error());
}

async function cacheFirst(event, name) {
  const { request } = event;
  const kept = await match(name, request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (isOurs(answer)) event.waitUntil(keep(name, request, answer.clone()).catch(() => {}));
  return answer;
}

/** The kept answer at once, and a fresh one for the next time. */
async function staleFirst(event) {
  const { request } = event;
  const fresh = fetchOurs(request).then((answer) => keepCopy(event, answer));
  const kept = await find(request);
  if (!kept) return fresh.catch(() => Response.error());
  event.waitUntil(fresh.catch(() => {}));
  return kept;
}

/** The network while patience lasts, then the kept answer, marked with its age in seconds. */
async function networkFirst(event) {
  const { request } = event;
  const fresh = fetchOurs(request).then((answer) => keepCopy(event, answer));
  event.waitUntil(fresh.catch(() => {}));
  const first = await patiently(fresh, PATIENCE.data);
  if (first) return first;
  const kept = await find(request);
  return kept ? withAge(kept) : fresh.catch(() => Response.error());
}

/** A page of the server, or the shell: without a network, on a slow one, and behind a captive portal. */
async function page(request) {
  const shell = await match(SHELL, "/shell");
  if (!shell) return fetch(request);
  return (await patiently(fetchPage(request), PATIENCE.page)) ?? shell;
}

/** A page that the app has no screen for, or the word that it wants a network, be it one that says something. */
async function pageOfServer(request) {
  const fresh = fetch(request);
  const first = await patiently(fresh, PATIENCE.ofServer);
  return first ?? (await match(SHELL, OFFLINE)) ?? fresh;
}

async function fetchPage(request) {
  const answer = await fetch(request);
  if (answer.type !== "opaqueredirect") return mustBeOurs(answer);
  // Where it leads does not show here. A portal's redirection leaves this origin and fails; one of ours is repeated.
  const { url } = mustBeOurs(await fetch(request.url, { credentials: "same-origin" }));
  return Response.redirect(url);
}

/** The answer if it comes within `patience` milliseconds and without an error. */
function patiently(promise, patience) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patience);
    promise.then(resolve, () => resolve()).finally(() => clearTimeout(timer));
  });
}

// ---- Keeping ----

const isOurs = (answer) => answer.headers.get("x-vigie") === "1";

function mustBeOurs(answer) {
  if (!isOurs(answer)) throw new TypeError(`not an answer of ours: ${answer.url}`);
  return answer;
}

const fetchOurs = async (request) => mustBeOurs(await fetch(request));

/** What a cache holds, else any: an earlier or later shell may have the file of a page of its version. */
async function match(name, request) {
  const own = await (await caches.open(name)).match(request, { ignoreVary: true });
  return own ?? caches.match(request, { ignoreVary: true });
}

const find = async (request) => (await caches.open(DATA)).match(request, { ignoreVary: true });

/** The answer goes on at once; a phone without room keeps no copy. */
function keepCopy(event, answer) {
  event.waitUntil(keep(DATA, event.request, answer.clone()).catch(() => {}));
  return answer;
}

/** Keeps an answer with the instant it came; the oldest go when there are too many, the list of places never. */
async function keep(name, request, answer) {
  if (!answer.ok) return;
  const headers = new Headers(answer.headers);
  headers.set("x-vigie-kept", String(Date.now()));
  // The body was unpacked on its way here.
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  const cache = await caches.open(name);
  await cache.put(request, new Response(answer.body, { status: answer.status, headers }));
  const keys = (await cache.keys()).filter((key) => new URL(key.url).pathname !== PLACES);
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST[name])).map((key) => cache.delete(key)));
}

function withAge(kept) {
  const headers = new Headers(kept.headers);
  const age = Math.round((Date.now() - Number(headers.get("x-vigie-kept"))) / 1000);
  headers.set("x-vigie-age", String(Math.max(0, age)));
  headers.set("x-vigie-cached", "1");
  return new Response(kept.body, { status: kept.status, headers });
}

// ---- Shared by another app ----

/** Keeps the photos and words handed over; the page makes a draft of them. */
async function takeShared(request) {
  try {
    const form = await request.formData();
    const cache = await caches.open(SHARED);
    const words = ["title", "text", "url"].map((name) => form.get(name)).filter(Boolean).join("\n");
    const parts = form.getAll("photos").filter((part) => part instanceof Blob && part.size > 0);
    if (words) parts.push(new Blob([words], { type: "text/plain" }));
    const at = Date.now();
    await Promise.all(parts.map((part, n) => cache.put(`/shared/${at}-${n}`, new Response(part))));
    return Response.redirect("/?shared", 303);
  } catch (error) {
    console.warn("share:", error);
    return Response.redirect("/?shared=lost", 303);
  }
}

// ---- Sending ----

let booted;

/** The outbox's module, started once. The cache is asked, for a worker's own fetch does not pass through it. */
function boot() {
  booted ??= caches
    .match(WORKER_WASM)
    .then((kept) => init({ module_or_path: kept ?? fetch(WORKER_WASM) }))
    .catch((error) => {
      // A start that failed must not stand in the way of the next one.
      booted = undefined;
      throw error;
    });
  return booted;
}

/** How many parcels still wait after a round. */
async function send() {
  await boot();
  return drain();
}

/** For Background Sync: a failure makes the browser call again later. */
async function sendAll() {
  const waiting = await send();
  if (waiting > 0) throw new Error(`${waiting} parcels wait`);
}

// ---- Told ----

/** Shows the news. A push is the one thing that wakes an iPhone: what waits in the outbox leaves with it. */
async function told(data) {
  const said = declared(data);
  await Promise.all([show(said), keepPage(said), send().catch((error) => console.warn("outbox:", error))]);
}

/** A browser that wakes us wants to see something shown, whatever came. */
function show({ title, navigate, data, ...said }) {
  return self.registration.showNotification(title, { ...said, renotify: true, data: { ...data, navigate } });
}

/** Where a tap leads; an earlier version kept the address alone. */
const address = ({ data }) => data.navigate ?? data;

/** The report of the news, so that a tap opens it without a network too. */
async function keepPage({ navigate }) {
  const [, id] = new URL(navigate, self.location.origin).pathname.match(/^\/demandes\/([\w-]+)$/) ?? [];
  const path = `/api/v1/reports/${id}`;
  if (id) await fetchOurs(new Request(path)).then((answer) => keep(DATA, path, answer)).catch(() => {});
}

/** What a button says becomes a parcel like any other, with no page and no network; where it cannot, the page asks. */
async function answer(action, { title, tag, icon, badge, lang, dir, data }) {
  try {
    await boot();
    if (!(await note(data.report, action))) throw new Error("this phone is no part of the report");
  } catch (error) {
    console.warn("answer:", error);
    return visit(`${data.navigate}?wish=${action === "fixed" ? "fixed" : "relance"}`);
  }
  const look = { tag, icon, badge, lang, dir, data: { navigate: data.navigate }, silent: true };
  await self.registration.showNotification(NOTED[lang] ?? NOTED.fr, { ...look, body: title });
  await send().catch((error) => console.warn("outbox:", error));
  await self.registration.sync?.register("outbox").catch(() => {});
}

/** The declarative shape that Safari shows by itself. */
function declared(data) {
  try {
    const { web_push: shape, notification } = data.json();
    if (shape === 8030 && notification.title && notification.tag) return notification;
  } catch (error) {
    console.warn("push:", error);
  }
  return { title: "Vigie", navigate: "/suivi", tag: "vigie" };
}

/** The page of the news, in a window that is open if there is one. What is tapped never leads elsewhere than here. */
async function visit(address) {
  const { pathname, search } = new URL(address, self.location.origin);
  const there = new URL(pathname + search, self.location.origin).href;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.find(({ url }) => url === there) ?? windows[0];
  try {
    await open.focus();
    if (open.url !== there) await open.navigate(there);
  } catch {
    // None is open, or it is not ours to lead.
    await self.clients.openWindow(there);
  }
}

/** The browser gave us another address: the server is told at once, or by the page at its next start. */
async function renew(fresh) {
  const cache = await caches.open(PUSH);
  const device = await (await cache.match(DEVICE))?.json();
  if (!device) return;
  const { id, key, public_key: applicationServerKey } = device;
  const subscription =
    fresh ?? (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }));
  const told = JSON.stringify({ ...JSON.parse(device.told), subscription });
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const answer = await fetch(`/api/v1/push/${id}`, { method: "PUT", headers, body: told });
  if (answer.ok && isOurs(answer)) await cache.put(DEVICE, new Response(JSON.stringify({ ...device, told })));
}
