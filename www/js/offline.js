// Registers the service worker and says when the pages can start without a network.
//
// `window.pyoxideOffline` holds the state and `pyoxide:offline` on window announces each change, with it as detail:
//   ready   all files of the pages are kept; they start without a network
//   reload  reloading once would make this page cross-origin isolated (its host does not send the headers)
//   why     a sentence, when it is not ready

/** @typedef {{ ready: boolean, reload: boolean, why: string }} Offline */

function report(ready, why = "") {
  const reload = ready && !globalThis.crossOriginIsolated;
  /** @type {Offline} */
  const detail = { ready, reload, why };
  globalThis.pyoxideOffline = detail;
  globalThis.dispatchEvent(new CustomEvent("pyoxide:offline", { detail }));
  return detail;
}

async function register() {
  if (!("serviceWorker" in navigator)) {
    return report(false, "This browser keeps no pages for offline use here (it needs https or localhost, and no private window).");
  }
  report(false, "The pages are being kept for offline use …");
  if (!navigator.serviceWorker.controller) await calm();
  try {
    // The worker itself is never taken from the HTTP cache, or a new build could stay unseen for a day.
    const options = { updateViaCache: "none" };
    const registration = await navigator.serviceWorker.register(new URL("../sw.js", import.meta.url), options);
    const installing = registration.installing;
    if (installing && !registration.active) await activation(installing);
    return report(true);
  } catch (error) {
    return report(false, `The pages could not be kept for offline use: ${error.message}`);
  }
}

/** How long after its load a first visit has its network and processors for itself, in ms. */
const CALM_MS = 3000;

async function calm() {
  if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done, { once: true }));
  await new Promise((done) => setTimeout(done, CALM_MS));
}

/** Waits until a worker is active; throws when its installation failed. */
function activation(worker) {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (worker.state === "activated") resolve();
      if (worker.state === "redundant") reject(new Error("not all files could be fetched; reload to try again"));
    };
    worker.addEventListener("statechange", look);
    look();
  });
}

/** The state after registration. */
export const offline = register();
