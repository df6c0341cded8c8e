// Starts the app: the one script of a page, small because everything waits for it.
//
// Reads the hashed names from its own tag: `data-app` (the app's glue) and `data-wasm` (its module); the app itself reads
// the other `data-*` of that tag. Then registers the service worker, and sees to newer versions: one that is this page's
// own takes over silently; another is taken at once when the app starts with nothing open, else offered (`update.rs`).
// Always between two drains, and a page that is in use is never reloaded without being asked.
// Where the app cannot start, the page as the server wrote it stays, and the sentence in `[data-unsupported]` shows.

const { app, wasm } = document.querySelector("script[data-app]").dataset;

async function start() {
  const { default: init } = await import(app);
  await init({ module_or_path: wasm });
}

const workers = navigator.serviceWorker;
/** Milliseconds between two looks for a newer version. */
const HOUR = 3_600_000;

async function register() {
  if (!workers) return;
  try {
    watch(await workers.register("/sw.js", { type: "module" }), workers.controller);
  } catch (error) {
    // Private windows and old browsers: the app works, without a network it will not open.
    console.warn("service worker:", error);
  }
}

function watch(registration, before) {
  let accepted = false;
  let looked = Date.now();
  const take = (worker) => {
    worker.postMessage("update");
    return new Promise((done) => {
      workers.addEventListener("controllerchange", done, { once: true });
      setTimeout(done, 10_000);
    });
  };
  const accept = () => {
    accepted = true;
    const { waiting } = registration;
    if (!waiting) return location.reload();
    return betweenDrains(() => take(waiting)).catch(console.warn);
  };
  const consider = async (worker, starting) => {
    if (await isOurs(worker)) {
      if (worker === registration.waiting) betweenDrains(() => take(worker)).catch(console.warn);
    } else if (starting && !/[?&](new|draft|shared)\b/.test(location.search)) {
      accept();
    } else {
      window.vigieUpdate = accept;
      dispatchEvent(new Event("vigie-update"));
    }
  };
  workers.addEventListener("controllerchange", () => {
    if (accepted) location.reload();
    else if (before && workers.controller) consider(workers.controller, false);
    before = workers.controller;
  });
  if (before && registration.waiting) consider(registration.waiting, true);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    // The first of all has nobody to wait for.
    const isNext = () => worker.state === "installed" && workers.controller;
    worker.addEventListener("statechange", () => isNext() && consider(worker, false));
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || Date.now() - looked < HOUR) return;
    looked = Date.now();
    registration.update().catch(() => {});
  });
}

/** Under the lock of the outbox; one that nobody holds and nobody gets (`pwa/outbox/src/drain.rs`) is taken. */
async function betweenDrains(work) {
  const { locks } = navigator;
  if (!locks) return work();
  for (;;) {
    try {
      return await locks.request("outbox", { signal: AbortSignal.timeout?.(1_000) }, work);
    } catch (error) {
      if (error.name !== "TimeoutError") throw error;
      const { held } = await locks.query();
      if (!held.some(({ name }) => name === "outbox")) return locks.request("outbox", { steal: true }, work);
    }
  }
}

/** Whether a worker is of this page's version; one that does not know the question is not. */
function isOurs(worker) {
  return new Promise((tell) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => tell(data);
    setTimeout(tell, 2_000);
    worker.postMessage({ have: app }, [port2]);
  });
}

try {
  await start();
  await register();
} catch (error) {
  console.error(error);
  for (const sentence of document.querySelectorAll("[data-unsupported]")) sentence.hidden = false;
}
