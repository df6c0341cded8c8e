// Starts the app: the one script of a page, small because everything waits for it.
//
// Reads the hashed names from its own tag: `data-app` (the app's glue) and `data-wasm` (its module); the app itself reads
// the other `data-*` of that tag. Then registers the service worker. Where the app cannot start, the page as the
// server wrote it stays, and the sentence in `[data-unsupported]` shows.

const { app, wasm } = document.querySelector("script[data-app]").dataset;

async function start() {
  const { default: init } = await import(app);
  await init({ module_or_path: wasm });
}

async function register() {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("/sw.js", { type: "module" });
  } catch (error) {
    // Private windows and old browsers: the app works, without a network it will not open.
    console.warn("service worker:", error);
  }
}

try {
  await start();
  await register();
} catch (error) {
  console.error(error);
  for (const sentence of document.querySelectorAll("[data-unsupported]")) sentence.hidden = false;
}
