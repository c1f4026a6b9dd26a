// plotly for the frame of charts, bundled into vendor/chart/. Nothing is loaded, and no button sends a chart elsewhere.

import "./style-rules.js";
import Plotly from "plotly.js-strict-dist-min";

/** A chart that doesn't say how large it is, in CSS px; one that is explored takes the width that there is. */
const SIZE = { width: 700, height: 450 };
const LARGEST = 4_000;
/** Maps that are made of tiles. */
const TILED = /map(box)?$/;

const CONFIG = { displaylogo: false, showSendToCloud: false, responsive: true, topojsonURL: "", plotlyServerURL: "", modeBarButtonsToRemove: ["toImage"] };

function figure({ source, dark }) {
  const { data, layout, frames } = JSON.parse(source) ?? {};
  if (!Array.isArray(data)) throw new Error("@no-object");
  const chart = { data, layout: coloured(object(layout), dark), frames, config: CONFIG };
  const elsewhere = away(chart);
  if (elsewhere) throw new Error(`@elsewhere ${elsewhere}`);
  return chart;
}

const object = (value) => (typeof value === "object" && value !== null && !Array.isArray(value) ? value : {});

/** What a chart would load. */
function away({ data, layout }) {
  const tiled = data.find((trace) => TILED.test(trace?.type));
  if (tiled) return tiled.type;
  const pictures = [...[layout.images].flat(), ...data].map((one) => one?.source);
  return pictures.find((source) => typeof source === "string" && !source.startsWith("data:"))?.slice(0, 100);
}

/** A chart's layout in the colours of the page, unless it has a theme of its own. */
function coloured(layout, dark) {
  const template = object(layout.template);
  const theme = object(template.layout);
  if ((theme.paper_bgcolor ?? "white") !== "white") return layout;
  const clear = "rgba(0,0,0,0)";
  const [text, line] = ["#d8dedb", "#3a4341"];
  const axis = { gridcolor: line, linecolor: line, zerolinecolor: line, tickcolor: line };
  const axes = Object.fromEntries(["xaxis", "yaxis"].map((name) => [name, { ...theme[name], ...axis }]));
  const modebar = { bgcolor: clear, color: dark ? "#8b9592" : "#7a8582", activecolor: dark ? text : "#26302d" };
  const night = { plot_bgcolor: "rgba(255,255,255,0.04)", font: { ...theme.font, color: text }, ...axes };
  return { ...layout, template: { ...template, layout: { ...theme, paper_bgcolor: clear, modebar, ...(dark ? night : {}) } } };
}

/** What a chart calls itself, without the marks of its text. */
function name({ title }) {
  const text = title?.text ?? title;
  return typeof text === "string" ? text.replace(/<[^>]*>/g, " ") : "";
}

/** Says what went wrong by a word, where it is known. */
async function told(work) {
  try {
    return await work();
  } catch (error) {
    if (/topojson/i.test(error?.message ?? error)) throw new Error("@elsewhere the outlines of countries");
    throw error instanceof TypeError ? new Error("@bad-description") : error;
  }
}

const side = (layout, name) => Math.min(layout[name] > 0 ? layout[name] : SIZE[name], LARGEST);

export function draw(job) {
  return told(async () => {
    const chart = figure(job);
    const size = { width: side(chart.layout, "width"), height: side(chart.layout, "height") };
    const svg = await Plotly.toImage({ ...chart, layout: { ...chart.layout, ...size } }, { format: "svg", imageDataOnly: true, ...size });
    return { svg, name: name(chart.layout) };
  });
}

/** Has a chart in this element that can be pointed at, zoomed and chosen from. */
export function explore(job, place) {
  return told(async () => {
    const chart = figure(job);
    place.style.height = `${side(chart.layout, "height")}px`;
    await Plotly.newPlot(place, chart);
  });
}
