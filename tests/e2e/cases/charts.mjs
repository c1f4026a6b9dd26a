//! Charts that code puts out, as altair and plotly describe them: drawn as pictures, and explored where the person wants it.

import { createServer } from "node:http";
import { PATIENCE, contains, counted, eventually, ok, same } from "../lib/expect.mjs";
import { stored } from "../lib/stored.mjs";

const LITE = "application/vnd.vegalite.v6+json";
const PLOTLY = "application/vnd.plotly.v1+json";
const BIRDS = { description: "Birds by month", data: { values: [{ month: "May", birds: 28 }, { month: "June", birds: 55 }] }, mark: { type: "bar", tooltip: true }, width: 300, encoding: { x: { field: "month", type: "nominal" }, y: { field: "birds", type: "quantitative" } } };
const SONGS = { data: [{ type: "bar", x: ["owl", "wren"], y: [2, 6] }], layout: { title: { text: "Songs <b>heard</b>" }, template: { layout: { paper_bgcolor: "white", plot_bgcolor: "#E5ECF6" } } } };

/** Python that puts these representations out. */
const shows = (bundle) => `import json\ndisplay(json.loads(${JSON.stringify(JSON.stringify({ "text/plain": "a chart in words", ...bundle }))}), raw=True)`;

/** Waits for the picture of a chart, drawn. */
async function drawn(output, name) {
  const picture = output.getByRole("img", { name, exact: true });
  await picture.waitFor({ timeout: 3 * PATIENCE });
  await eventually(() => picture.evaluate((image) => image.complete && image.naturalWidth > 100 && image.src.startsWith("blob:")), "the picture is there");
  return picture;
}

/** The frame in which a chart is explored, live. */
async function explored(output) {
  await output.getByRole("button", { name: "Explore", exact: true }).click();
  const frame = output.locator("iframe");
  await eventually(() => frame.evaluate((one) => one.checkVisibility({ visibilityProperty: true }) && one.clientHeight > 100), "the chart is seen");
  return { frame, inside: await (await frame.elementHandle()).contentFrame() };
}

export const cases = {
  async "charts of altair and plotly are pictures with names, light and dark, and text is for where they are none"(kit) {
    const book = await kit.notebook();
    await book.run(`${shows({ [LITE]: BIRDS })}\n${shows({ [PLOTLY]: SONGS, "text/html": "<script>1</script>" })}`);
    const output = book.output(1);
    await drawn(output, "Birds by month");
    const songs = await drawn(output, "Songs heard");
    const light = await songs.getAttribute("src");
    ok(!(await output.innerText()).includes("a chart in words"), "the text is not shown beside the picture");
    await counted(output.locator("iframe"), 0, "frames that are seen");
    await book.page.emulateMedia({ colorScheme: "dark" });
    await eventually(async () => (await songs.getAttribute("src")) !== light, "it is drawn anew for a dark page");
  },

  async "a chart that can't be drawn says why and is there as text, and what it asks for is not loaded"(kit) {
    const hits = [];
    const away = createServer((request, response) => (hits.push(request.url), response.end("a,b\n1,2"))).listen(0, "127.0.0.1");
    kit.ends({ stop: () => new Promise((done) => (away.closeAllConnections(), away.close(done))) });
    await new Promise((done) => away.once("listening", done));
    const url = `http://127.0.0.1:${away.address().port}/x.csv`;
    const book = await kit.notebook();
    let number = 0;
    const one = async (bundle, sentence) => {
      const words = `a chart in words ${(number += 1)}`;
      await book.runs(shows({ ...bundle, "text/plain": words }), words);
      await book.output(1).getByRole("note").filter({ hasText: sentence }).waitFor({ timeout: 3 * PATIENCE });
      await counted(book.output(1).getByRole("button", { name: "Explore" }), 0, "buttons to explore what isn't there");
    };
    await one({ [LITE]: { ...BIRDS, data: { url } } }, "only data within it is shown");
    await one({ [PLOTLY]: { data: [], layout: { images: [{ source: url }] } } }, "only data within it is shown");
    await one({ [PLOTLY]: { data: [{ type: "scattermap", lat: [1], lon: [1] }] } }, "only data within it is shown");
    await one({ [LITE]: { mark: "no such mark", data: { values: [] } } }, "can't be drawn");
    await one({ [PLOTLY]: { layout: { title: "x".repeat(5_000_001) } } }, "it is longer than 5000 kB");
    const slow = { data: { sequence: { start: 0, stop: 30_000_000 } }, transform: [{ calculate: "sin(datum.data) * sin(datum.data)", as: "y" }], mark: "point", encoding: { y: { field: "y", type: "quantitative" } } };
    await one({ [LITE]: slow }, /takes too long|can't be drawn/);
    same(hits, [], "what was asked for elsewhere");
  },

  async "a chart is explored in a frame of its own and is a picture again, by keys, too"(kit) {
    const book = await kit.notebook();
    await book.run(`${shows({ [PLOTLY]: SONGS })}`);
    const output = book.output(1);
    await drawn(output, "Songs heard");
    const { frame, inside } = await explored(output);
    same([await frame.getAttribute("sandbox"), await frame.getAttribute("title"), await inside.evaluate(() => origin)], ["allow-scripts", "Chart to explore Songs heard", "null"], "the frame");
    same(await output.getByRole("img").count(), 0, "pictures beside the live chart");
    await inside.locator(".bars path").first().hover({ force: true });
    await inside.locator(".hoverlayer text", { hasText: "owl" }).first().waitFor();
    const before = await inside.evaluate(() => document.querySelector(".main-svg").clientWidth);
    await book.page.setViewportSize({ width: 700, height: 800 });
    await eventually(() => inside.evaluate((before) => document.querySelector(".main-svg").clientWidth < before, before), "it follows the width of the page");
    await book.page.emulateMedia({ media: "print" });
    ok(await output.getByRole("img", { name: "Songs heard" }).isVisible(), "on paper the picture is there");
    await book.page.emulateMedia({ media: "screen" });
    const back = output.getByRole("button", { name: "Back to the picture", exact: true });
    await back.focus();
    await back.press("Enter");
    await drawn(output, "Songs heard");
    await counted(output.locator("iframe"), 0, "frames");
    same(await book.page.evaluate(() => document.activeElement.textContent), "Explore", "what has the keyboard");
  },

  async "pointing at a live chart of altair shows its words, as words"(kit) {
    const book = await kit.notebook();
    const spec = { ...BIRDS, data: { values: [{ month: "<img src=x onerror=alert(1)>", birds: 28 }] } };
    await book.run(shows({ [LITE]: spec }));
    await drawn(book.output(1), "Birds by month");
    const { inside } = await explored(book.output(1));
    const box = await inside.locator("canvas").boundingBox();
    // The bar fills the middle of the chart.
    await book.page.mouse.move(box.x + box.width * 0.55, box.y + box.height * 0.5);
    await inside.getByRole("tooltip").waitFor();
    contains(await inside.getByRole("tooltip").innerText(), ["<img src=x onerror=alert(1)>", "birds: 28"], "the words");
    await counted(inside.locator("img"), 0, "pictures from words");
  },

  async "links in a live chart lead nowhere"(kit) {
    const hits = [];
    const away = createServer((request, response) => (hits.push(request.url), response.end("there"))).listen(0, "127.0.0.1");
    kit.ends({ stop: () => new Promise((done) => (away.closeAllConnections(), away.close(done))) });
    await new Promise((done) => away.once("listening", done));
    const url = `http://127.0.0.1:${away.address().port}/`;
    const book = await kit.notebook();
    const pages = () => book.page.context().pages().length;
    const linked = (target) => ({ ...SONGS, layout: { title: { text: `<a href="${url}" target="${target}">Songs to hear</a>` } } });
    for (const target of ["_self", "_blank", "_top"]) {
      await book.run(shows({ [PLOTLY]: linked(target) }));
      await drawn(book.output(1), "Songs to hear");
      const { inside } = await explored(book.output(1));
      await inside.locator(".gtitle a").click({ force: true });
      await inside.locator(".gtitle a").click({ force: true, button: "middle" });
      ok(await inside.evaluate(() => location.href === "about:srcdoc"), `the frame stays where it is (${target})`);
    }
    const marks = { ...BIRDS, description: "Marks that are links", mark: { type: "bar", width: { band: 1 } }, encoding: { ...BIRDS.encoding, href: { value: url } } };
    await book.run(shows({ [LITE]: marks }));
    await drawn(book.output(1), "Marks that are links");
    const { inside } = await explored(book.output(1));
    const box = await inside.locator("canvas").boundingBox();
    for (const part of [0.4, 0.6, 0.8]) await book.page.mouse.click(box.x + box.width * part, box.y + box.height * 0.7);
    ok(await inside.evaluate(() => location.href === "about:srcdoc"), "the frame stays where it is");
    same([hits, pages(), new URL(book.page.url()).pathname], [[], 1, "/notebook.html"], "what was opened");
  },

  async "a chart that was needed before is drawn and explored with the site stopped"(kit) {
    const site = await kit.ownSite();
    const book = await kit.notebook({ site });
    const ready = () => book.page.getByText("Ready for offline use").waitFor({ timeout: 3 * PATIENCE });
    await ready();
    // The worker answers a page that it has come for.
    await book.page.reload();
    await ready();
    await book.run(`${shows({ [LITE]: BIRDS })}\n${shows({ [PLOTLY]: SONGS })}`);
    await drawn(book.output(1), "Songs heard");
    const kept = () => book.page.evaluate(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat().filter((path) => path.includes("/vendor/chart/")).length);
    await eventually(async () => (await kept()) === 2, "both libraries are kept");
    await site.stop();
    await book.page.context().setOffline(true);
    await book.page.reload();
    await book.run(`${shows({ [LITE]: BIRDS })}\n${shows({ [PLOTLY]: SONGS })}`);
    await drawn(book.output(1), "Birds by month");
    await drawn(book.output(1), "Songs heard");
    await book.output(1).getByRole("button", { name: "Explore", exact: true }).last().click();
    await book.output(1).locator("iframe").contentFrame().locator(".main-svg").first().waitFor();
  },

  async "a chart of code in a conversation is a picture, and so is one of a message, and both can be explored"(kit) {
    const fence = (language, text) => `\`\`\`${language}\n${text}\n\`\`\``;
    const chat = await stored(kit, { content: `${fence("python", shows({ [PLOTLY]: SONGS }))}\n\n${fence("vega-lite", JSON.stringify(BIRDS))}\n` });
    const [code, message] = [chat.assistant.locator(".code-block").nth(0), chat.assistant.locator(".code-block").nth(1)];
    await drawn(message, "Birds by month");
    await code.getByRole("button", { name: "Run", exact: true }).click();
    await drawn(code, "Songs heard");
    await (await explored(code)).inside.locator(".main-svg").first().waitFor();
    await (await explored(message)).inside.locator("canvas").waitFor();
  },

  async "a chart of a tool's Python is a picture that is uploaded"(kit) {
    const chat = await kit.chat();
    await chat.ready();
    await chat.does({ call: { type: "execute:python", data: { id: "1", code: shows({ [PLOTLY]: SONGS }) } } });
    await chat.replies(/chart-1\.svg/);
    await chat.idle();
    const server = await kit.server();
    const files = await server.api("/api/v1/files/");
    const { id } = (files.items ?? files).find(({ filename }) => filename === "chart-1.svg");
    contains(await (await server.api(`/api/v1/files/${id}/content`, { raw: true })).text(), ["<svg", "owl"], "the file");
  },
};
