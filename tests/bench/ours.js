// A kernel by itself, for what is measured below the page: the same words as bare.js.

import init, { Kernel } from "/pyoxide.js";

let kernel;
globalThis.started = init().then(async () => (kernel = await Kernel.start({})));
globalThis.execute = (code) => kernel.execute(code).reply;
globalThis.stop = () => kernel.interrupt();
globalThis.restart = () => kernel.restart();
