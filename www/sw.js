// Service worker: the pages start without a network, and are cross-origin isolated on hosts that send no headers.
//
// It keeps one whole, consistent set of our own files: all are put into the cache when a new build is installed; those
// that only some messages need, once they have been needed. It leaves alone what the list below does not name:
// /pyodide/ (the page keeps those bytes itself, checked by sha256), other pages of this origin, servers' answers.

/** The build and its files, filled in by `cargo xtask stage`: `[path, integrity or ""]`. */
const SHELL = { build: "unstaged", files: [], later: [] };

const SCOPE = self.registration.scope;
const PREFIX = `pyoxide-shell ${SCOPE} `;
const CACHE = PREFIX + SHELL.build;
const byAddress = (files) => new Map(files.map(([path, integrity]) => [new URL(path, SCOPE).href, integrity]));
const FILES = byAddress(SHELL.files);
const LATER = byAddress(SHELL.later);
const INDEX = new URL("index.html", SCOPE).href;

/** How long a page may wait for the network before the kept copy is shown. */
const PATIENCE_MS = 4000;

/**
 * Pages of this build, from the cache or, as its build mark says, from the network. Their files come from the cache: they
 * are there at once, and of the same build. A worker that starts anew knows none of them: they ask the network then.
 */
const ownPages = new Set();

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

self.addEventListener("fetch", (event) => {
  const file = fileOf(event.request);
  const isPage = event.request.mode === "navigate" && event.request.method === "GET";
  if (file) event.respondWith(isPage ? answerPage(event, file) : answerFile(event, file));
  else if (isPage) event.respondWith(load(event)); // it has been asked for already
});

async function install() {
  const cache = await caches.open(CACHE);
  const bring = async ([url, integrity]) => {
    // Integrity makes a half-deployed build fail here, where the old one stays in use, and not in a page.
    const response = await fetch(new Request(url, { cache: "no-cache", integrity }));
    if (!response.ok) throw new TypeError(`${url} was answered with ${response.status}`);
    const build = url.endsWith(".html") ? await buildOf(response) : SHELL.build;
    if (build && build !== SHELL.build) throw new TypeError(`${url} is of another build`);
    // As it will be answered: the browser keeps what it compiles beside an answer that comes as it is in the cache.
    await cache.put(url, isolated(response));
  };
  try {
    await Promise.all([...FILES].map(bring));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
  await self.skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
  // The page is asked for while this worker starts, as the browser's own cache knows it.
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

/** The URL of the file of ours that is asked for, without query and fragment, or null. */
function fileOf(request) {
  if (request.method !== "GET") return null;
  const url = new URL(request.url);
  const bare = url.origin + url.pathname;
  const file = bare === SCOPE ? INDEX : bare;
  return FILES.has(file) || LATER.has(file) ? file : null;
}

async function answerPage(event, file) {
  const client = event.resultingClientId;
  const read = async () => {
    const page = await load(event);
    return { page, build: await buildOf(page) };
  };
  const loading = read().catch(() => null);
  const fresh = await Promise.race([loading, after(PATIENCE_MS)]);
  if (fresh && usable(fresh.page)) {
    if (fresh.build === SHELL.build) ownPages.add(client);
    return isolated(fresh.page);
  }
  const kept = await keptCopy(file);
  if (kept) {
    ownPages.add(client);
    return kept;
  }
  const late = await loading;
  return late ? isolated(late.page) : Response.error();
}

async function load(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

/** The build that a page says it belongs to. */
async function buildOf(page) {
  const text = await page.clone().text();
  const mark = text.match(/<meta name="pyoxide-build" content="(\w+)"/);
  return mark?.[1];
}

async function answerFile(event, file) {
  const kept = await keptCopy(file);
  if (kept && ownPages.has(event.clientId)) return kept;
  // Revalidated, since hosts that let files live for minutes would mix two builds.
  const fresh = await fetch(event.request, { cache: "no-cache" }).catch(() => null);
  if (usable(fresh)) {
    if (LATER.has(file)) event.waitUntil(keep(file, fresh.clone()));
    return isolated(fresh);
  }
  return kept ?? Response.error();
}

/** Keeps a file that has been needed, if it is this build's. */
async function keep(file, copy) {
  const cache = await caches.open(CACHE);
  if (await cache.match(file)) return;
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await copy.clone().arrayBuffer()));
  if (LATER.get(file) !== `sha256-${btoa(String.fromCharCode(...sum))}`) return;
  // There may be no room for it: it is fetched again then.
  await cache.put(file, isolated(copy)).catch(() => {});
}

async function keptCopy(file) {
  return (await caches.open(CACHE)).match(file);
}

/** An answer worth showing; a server that is down or restarting (5xx) is as good as no network. */
function usable(response) {
  return response !== null && response.status < 500;
}

function after(ms) {
  return new Promise((done) => setTimeout(done, ms, null));
}

/** The same answer with the headers that make a page cross-origin isolated. */
function isolated(response) {
  if (response.type === "opaqueredirect" || response.status === 0 || response.status === 304) return response;
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  headers.set("Cross-Origin-Resource-Policy", "cross-origin");
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
