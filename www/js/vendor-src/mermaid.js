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

/** For what is of several kinds, in the order in which they are taken, on light and on dark: areas, branches, lines. */
const AREAS = [
  "#d7e8e2 #d5e3f6 #f6e9c4 #f5dae1 #e8dbf1 #daecd7 #fbe1cd #d3ecef".split(" "),
  "#2a4d44 #263f5e #4a4020 #56303c #46325a #2c4a2c #5a3a22 #1f4a52".split(" "),
];
const BRANCHES = [
  "#a9cfc2 #a8c8ee #ecd28a #eeb3c2 #d3b7e3 #b5d9af #f5c29b #a6d7de".split(" "),
  "#386a5e #33557f #665829 #744154 #5f447a #3d6640 #7b5030 #2a6670".split(" "),
];
const LINES = [
  "#2f5d50 #1d5aa8 #8a5a00 #a3354f #8b2f97 #24713f #a4480f #0f6a74".split(" "),
  "#7cc7b1 #8fbcf5 #eab14f #f2a3b5 #d9a0e6 #76cf92 #f0ad7a #6fd0da".split(" "),
];

/** The page's colours (www/style.css), which a picture can't take from it. */
function colours(dark) {
  const at = dark ? 1 : 0;
  const [background, text, area, edge, line, quiet, note] = dark
    ? ["#191e24", "#e6eae8", "#1e3530", "#7cc7b1", "#b8c1bd", "#262d35", "#352a12"]
    : ["#ffffff", "#1b2220", "#e3eeea", "#2f5d50", "#46514d", "#f0f2f0", "#fdf3dc"];
  const numbered = (name, list, first = 0) => Object.fromEntries(list.map((colour, number) => [`${name}${number + first}`, colour]));
  const twelve = (list) => [...list, ...list.slice(0, 4)];
  const all = (colour, count) => Array(count).fill(colour);
  return {
    darkMode: dark, background, fontFamily: FONT, fontSize: "15px",
    primaryColor: area, primaryTextColor: text, primaryBorderColor: edge,
    secondaryColor: AREAS[at][1], secondaryTextColor: text, secondaryBorderColor: line,
    tertiaryColor: quiet, tertiaryTextColor: text, tertiaryBorderColor: line,
    lineColor: line, textColor: text, titleColor: text, mainBkg: area, nodeBorder: edge, edgeLabelBackground: background,
    clusterBkg: quiet, clusterBorder: line, noteBkgColor: note, noteTextColor: text, noteBorderColor: line,
    ...numbered("cScale", twelve(BRANCHES[at])), ...numbered("cScaleLabel", all(text, 12)), ...numbered("cScalePeer", all(line, 12)),
    ...numbered("pie", twelve(BRANCHES[at]), 1), pieOpacity: 1, pieStrokeColor: line, pieOuterStrokeColor: line,
    ...numbered("fillType", AREAS[at]),
    ...numbered("git", LINES[at]), ...numbered("gitBranchLabel", all(background, 8)), commitLabelBackground: quiet,
    xyChart: { backgroundColor: "transparent", plotColorPalette: LINES[at].join(", ") },
    sectionBkgColor: quiet, altSectionBkgColor: background, sectionBkgColor2: quiet, gridColor: line,
    taskBkgColor: area, taskBorderColor: edge, taskTextColor: text, taskTextOutsideColor: text, taskTextDarkColor: text,
  };
}

/** Draws a diagram and gives it back as the text of an SVG. */
export async function draw({ source, dark }) {
  const variables = colours(dark);
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    htmlLabels: false,
    markdownAutoWrap: false,
    suppressErrorRendering: true,
    logLevel: "fatal",
    theme: "base",
    themeVariables: variables,
    // A journey's words have the colour of their boxes, or the one of the first journey's theme.
    themeCSS: `text.journey-section, text.task { fill: ${variables.textColor} !important; }`,
    fontFamily: FONT,
    deterministicIds: true,
    maxTextSize: 50_000,
    maxEdges: 500,
    flowchart: { htmlLabels: false },
    class: { htmlLabels: false },
    journey: { textPlacement: "tspan" },
    sequence: { textPlacement: "tspan" },
  });
  const box = document.createElement("div");
  document.body.replaceChildren(box);
  try {
    const { svg } = await mermaid.render("diagram", harmless(source), box);
    return { svg };
  } finally {
    document.body.replaceChildren();
  }
}
