//! In place of the page's own driver of the frame of diagrams, in the page: the same frame, handed the same files.

/** Puts `drawDiagram({ kind, source, dark })` and `drawFormula(source)` into the page. */
export function install() {
  let port;
  const answers = [];
  const opened = () =>
    new Promise((done) => {
      const frame = Object.assign(document.createElement("iframe"), { src: "frames/diagram.html", name: "diagrams" });
      frame.setAttribute("sandbox", "allow-scripts");
      Object.assign(frame.style, { position: "fixed", top: 0, left: 0, width: "1200px", height: "900px", opacity: 0 });
      frame.addEventListener("load", () => {
        const channel = new MessageChannel();
        port = channel.port1;
        port.onmessage = async ({ data }) => {
          if (data === "up") return done();
          if (!data.need) return answers.shift()?.(data);
          const answer = await fetch(`vendor/diagram/${data.need}`);
          port.postMessage({ name: data.need, file: answer.ok ? await answer.blob() : null });
        };
        frame.contentWindow.postMessage("diagrams", "*", [channel.port2]);
      });
      document.body.append(frame);
    });
  let frame;
  globalThis.drawDiagram = async (job) => {
    await (frame ??= opened());
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
