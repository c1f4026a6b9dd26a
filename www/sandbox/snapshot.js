// Memory snapshots of an initialised interpreter: made once in a sandbox that runs nothing else, then restored instead of
// starting and importing anew (SNAPSHOT.md). An image is the linear memory alone. Libraries, files and descriptors are
// built anew by each start and must come out the same: so libraries are linked before the runtime starts, in a fixed
// order, when their addresses follow from that order alone.

const PAGE = 4096;
const PART = 16 * 1024 * 1024; // of a message; the frame relays up to 32 MB
const SITE = "/lib/python3.14/site-packages";
// What a kernel doesn't read of a wheel.
const UNUSED = /(^|\/)(tests?|sample_data)\/|\.(pyi|pxd|pyx|h|c|a)$/;

const [compile, WasmInstance] = [WebAssembly.compile.bind(WebAssembly), WebAssembly.Instance];
const reader = new FileReaderSync();
const readSync = reader.readAsArrayBuffer.bind(reader);
const define = Object.defineProperty;
const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());

// --- packed: [u32 heap length, u32 header length, u32 runs][header][runs × (u32 first page, u32 pages)] to a whole page,
// then all pages that aren't empty -----------------------------------------------------------------------------------
const startOf = (headerLength, runs) => Math.ceil((12 + headerLength + runs * 8) / PAGE) * PAGE;

const pack = (raw) => {
  const headerLength = new Uint32Array(raw.buffer, raw.byteOffset, 4)[1];
  const heap = raw.subarray(headerLength);
  const words = new Uint32Array(heap.buffer, heap.byteOffset, heap.byteLength >> 2);
  const runs = [];
  let used = 0;
  for (let page = 0; page * PAGE < heap.length; page++) {
    if (words.subarray((page * PAGE) >> 2, ((page + 1) * PAGE) >> 2).every((word) => word === 0)) continue;
    used++;
    const last = runs.at(-1);
    if (last && last[0] + last[1] === page) last[1]++;
    else runs.push([page, 1]);
  }
  const start = startOf(headerLength, runs.length);
  const packed = new Uint8Array(start + used * PAGE);
  new Uint32Array(packed.buffer, 0, 3).set([heap.length, headerLength, runs.length]);
  packed.set(raw.subarray(0, headerLength), 12);
  new Uint32Array(packed.buffer, 12 + headerLength, 2 * runs.length).set(runs.flat());
  let at = start;
  for (const [page, count] of runs) {
    packed.set(heap.subarray(page * PAGE, (page + count) * PAGE), at);
    at += count * PAGE;
  }
  return packed;
};

const readHeader = (packed) => {
  const [heapLength, headerLength, count] = new Uint32Array(packed.buffer, 0, 3);
  const runs = new Uint32Array(packed.buffer, 12 + headerLength, 2 * count);
  return { heapLength, header: packed.slice(12, 12 + headerLength), runs, start: startOf(headerLength, count) };
};

// Copies the pages to where they belong. `fresh` is how far the heap reached before it grew: gaps up to there are cleared.
const unpack = (packed, { heapLength, runs, start }, heap, fresh) => {
  let [from, cleared] = [start, 0];
  for (let i = 0; i < runs.length; i += 2) {
    const to = runs[i] * PAGE;
    const length = Math.min(runs[i + 1] * PAGE, heapLength - to);
    if (cleared < Math.min(to, fresh)) heap.fill(0, cleared, Math.min(to, fresh));
    heap.set(packed.subarray(from, from + length), to);
    [from, cleared] = [from + runs[i + 1] * PAGE, to + length];
  }
  if (cleared < fresh) heap.fill(0, cleared, fresh);
};

// --- wheels --------------------------------------------------------------------------------------------------------------
// The files of a zip archive: [path, bytes].
const unzip = async (blob) => {
  const bytes = await bytesOf(blob);
  const view = new DataView(bytes.buffer);
  const [u16, u32] = [(at) => view.getUint16(at, true), (at) => view.getUint32(at, true)];
  let end = bytes.length - 22;
  while (u32(end) !== 0x06054b50) end--; // throws before the beginning of what is no archive
  const files = [];
  let at = u32(end + 16);
  for (let left = u16(end + 10); left > 0; left--) {
    const [name, local] = [at + 46, u32(at + 42)];
    const path = new TextDecoder().decode(bytes.subarray(name, name + u16(at + 28)));
    const start = local + 30 + u16(local + 26) + u16(local + 28);
    const stored = bytes.subarray(start, start + u32(at + 20));
    if (!path.endsWith("/")) files.push([path, u16(at + 10) === 8 ? await inflate(stored) : stored]);
    at = name + u16(at + 28) + u16(at + 30) + u16(at + 32);
  }
  return files;
};
const inflate = (stored) =>
  bytesOf(new Response(new Blob([stored]).stream().pipeThrough(new DecompressionStream("deflate-raw"))));

// All files of wheels as one Blob, the libraries (named without their endings) in their order as another; and where each
// begins and ends.
const layOut = async (wheels, libraries) => {
  const [site, files, linked] = [[], [], new Map()];
  let at = 0;
  for (const name of Object.keys(wheels).sort()) {
    for (const [path, bytes] of await unzip(wheels[name])) {
      if (UNUSED.test(path)) continue;
      const library = path.endsWith(".so") ? path.split(".")[0] : "";
      const isLinked = libraries.includes(library);
      if (isLinked) linked.set(library, [path, bytes]);
      else site.push(bytes);
      const length = isLinked ? 0 : bytes.length; // a linked library is an empty file
      files.push([path, at, (at += length)]);
    }
  }
  const missing = libraries.filter((name) => !linked.has(name));
  if (missing.length) throw new Error(`the wheels don't have these libraries: ${missing.join(", ")}`);
  at = 0;
  const [so, index] = [[], []];
  for (const [path, bytes] of libraries.map((name) => linked.get(name))) {
    so.push(bytes);
    index.push([path, at, (at += bytes.length)]);
  }
  return { site: new Blob(site), so: new Blob(so), files, libraries: index };
};

// --- before the runtime starts ---------------------------------------------------------------------------------------------
// `held` has the files' places, and before one is read their bytes.
const mountFiles = ({ FS }, held) => {
  const folders = new Map();
  for (const [path, start, end] of held.files) {
    const cut = path.lastIndexOf("/");
    const folder = SITE + "/" + path.slice(0, Math.max(cut, 0));
    if (!folders.has(folder)) {
      FS.mkdirTree(folder);
      folders.set(folder, FS.lookupPath(folder, { follow: true }).node);
    }
    const node = FS.filesystems.MEMFS.createNode(folders.get(folder), path.slice(cut + 1), 33206, 0);
    node.usedBytes = end - start;
    const fix = (value) => define(node, "contents", { value, writable: true, configurable: true, enumerable: true });
    const read = () => {
      const bytes = new Uint8Array(readSync(held.site.slice(start, end))); // at its first use
      fix(bytes);
      return bytes;
    };
    if (end > start) define(node, "contents", { configurable: true, enumerable: true, get: read, set: fix });
  }
};

const linkLibraries = async (M, modules, opened, isMaking) => {
  const linked = new Map();
  let construct;
  // Constructors wait for the first `dlopen`; in a restored heap they have run, and so have the relocations.
  WebAssembly.Instance = function (module, imports) {
    const exports = { ...new WasmInstance(module, imports).exports };
    construct = exports.__wasm_call_ctors;
    delete exports.__wasm_call_ctors;
    if (!isMaking) delete exports.__wasm_apply_data_relocs;
    return { exports };
  };
  try {
    for (const [name, module] of modules) {
      const path = SITE + "/" + name;
      const options = { loadAsync: true, nodelete: true, allowUndefined: true };
      const exports = await M.loadWebAssemblyModule(module, options, path, {});
      const first = construct;
      linked.set(path, exports);
      const get = () => {
        if (!opened.has(path)) {
          opened.add(path);
          if (first) first();
        }
        return exports;
      };
      define(M.preloadedWasm, path, { configurable: true, enumerable: true, get });
    }
  } finally {
    WebAssembly.Instance = WasmInstance;
  }
  M.reportUndefinedSymbols();
  return linked;
};

// --- the snapshot of one start ---------------------------------------------------------------------------------------------
// `given` is { heap, so, meta } to restore from, or { wheels, libraries, packages } to make one. `verified` is awaited before
// anything of it counts, and `site`, the files, before anything reads one.
export const openSnapshot = async (given, verified, site) => {
  const isMaking = !given.heap;
  const heap = isMaking ? null : bytesOf(given.heap);
  heap?.catch(() => {}); // it is awaited later
  const meta = isMaking ? null : JSON.parse(await given.meta.text());
  const laidOut = isMaking ? layOut(given.wheels, given.libraries) : { ...given, ...meta };
  const opened = new Set(isMaking ? [] : meta.opened);
  const modules = (async () => {
    const { so, libraries } = await laidOut;
    const bytes = await bytesOf(so);
    return Promise.all(libraries.map(async ([path, from, to]) => [path, await compile(bytes.subarray(from, to))]));
  })();
  modules.catch(() => {}); // they are awaited later
  let [M, linked, tableLength] = [null, null, 0];

  const prepare = async (module) => {
    for (const folder of [SITE, "/tmp/mpl"]) module.FS.mkdirTree(folder);
    await verified;
    linked = await linkLibraries(module, await modules, opened, isMaking);
    tableLength = module.wasmTable.length;
    mountFiles(module, await laidOut);
  };

  // Pyodide reads its own part of the image; the heap is ours to copy.
  const restore = async (settings) => {
    const packed = await heap;
    const image = readHeader(packed);
    const fresh = M.HEAP8.length;
    if (fresh < image.heapLength && !M.growMemory(image.heapLength)) throw new Error("memory is too small for the snapshot");
    const api = settings.API;
    const [expectedKeys, restoreSnapshot] = [api.getExpectedKeys, api.restoreSnapshot];
    api.getExpectedKeys = () => {
      const keys = expectedKeys();
      keys[6] = api.public_api.loadedPackages; // the one object of JavaScript that the image names
      return keys;
    };
    api.restoreSnapshot = () => {
      const state = restoreSnapshot.call(api, image.header); // checks the build
      unpack(packed, image, M.HEAPU8, fresh);
      for (const [handle, path] of meta.handles) {
        const library = { refcount: Infinity, name: path, exports: linked.get(path), global: false };
        M.LDSO.loadedLibsByHandle[handle] = M.LDSO.loadedLibsByName[path] = library;
      }
      // An index of the making's table traps instead of calling what came later.
      if (M.wasmTable.length < meta.table) M.wasmTable.grow(meta.table - M.wasmTable.length);
      return state;
    };
  };

  // Fills every hole with zeros and frees it again: what was freed packs to nothing then, and tells nothing.
  const scrub = () => {
    const top = () => M.HEAPU32[M._emscripten_get_sbrk_ptr() >>> 2];
    const [end, held] = [top(), []];
    for (const size of [1 << 20, 1 << 18, 1 << 16, 1 << 14, 1 << 12, 1 << 10, 256, 64]) {
      for (let address; (address = M._malloc(size)); ) {
        held.push(address);
        if (address + size > end || top() !== end) break;
        M.HEAPU8.fill(0, address, address + size);
      }
    }
    held.forEach((address) => M._free(address));
  };

  // Why an image of what there is now would not come back to life, if so.
  const refusal = () => {
    const libraries = Object.keys(M.LDSO.loadedLibsByName).filter((name) => name !== "__main__" && !linked.has(name));
    if (libraries.length) return `libraries were opened that aren't linked: ${libraries.join(", ")}`;
    const streams = M.FS.streams.filter((stream, number) => stream && number > 2).map(({ path }) => path);
    if (streams.length) return `files are open: ${streams.join(", ")}`;
    const free = M.freeTableIndexes.filter((index) => index >= tableLength).length;
    if (M.wasmTable.length - tableLength - free) return "functions were added to the table";
    return null;
  };

  return {
    isMaking,
    packages: isMaking ? [] : meta.packages,
    // Pyodide only looks at the length before the module exists.
    options: isMaking ? { _makeSnapshot: true } : { _loadSnapshot: new Uint8Array(48) },
    // Makes the module with the libraries linked and, on a restore, the heap ready to be copied.
    async create(createModule, settings) {
      let failure = null;
      settings.preRun.push((module) => {
        module.addRunDependency("snapshot");
        prepare(module)
          .catch((error) => (failure = error))
          .finally(() => module.removeRunDependency("snapshot"));
      });
      M = await createModule(settings);
      if (failure) throw failure;
      if (isMaking) return M;
      await restore(settings);
      laidOut.site = (await site).blob;
      return M;
    },
    // Sends the image of the interpreter as it is: `part` takes a name and bytes.
    async make(python, part) {
      const module = python.pyimport("pyoxide.snapshot");
      module.prepare();
      module.destroy();
      const why = refusal();
      if (why) throw new Error(`no snapshot can be made: ${why}`);
      const { site, so, files, libraries } = await laidOut;
      const handles = Object.entries(M.LDSO.loadedLibsByHandle).filter(([handle, { name }]) => +handle && linked.has(name));
      const meta = { files, libraries, packages: given.packages, opened: [...opened], table: M.wasmTable.length };
      meta.handles = handles.map(([handle, { name }]) => [+handle, name]);
      scrub();
      for (const name of Object.keys(python.loadedPackages)) delete python.loadedPackages[name];
      const whole = { heap: pack(python.makeMemorySnapshot()), so: await bytesOf(so), site: await bytesOf(site) };
      whole.meta = new TextEncoder().encode(JSON.stringify(meta));
      for (const [name, bytes] of Object.entries(whole)) {
        for (let at = 0; at < bytes.length; at += PART) part(name, bytes.slice(at, at + PART));
      }
    },
  };
};
