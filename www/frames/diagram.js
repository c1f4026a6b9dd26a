// The script of the frames in which diagrams and charts are drawn (SECURITY.md 7): opaque, without network. The page hands
// in the libraries' files, the frame gives back pictures: SVG without anything that runs, loads or leads elsewhere. A chart
// may be shown in such a frame, too, to be explored: then the frame is seen, and says how high it is.
(() => {
  "use strict";
  /** How long a chart may be worked at, in ms; the page itself ends what takes a little longer. */
  const LIMIT = 4_500;
  /** A picture's text, in characters, and its sides, in CSS px. */
  const LONGEST = 5_000_000;
  const WIDEST = 16_000;

  addEventListener("message", function first({ source, ports }) {
    if (source !== parent || !ports[0]) return;
    removeEventListener("message", first);
    serve(ports[0]);
    ports[0].postMessage("up");
  });

  function serve(port) {
    const waiting = new Map();
    const modules = new Map();
    let worker;

    /** The text of a file, which the page fetches. */
    const file = (name) =>
      new Promise((done, fail) => {
        waiting.set(name, { done, fail });
        port.postMessage({ need: name });
      });
    const addressOf = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));

    /** The address of a module, with those that it imports; the ones that it may import later go through `load`. */
    function address(name) {
      if (!modules.has(name)) modules.set(name, link(name));
      return modules.get(name);
    }
    async function link(name) {
      const text = (await file(name)).replace(/\bimport\("\.\/([\w.-]+)"\)/g, 'diagramModule("$1")');
      const names = new Set([...text.matchAll(/\b(?:from|import)"\.\/([\w.-]+)"/g)].map(([, other]) => other));
      const places = new Map(await Promise.all([...names].map(async (other) => [other, await address(other)])));
      return addressOf(text.replace(/\b(from|import)"\.\/([\w.-]+)"/g, (_, word, other) => `${word}"${places.get(other)}"`));
    }
    const load = async (name) => import(await address(name));
    globalThis.diagramModule = load;

    /** A chart of Vega is drawn in a worker, which can be ended whatever it does. */
    async function chart(job) {
      worker ??= new Worker(await address("vega.js"));
      const own = worker;
      const { error, ...drawn } = await new Promise((done) => {
        const timer = setTimeout(() => done({ error: "@too-slow" }), LIMIT);
        own.onmessage = ({ data }) => (clearTimeout(timer), done(data));
        own.onerror = (event) => (event.preventDefault(), clearTimeout(timer), done({ error: event.message || "@nothing" }));
        own.postMessage(job);
      }).finally(() => (own.onmessage = own.onerror = null));
      if (error) {
        own.terminate();
        worker = undefined;
        throw new Error(error);
      }
      return drawn;
    }

    /** A library's module. Getting it ready takes time that is not the chart's. */
    async function library(name) {
      port.postMessage({ prepares: true });
      const module = await load(name);
      port.postMessage({ prepares: false });
      return module;
    }

    async function draw(job) {
      const { svg, name } = job.kind.startsWith("vega") ? await chart(job) : await (await library(`${job.kind}.js`)).draw(job);
      return { ...clean(svg), name: String(name ?? "").replace(/\s+/g, " ").trim().slice(0, 200) };
    }

    async function explore(job) {
      const show = job.kind === "plotly" ? (await library("plotly.js")).explore : (await library("vega.js"), globalThis.exploreVega);
      await show(job, place(job, (height) => port.postMessage({ height })), tip);
      return {};
    }

    port.onmessage = async ({ data }) => {
      if ("name" in data) {
        const { done, fail } = waiting.get(data.name) ?? {};
        waiting.delete(data.name);
        if (data.file) done?.(data.file.text());
        else fail?.(new Error(`@not-loaded ${data.name}`));
        return;
      }
      try {
        port.postMessage(await (data.live ? explore : draw)(data));
      } catch (error) {
        const why = error instanceof RangeError ? "@nested-or-large" : String(error?.message ?? error);
        port.postMessage({ error: why.slice(0, 2_000) });
      }
    };
    addEventListener("unhandledrejection", (event) => event.preventDefault());
    addEventListener("error", (event) => event.preventDefault());
  }

  /** Where a chart is explored; `tell` hears how high it is. */
  function place({ dark }, tell) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      :root { color-scheme: ${dark ? "dark" : "light"}; color: ${dark ? "#d8dedb" : "#26302d"}; font: 14px/1.4 system-ui, sans-serif; }
      body { margin: 0; }
      .tip { position: fixed; z-index: 9; max-width: 24em; padding: 4px 8px; border-radius: 4px; overflow-wrap: anywhere;
        pointer-events: none; background: ${dark ? "#3a4341" : "#26302d"}; color: #fff; font-size: 13px; }
      .vega-bind { display: flex; gap: 8px; align-items: center; padding: 4px 0; }
    `);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    // Words in a chart may be links: they lead nowhere.
    const stay = (event) => event.target.closest?.("a") && event.preventDefault();
    for (const way of ["click", "auxclick"]) addEventListener(way, stay, true);
    const box = document.body.appendChild(document.createElement("div"));
    // With the bar by which what is too wide is scrolled.
    const measure = () => tell(Math.ceil(box.getBoundingClientRect().height) + innerHeight - document.documentElement.clientHeight);
    new ResizeObserver(measure).observe(box);
    return box.appendChild(document.createElement("div"));
  }

  /** Shows lines beside the pointer, or none. */
  function tip({ clientX = 0, clientY = 0 }, lines) {
    document.querySelector(".tip")?.remove();
    if (!lines.length) return;
    const box = document.body.appendChild(document.createElement("div"));
    box.className = "tip";
    box.setAttribute("role", "tooltip");
    for (const line of lines.slice(0, 20)) {
      box.appendChild(document.createElement("div")).textContent = String(line).slice(0, 200);
    }
    const { width, height } = box.getBoundingClientRect();
    box.style.left = `${Math.max(0, Math.min(clientX + 12, innerWidth - width))}px`;
    box.style.top = `${clientY + 16 + height > innerHeight ? Math.max(0, clientY - height - 8) : clientY + 16}px`;
  }

  const ELEMENTS = new Set(
    "svg g path rect circle ellipse line polyline polygon text tspan textPath title desc defs marker style symbol use image switch clipPath mask pattern linearGradient radialGradient stop filter feDropShadow feGaussianBlur feOffset feFlood feMerge feMergeNode feBlend feComposite feColorMatrix".split(" "),
  );
  const PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,/;
  /** Whatever in CSS, or in an attribute that is read like it, names another document. */
  const ELSEWHERE = /url\(\s*(?!["']?#)|image\(|image-set\(|src\(|@import|@font-face|@namespace|expression\(|javascript:|\\/i;

  /** The picture that is left of a library's text, and its size. */
  function clean(text) {
    // A policy without inline styles refuses even what is only looked through, so they have another name meanwhile.
    const renamed = text.replace(/\sstyle=/g, " data-style=");
    const svg = new DOMParser().parseFromString(renamed, "text/html").querySelector("svg");
    if (!svg) throw new Error("@nothing");
    for (const element of [...svg.querySelectorAll("*")]) {
      // What a link holds is shown, in its place, without the link.
      if (element.localName === "a") element.replaceWith(group(element));
      else if (!ELEMENTS.has(element.localName) || element.namespaceURI !== svg.namespaceURI) element.remove();
    }
    for (const element of [svg, ...svg.querySelectorAll("*")]) {
      for (const { name, value } of [...element.attributes]) if (!keeps(element.localName, name, value)) element.removeAttribute(name);
      if (element.localName === "style") element.textContent = rules(element.textContent);
    }
    const [width, height] = sides(svg);
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    if (svg.dataset.style) svg.dataset.style = svg.dataset.style.replace(/max-width:[^;]*;?/, "");
    const picture = new XMLSerializer().serializeToString(svg).replaceAll(' data-style="', ' style="');
    if (picture.length > LONGEST) throw new Error("@too-large");
    return { svg: picture, width, height };
  }

  function group(link) {
    const group = document.createElementNS("http://www.w3.org/2000/svg", link.closest("text") ? "tspan" : "g");
    for (const name of ["class", "transform", "data-style"]) if (link.hasAttribute(name)) group.setAttribute(name, link.getAttribute(name));
    group.append(...link.childNodes);
    return group;
  }

  function keeps(element, name, value) {
    const local = name.toLowerCase();
    if (local.startsWith("on") || local === "src" || local === "tabindex") return false;
    if (/(^|:)href$/.test(local)) return element === "image" ? PICTURE.test(value) : value.startsWith("#");
    return local.startsWith("xmlns") || !ELSEWHERE.test(value);
  }

  /** A style sheet without the rules that lead elsewhere. */
  function rules(css) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    return [...sheet.cssRules].map((rule) => rule.cssText).filter((rule) => !ELSEWHERE.test(rule)).join("\n");
  }

  function sides(svg) {
    const box = (svg.getAttribute("viewBox") ?? "").split(/[\s,]+/).map(Number);
    const given = ["width", "height"].map((name, at) => {
      const own = svg.getAttribute(name) ?? "";
      return (!own.endsWith("%") && Number.parseFloat(own)) || box[at + 2];
    });
    if (!given.every((side) => side > 0)) throw new Error("@nothing");
    const scale = Math.min(1, WIDEST / Math.max(...given));
    return given.map((side) => Math.ceil(side * scale));
  }
})();
