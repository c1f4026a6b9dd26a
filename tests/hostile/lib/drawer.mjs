//! In place of the page's own driver of the frames of diagrams and charts, in the page: the same frames, handed the same
//! files.

/** Puts `drawDiagram({ kind, source, dark })` and `drawFormula(source)` into the page. */
export function install() {
  const answers = [];
  /** The port of a new frame: of its page, or for charts of a document with the page's script and a policy of its own. */
  async function opened(folder) {
    const frame = Object.assign(document.createElement("iframe"), { name: folder });
    frame.setAttribute("sandbox", "allow-scripts");
    Object.assign(frame.style, { position: "fixed", top: 0, left: 0, width: "1200px", height: "900px", opacity: 0 });
    if (folder === "diagram") frame.src = "frames/diagram.html";
    else {
      const page = await (await fetch("frames/diagram.html")).text();
      const hash = page.match(/'sha256-[^']+'/)[0];
      const policy = `default-src 'none'; script-src ${hash} blob:; worker-src blob:; img-src data:; base-uri 'none'; form-action 'none'`;
      frame.srcdoc = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}">${page.match(/<script>[^]*<\/script>/)[0]}`;
    }
    const { port1: port, port2 } = new MessageChannel();
    const up = new Promise((done) => {
      port.onmessage = async ({ data }) => {
        if (data === "up") return done(port);
        if ("prepares" in data) return;
        if (!data.need) return answers.shift()?.(data);
        const answer = await fetch(`vendor/${folder}/${data.need}`);
        port.postMessage({ name: data.need, file: answer.ok ? await answer.blob() : null });
      };
    });
    frame.addEventListener("load", () => frame.contentWindow.postMessage("diagrams", "*", [port2]));
    document.body.append(frame);
    return up;
  }
  const ports = {};
  globalThis.drawDiagram = async (job) => {
    const folder = job.kind === "mermaid" ? "diagram" : "chart";
    const port = await (ports[folder] ??= opened(folder));
    const answer = await new Promise((done) => {
      answers.push(done);
      port.postMessage(job);
    });
    if (!answer.svg) return answer;
    // Shown, as the page shows it.
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([answer.svg], { type: "image/svg+xml" }));
    document.body.append(image);
    await image.decode();
    return { ...answer, shown: [image.naturalWidth, image.naturalHeight] };
  };
  globalThis.drawFormula = async (source) => {
    const { render } = await import("./vendor/math/math.js");
    const box = document.createElement("div");
    box.textContent = source;
    document.body.append(box);
    try {
      render(source, box, true);
    } catch (error) {
      return { error: error.message, kept: box.textContent === source && box.childElementCount === 0 };
    }
    const elements = [...box.querySelectorAll("*")];
    const size = Math.max(...elements.map((element) => Math.max(element.scrollWidth, element.getBoundingClientRect().width)));
    return { html: box.outerHTML, size };
  };
}
