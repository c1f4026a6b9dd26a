// Mermaid for the frame of diagrams, bundled into vendor/diagram/; each kind of diagram is a file of its own.

import mermaid from "mermaid";

const FONT = "system-ui, sans-serif";

/**
 * A diagram's text without what would change the settings: directives, and all of its front matter but the title.
 * XML has no words for most control characters.
 */
export function harmless(source) {
  let text = source.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]/g, "").trim();
  let title;
  for (let head; (head = /^-{3}[^\S\n]*\r?\n([^]*?)\r?\n\s*-{3}[^\S\n]*(\r?\n|$)/.exec(text)); ) {
    title ??= /^\s*title\s*:\s*(.+)$/m.exec(head[1])?.[1].trim().replace(/^(["'])(.*)\1$/, "$2");
    text = text.slice(head[0].length).trim();
  }
  text = text.replace(/%%\{[^]*?\}%%/g, "").replaceAll("%%{", "%% {").trim();
  return title ? `---\ntitle: ${JSON.stringify(title)}\n---\n${text}` : text;
}

/** Draws a diagram and gives it back as the text of an SVG. */
export async function draw(source, dark) {
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    htmlLabels: false,
    markdownAutoWrap: false,
    suppressErrorRendering: true,
    logLevel: "fatal",
    theme: dark ? "dark" : "default",
    darkMode: dark,
    fontFamily: FONT,
    deterministicIds: true,
    maxTextSize: 50_000,
    maxEdges: 500,
    flowchart: { htmlLabels: false },
    class: { htmlLabels: false },
    journey: { textPlacement: "tspan", sectionColours: [dark ? "#eee" : "#333"] },
    sequence: { textPlacement: "tspan" },
  });
  const box = document.createElement("div");
  document.body.replaceChildren(box);
  try {
    const { svg } = await mermaid.render("diagram", harmless(source), box);
    return svg;
  } finally {
    document.body.replaceChildren();
  }
}
