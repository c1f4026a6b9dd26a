// The interpreter's wasm module, with a maximum of memory and with interrupts that aren't lost; and the kernel's package.

// Overwrites the maximum of the memory section (id 5) in the bytes of a wasm module, in its own length.
const capMemory = (buffer, maxPages) => {
  const bytes = new Uint8Array(buffer);
  let at = 8;
  const readNumber = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const id = bytes[at++];
    const size = readNumber();
    if (id !== 5) {
      at += size;
      continue;
    }
    const count = readNumber();
    const hasMaximum = bytes[at++] & 1;
    readNumber(); // minimum
    if (count !== 1 || !hasMaximum) throw new Error("the wasm memory has no maximum to lower");
    const start = at;
    readNumber();
    let rest = maxPages;
    for (let i = start; i < at; i++) {
      bytes[i] = (rest & 127) | (i < at - 1 ? 128 : 0);
      rest = Math.floor(rest / 128);
    }
    if (rest) throw new Error("the memory maximum does not fit");
    return bytes;
  }
  throw new Error("the wasm module has no memory of its own");
};

// Compiles a wasm module from its Blob, with a memory of at most `maxPages` pages of 64 kB if that isn't 0.
export const compile = async (blob, maxPages) => {
  const bytes = await blob.arrayBuffer();
  return WebAssembly.compile(maxPages ? capMemory(bytes, maxPages) : bytes);
};

// Whether Python is to be interrupted, told once. Pyodide's own way clears the cell whatever it has just read: a Stop that
// came in between would be lost.
const takeInterrupt = (cells) => () => {
  const signal = cells[0];
  if (signal) cells[0] = 0;
  return signal;
};

// Has Pyodide take this module instead of compiling it itself, which says nothing when that fails. `interrupt` is shared
// memory or null. Returns what puts the browser's own function back.
export const provide = (module, interrupt) => {
  const { instantiateStreaming, instantiate } = WebAssembly;
  WebAssembly.instantiateStreaming = async (_, imports) => {
    if (interrupt) imports.env._Py_CheckEmscriptenSignals_Helper = takeInterrupt(interrupt);
    return { module, instance: await instantiate(module, imports) };
  };
  return () => (WebAssembly.instantiateStreaming = instantiateStreaming);
};

// The kernel's own package. Its folder is on the path already in a restored interpreter.
export const installScripts = (python, scripts) => {
  python.FS.mkdirTree("/lib/pyoxide/pyoxide");
  for (const name of Object.keys(scripts)) {
    if (name.endsWith(".py")) python.FS.writeFile("/lib/pyoxide/pyoxide/" + name, scripts[name]);
  }
  const sys = python.pyimport("sys");
  if (!sys.path.includes("/lib/pyoxide")) sys.path.append("/lib/pyoxide");
  sys.destroy();
};
