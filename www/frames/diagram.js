// The script of the frame in which diagrams are drawn (SECURITY.md 7): opaque, without network. The page hands in the
// libraries' files, the frame gives back pictures: SVG without anything that runs, loads or leads elsewhere.
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

    /** A chart is drawn in a worker, which can be ended whatever it does. */
    async function chart(job) {
      worker ??= new Worker(await address("vega.js"));
      const own = worker;
      const { svg, error } = await new Promise((done) => {
        const timer = setTimeout(() => done({ error: "@too-slow" }), LIMIT);
        own.onmessage = ({ data }) => (clearTimeout(timer), done(data));
        own.onerror = (event) => (event.preventDefault(), clearTimeout(timer), done({ error: event.message }));
        own.postMessage(job);
      }).finally(() => (own.onmessage = own.onerror = null));
      if (error) {
        own.terminate();
        worker = undefined;
        throw new Error(error);
      }
      return svg;
    }

    async function draw(job) {
      const svg = job.kind === "mermaid" ? await (await load("mermaid.js")).draw(job.source, job.dark) : await chart(job);
      return clean(svg);
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
        port.postMessage(await draw(data));
      } catch (error) {
        const why = error instanceof RangeError ? "@nested-or-large" : String(error?.message ?? error);
        port.postMessage({ error: why.slice(0, 2_000) });
      }
    };
    addEventListener("unhandledrejection", (event) => event.preventDefault());
    addEventListener("error", (event) => event.preventDefault());
  }

  const ELEMENTS = new Set(
    "svg g path rect circle ellipse line polyline polygon text tspan textPath title desc defs marker style symbol use image switch clipPath mask pattern linearGradient radialGradient stop filter feDropShadow feGaussianBlur feOffset feFlood feMerge feMergeNode feBlend feComposite feColorMatrix".split(" "),
  );
  const PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,/;
  /** Whatever in CSS, or in an attribute that is read like it, names another document. */
  const ELSEWHERE = /url\(\s*(?!["']?#)|image\(|image-set\(|src\(|@import|@font-face|@namespace|expression\(|javascript:|\\/i;

  /** The picture that is left of a library's text, and its size. */
  function clean(text) {
    const svg = new DOMParser().parseFromString(text, "text/html").querySelector("svg");
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
    svg.style.removeProperty("max-width");
    const picture = new XMLSerializer().serializeToString(svg);
    if (picture.length > LONGEST) throw new Error("@too-large");
    return { svg: picture, width, height };
  }

  function group(link) {
    const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
    for (const name of ["class", "transform"]) if (link.hasAttribute(name)) group.setAttribute(name, link.getAttribute(name));
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
