//! A real Open WebUI 0.12.4: installed once into the cache, started for one run of the tests.
//!
//! The wheel brings `requirements-slim.txt`, the project's own set without the machine-learning stack, and
//! `USE_SLIM_DOCKER` makes the code keep to it. Nothing of the server is stubbed or patched.

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, ok, within } from "./expect.mjs";
import { MODEL } from "./model.mjs";
import { CACHE, OUT } from "./paths.mjs";
import { CAREFUL, EVERYBODY, installPlugins, TOOLBOX } from "./plugins.mjs";
import { freePort, run, start } from "./process.mjs";

/** The version that PROTOCOL.md was measured on. */
export const VERSION = "0.12.4";
const WHEEL = join(CACHE, `wheel/open_webui-${VERSION}-py3-none-any.whl`);
const HOME = join(CACHE, "openwebui");
const STAMP = join(HOME, `complete-${VERSION}`);
const START_TIMEOUT = 180_000;

export const isInstalled = () => existsSync(STAMP);

/** Installs the server unless it already is; `say` is told what takes long. */
export async function install(say) {
  if (isInstalled()) return;
  const python = process.env.PYTHON ?? "python3";
  const version = await run(python, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
  if (!["3.11", "3.12"].includes(version.trim())) {
    throw new Error(`Open WebUI ${VERSION} needs Python 3.11 or 3.12, and ${python} is ${version.trim()}. Set PYTHON to one of these.`);
  }
  rmSync(HOME, { recursive: true, force: true });
  mkdirSync(join(CACHE, "wheel"), { recursive: true });
  if (!existsSync(WHEEL)) {
    say(`downloading Open WebUI ${VERSION} from PyPI (about 140 MB)`);
    await run(python, ["-m", "pip", "download", "-q", "--no-deps", "-d", join(CACHE, "wheel"), `open-webui==${VERSION}`]);
  }
  say(`installing Open WebUI ${VERSION} into ${HOME} (about 700 MB)`);
  await run(python, ["-m", "venv", HOME]);
  const own = join(HOME, "bin/python");
  await run(own, ["-m", "pip", "install", "-q", "--disable-pip-version-check", "uv"]);
  const requirements = join(HOME, "requirements-slim.txt");
  writeFileSync(
    requirements,
    await run(own, ["-c", "import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).read('requirements-slim.txt').decode())", WHEEL]),
  );
  const uv = (...args) => run(join(HOME, "bin/uv"), ["pip", "install", "--python", own, ...args]);
  await uv("-r", requirements);
  await uv("--no-deps", WHEEL);
  writeFileSync(STAMP, "");
}

/**
 * Starts the server with `model` (an OpenAI-compatible origin) behind it, one administrator and one user.
 * Gives `{ origin, user, token, api, stop }`; `api` calls the server as the user.
 */
export async function startOpenWebUI(model, say = () => {}) {
  await install(say);
  mkdirSync(OUT, { recursive: true });
  const data = mkdtempSync(join(OUT, "openwebui-"));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const server = start(join(HOME, "bin/open-webui"), ["serve", "--host", "127.0.0.1", "--port", `${port}`], {
    cwd: data,
    env: environment(data, model),
    log: join(OUT, "openwebui.log"),
  });
  const stop = async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  };
  try {
    const healthy = eventually(async () => (await fetch(`${origin}/health`)).ok, "Open WebUI answers /health", START_TIMEOUT);
    const failed = server.exited.then((why) => {
      throw new Error(`${why}; its last words:\n${server.tail()}`);
    });
    await Promise.race([healthy, failed]);
    const accounts = await setUp(origin);
    return { origin, ...accounts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** All that the server sees of the environment: no proxy, no CI variable, no home of the developer. */
function environment(data, model) {
  return {
    PATH: `${join(HOME, "bin")}:/usr/local/bin:/usr/bin:/bin`,
    HOME: data,
    LANG: "C.UTF-8",
    DATA_DIR: data,
    USE_SLIM_DOCKER: "true",
    WEBUI_SECRET_KEY: "a-secret-of-the-tests",
    // A busy machine may need longer than the 5 s after which it gives a message up.
    DATABASE_SQLITE_PRAGMA_BUSY_TIMEOUT: "60000",
    WEBUI_AUTH: "True",
    OFFLINE_MODE: "True",
    HF_HUB_OFFLINE: "1",
    ENABLE_VERSION_UPDATE_CHECK: "False",
    ENABLE_OLLAMA_API: "False",
    ENABLE_OPENAI_API: "True",
    OPENAI_API_BASE_URLS: `${model}/v1`,
    OPENAI_API_KEYS: "scripted",
    ENABLE_CODE_INTERPRETER: "True",
    ENABLE_DIRECT_CONNECTIONS: "True",
    ENABLE_DIRECT_INTEGRATIONS: "True",
    USER_PERMISSIONS_FEATURES_DIRECT_TOOL_SERVERS: "True",
    CODE_INTERPRETER_ENGINE: "pyodide",
    CODE_EXECUTION_ENGINE: "pyodide",
    ENABLE_TOOL_PERMISSIONS: "True",
    // The scripted model is the one that a client offers first.
    MODEL_ORDER_LIST: JSON.stringify([MODEL]),
  };
}

/** Signs up an administrator and a user, installs the plugins and lets the user see every model. */
async function setUp(origin) {
  const call = (token) => (path, options) => request(origin, token, path, options);
  const anyone = call();
  const admin = await anyone("/api/v1/auths/signup", {
    body: { name: "Admin", email: "admin@example.com", password: "an admin password" },
  });
  const asAdmin = call(admin.token);
  const account = { name: "Ada", email: "ada@example.com", password: "correct horse" };
  await asAdmin("/api/v1/auths/add", { body: { ...account, role: "user" } });
  const meta = await installPlugins(asAdmin);
  const { data } = await asAdmin("/api/models");
  const careful = {
    id: CAREFUL,
    name: CAREFUL,
    base_model_id: MODEL,
    params: { tool_approval_mode: "ask" },
    meta: { ...meta, toolIds: [TOOLBOX], capabilities: { status_updates: false, citations: false } },
  };
  for (const model of [...data.map(({ id, name }) => ({ id, name, params: {}, meta })), careful]) {
    await asAdmin("/api/v1/models/create", { body: { ...model, access_grants: EVERYBODY } });
  }
  const session = await anyone("/api/v1/auths/signin", { body: account });
  return { token: session.token, user: { id: session.id, ...account }, api: call(session.token), admin: asAdmin };
}

/** One REST call; `raw` gives the response itself, which may then be an error. */
async function request(origin, token, path, { method, body, raw } = {}) {
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(body && { "content-type": "application/json" }) };
  const call = fetch(origin + path, { method: method ?? (body ? "POST" : "GET"), headers, body: body && JSON.stringify(body) });
  const response = await within(call, `${path} answers`);
  if (raw) return response;
  ok(response.ok, `Open WebUI refused ${path}: ${response.status}${response.ok ? "" : ` ${await response.text()}`}`);
  return response.json();
}
