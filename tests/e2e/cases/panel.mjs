//! What stands beside the text: sources and their panel, embeds and what they are given, artifacts, pictures.

import { readFile } from "node:fs/promises";
import { contains, counted, eventually, ok, same } from "../lib/expect.mjs";
import { pictures } from "../lib/pages.mjs";

const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC";

const emit = (type, data) => ({ emit: { type, data } });
const embeds = (...all) => emit("embeds", { embeds: all, replace: true });

/** A chat with the model "events", ready to be written to. */
async function open(kit, options) {
  const chat = await kit.chat(options);
  await chat.ready();
  return chat;
}

/** The panel of this name. */
const panel = (chat, name) => chat.page.getByRole("complementary", { name, exact: true });
/** What a frame shows. */
const frame = (chat, title) => chat.page.frameLocator(`iframe[title="${title}"]`);
const artifact = (chat) => frame(chat, "Artifact");
const press = (within, name) => within.getByRole("button", { name, exact: true }).click();
/** Whether an element has the focus. */
const focused = (element) => eventually(() => element.evaluate((one) => one === document.activeElement), "it has the focus");

/** A site whose chat page has another text in place of this one. */
async function changed(kit, from, to) {
  const site = await kit.ownSite();
  site.change(/chat\.html/, from, to);
  return site;
}

/** Clicks in a frame as a person does, whose pointer is seen on its way there: a frame that just takes the focus goes. */
async function click(chat, title, find) {
  const box = await chat.page.locator(`iframe[title="${title}"]`).boundingBox();
  await chat.page.mouse.move(1, 1);
  await chat.page.evaluate(() => void (globalThis.moved = new Promise((done) => addEventListener("pointermove", () => done(), { once: true }))));
  await chat.page.mouse.move(box.x - 10, box.y + 10, { steps: 3 });
  await chat.page.evaluate(() => moved);
  await find(frame(chat, title)).click();
}

/** Takes what the policy is meant to refuse from what counts as an error; there must be some. */
function refused(kit, pattern) {
  const { errors } = kit.watch;
  ok(errors.some((error) => pattern.test(error)), `the policy refused ${pattern}`);
  for (let at = errors.length - 1; at >= 0; at--) if (pattern.test(errors[at])) errors.splice(at, 1);
}

/** In a page: how much of an area is red, and how much is blue, in pictures of the screen. */
const shares = ({ frames, area }) =>
  Promise.all(frames.map(async (data) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const paint = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
    paint.drawImage(picture, 0, 0);
    const { data: bytes } = paint.getImageData(0, 0, picture.width, picture.height);
    let [red, blue] = [0, 0];
    for (let at = 0; at < bytes.length; at += 4) {
      if (bytes[at + 1] > 40) continue;
      red += bytes[at] > 215 && bytes[at + 2] < 40;
      blue += bytes[at] < 40 && bytes[at + 2] > 215;
    }
    return [red / area, blue / area];
  }));

const html = (body, more = "") => `\`\`\`html\n${body}\n\`\`\`\n${more}`;

export const cases = {
  async "a source opens in the panel with its documents, and the focus comes back"(kit) {
    const chat = await open(kit);
    const about = { source: "https://paper.example/1", name: "A paper", page: 6, parameters: { query: "birds" } };
    await chat.does(
      emit("source", {
        source: { name: "A paper", id: "p" },
        document: ["what it says", "and more"],
        metadata: [about, about],
        distances: [0.914, 0.25],
      }),
      emit("citation", { source: { name: "Evil", url: "javascript:alert(1)" }, document: ["<b>not bold</b>"], metadata: [{ source: "evil" }] }),
      ...Array.from({ length: 8 }, (_, n) => emit("source", { source: { name: `Other ${n}`, id: `o${n}` }, document: ["x"], metadata: [{}] })),
      { say: "Done." },
    );
    await chat.idle();
    const list = chat.assistant.last().getByRole("list", { name: "Sources" });
    const first = list.getByRole("button").first();
    same((await first.innerText()).split(/\s+/), ["1", "paper.example/1"], "the first source");
    await first.click();
    const source = panel(chat, "Source");
    await focused(source);
    contains(await source.innerText(), ["https://paper.example/1", "Relevance 91% · Page 7", "what it says", "Relevance 25%", "and more"], "the panel");
    const link = source.getByRole("link");
    same(await link.getAttribute("href"), "https://paper.example/1", "the link");
    same(await link.getAttribute("rel"), "noopener noreferrer nofollow", "what the link gives away");
    await source.getByText("Parameters").first().click();
    contains(await source.innerText(), '"query": "birds"', "the parameters");
    await chat.page.keyboard.press("Escape");
    await source.waitFor({ state: "hidden" });
    await focused(first);

    await list.getByRole("button", { name: /Evil/ }).press("Enter");
    contains(await source.innerText(), ["Evil", "<b>not bold</b>"], "a hostile source");
    same(await source.getByRole("link").count(), 0, "its links");
    await list.getByRole("button", { name: "Show all 10" }).click();
    await counted(list.getByRole("button"), 10, "sources, all shown");
    await list.getByRole("button", { name: /Other 7/ }).click();
    await source.getByRole("heading", { name: "Other 7" }).waitFor();
    await press(source, "Close panel");
    await source.waitFor({ state: "hidden" });
  },

  async "HTML of a source is shown without its scripts"(kit) {
    const chat = await open(kit);
    const metadata = [{ source: "table", html: true }];
    await chat.does(
      emit("source", { source: { name: "Table" }, document: ["<table><tr><td>cell<script>document.body.append('ran')</script></table>"], metadata }),
      { say: "Done." },
    );
    await chat.assistant.last().getByRole("button", { name: /Table/ }).click();
    const inside = panel(chat, "Source").frameLocator("iframe");
    await inside.getByRole("cell", { name: "cell" }).waitFor();
    ok(!(await inside.locator("body").innerText()).includes("ran"), "its script did not run");
  },

  async "a source's own page loads in the panel where the owner allows it, and hears what it stands for"(kit) {
    const [site, page] = [await changed(kit, "frame-src 'self'", "frame-src 'self' https://docs.example.org"), await kit.page()];
    const asked = [];
    await page.route("https://docs.example.org/**", (route) => {
      asked.push(route.request().url());
      const script = "onmessage = ({ data }) => (document.body.textContent = JSON.stringify(data)); parent.postMessage({ type: 'payload', requestId: 7 }, '*')";
      return route.fulfill({ contentType: "text/html", body: `<body><script>${script}</script>` });
    });
    const chat = await open(kit, { site, page });
    const source = { name: "A manual", id: "m1", embed_url: "https://docs.example.org/view?x=1#top" };
    await chat.does(emit("source", { source, document: ["what it says"], metadata: [{}] }), { say: "Done." });
    await chat.idle();
    await chat.assistant.last().getByRole("button", { name: /A manual/ }).click();
    const pane = panel(chat, "Source");
    same(asked, [], "addresses before the click");
    await press(pane, "Load docs.example.org");
    const body = pane.frameLocator("iframe").locator("body");
    await body.getByText('"requestId":7').waitFor();
    const { payload } = JSON.parse(await body.innerText());
    same([payload.source.id, payload.document], ["m1", ["what it says"]], "what it hears");
    const url = new URL(asked[0]);
    const [chatId, messageId] = [new URL(chat.page.url()).searchParams.get("chat"), url.searchParams.get("message_id")];
    same([...url.searchParams.entries()], [["x", "1"], ["chat_id", chatId], ["message_id", messageId], ["source_id", "m1"]], "its address");
    same(await pane.locator("iframe").getAttribute("sandbox"), "allow-scripts", "its sandbox");
  },

  async "a page of another site says why it is not shown, and can be opened"(kit) {
    const chat = await open(kit);
    await chat.does(embeds("https://docs.example.org/x"), { say: "Done." });
    await chat.idle();
    const card = chat.page.getByRole("group", { name: "Embed 1" });
    await press(card, "Load docs.example.org");
    const link = card.getByRole("link", { name: "Open docs.example.org" });
    same(await link.getAttribute("href"), "https://docs.example.org/x", "the link");
    refused(kit, /docs\.example\.org/);
  },

  async "an embed has the arguments of its call, Chart.js and Alpine.js, without our origin"(kit) {
    const chat = await open(kit);
    await chat.does(
      embeds(
        '<div x-data="{ n: 41 }"><button @click="n++" x-text="`now ${n}`"></button></div>',
        "<canvas id=c></canvas><p></p><script>const chart = new Chart(c, { type: 'bar', data: { labels: ['a'], datasets: [{ data: [1] }] } });" +
          "document.querySelector('p').textContent = `${chart.data.labels} from ${origin}`</script>",
      ),
      { say: "Done." },
    );
    await chat.idle();
    await frame(chat, "Embed 2").getByText("a from null").waitFor();
    // What grows moves what is around it.
    await eventually(() => chat.page.locator('iframe[title="Embed 2"]').evaluate((one) => one.offsetHeight > 400), "the chart has its height");
    await click(chat, "Embed 1", (inside) => inside.getByRole("button", { name: "now 41" }));
    await frame(chat, "Embed 1").getByRole("button", { name: "now 42" }).waitFor();
    await chat.choose("scripted");
    await chat.toggle("Toolbox");
    await chat.ask('tool show_card {"title": "Hello card"}', "show_card said");
    await chat.assistant.last().frameLocator("iframe").getByText("called with title").waitFor();
  },

  async "an embed whose library is missing says so, and is shown when it is there"(kit) {
    const site = await kit.ownSite();
    site.spoil(/vendor\/embed\/chart/, "missing");
    const chat = await open(kit, { site });
    await chat.does(embeds("<p></p><script>document.querySelector('p').textContent = typeof Chart.defaults</script>"), { say: "Done." });
    await chat.idle();
    const card = chat.page.getByRole("group", { name: "Embed 1" });
    contains(await card.innerText(), "Chart.js, which could not be loaded", "the card");
    site.mend();
    await press(card, "Show Embed 1");
    await frame(chat, "Embed 1").getByText("object").waitFor();
  },

  async "what an embed wants to send is sent when the person agrees, and not when they don't"(kit) {
    const chat = await open(kit);
    const button = (words, message) => `<button onclick="parent.postMessage(${JSON.stringify(message).replaceAll('"', "'")}, '*')">${words}</button>`;
    await chat.does(
      embeds(
        button("ask", { type: "input:prompt:submit", text: "from the embed" }) +
          button("write", { type: "input:prompt", text: "a draft" }) +
          button("send", { type: "action:submit" }),
      ),
      { say: "Done." },
    );
    await chat.idle();
    const [sends, writes] = [chat.dialog("Send this message?"), chat.dialog("Write this into your message?")];
    await click(chat, "Embed 1", (inside) => inside.getByText("ask"));
    contains(await sends.innerText(), "from the embed", "the question");
    await press(sends, "Cancel");
    await sends.waitFor({ state: "hidden" });
    await counted(chat.user, 1, "messages after a refusal");
    // Between two wishes of an embed lies a second: it is pressed until it is heard.
    const until = (name, dialog) =>
      eventually(async () => {
        if (!(await dialog.isVisible())) await click(chat, "Embed 1", (inside) => inside.getByText(name, { exact: true }));
        return dialog.isVisible();
      }, `${name} is heard`);
    await until("write", writes);
    await press(writes, "Write it");
    await eventually(async () => (await chat.composer.inputValue()) === "a draft", "the draft is written");
    await until("send", sends);
    contains(await sends.innerText(), "a draft", "the question shows the draft");
    await press(sends, "Send message");
    await chat.replies("There is no step in this message.");
    contains(await chat.user.last().innerText(), "a draft", "the message");
  },

  async "an embed that changes keeps its place and its height, and the other one goes on"(kit) {
    const [chat, model] = [await open(kit), await kit.model()];
    const version = (n) => `<body style="margin:0"><div style="height:500px">version ${n}</div>`;
    const other = "<p></p><script>document.querySelector('p').textContent = Math.random()</script>";
    await chat.does(embeds(version(1), other), { wait: "first" }, embeds(version(2), other), { wait: "second" }, embeds("<p>new</p>", version(2), other), { say: "Done." });
    await frame(chat, "Embed 1").getByText("version 1").waitFor();
    const number = await frame(chat, "Embed 2").locator("p").filter({ hasText: "." }).innerText();
    await eventually(() => chat.page.locator('iframe[title="Embed 1"]').evaluate((one) => one.offsetHeight === 500), "the height is told");
    await chat.page.evaluate(() => {
      const low = (globalThis.low = []);
      const look = () => {
        const height = document.querySelector(".embed-slot .embed-place:not(.embed-next)").offsetHeight;
        if (height < 500) low.push(height);
        requestAnimationFrame(look);
      };
      look();
    });
    model.release("first");
    await frame(chat, "Embed 1").getByText("version 2").waitFor();
    same(await chat.page.evaluate(() => low), [], "heights below its own while it changed");
    await counted(chat.page.locator("iframe"), 2, "frames afterwards");
    same(await frame(chat, "Embed 2").locator("p").innerText(), number, "the other embed");
    model.release("second");
    await frame(chat, "Embed 1").getByText("new").waitFor();
    same(await frame(chat, "Embed 3").locator("p").innerText(), number, "the other embed, at another place");
    await chat.idle();
  },

  async "an embed that changes is on the screen in every frame, the old one or the new one, at its height"(kit) {
    const [chat, model] = [await open(kit), await kit.model()];
    const version = (colour, words) => `<body style="margin:0;background:${colour}"><div style="height:400px;font-size:1px">${words}</div>`;
    await chat.does(embeds(version("#f00", "old")), { wait: "change" }, embeds(version("#00f", "new")), { wait: "end" }, { say: "Done." });
    await frame(chat, "Embed 1").getByText("old").waitFor();
    const old = chat.page.locator('iframe[title="Embed 1"]');
    await eventually(() => old.evaluate((one) => one.offsetHeight === 400), "the height is told");
    const { width } = await old.boundingBox();
    const screen = await chat.page.context().newCDPSession(chat.page);
    const frames = [];
    screen.on("Page.screencastFrame", ({ data, sessionId }) => {
      frames.push(data);
      screen.send("Page.screencastFrameAck", { sessionId }).catch(() => {});
    });
    await screen.send("Page.startScreencast", { format: "png", everyNthFrame: 1 });
    // What loads is in the page and not seen, and takes no room.
    const loading = await chat.page.evaluateHandle(() => {
      const seen = [];
      const look = () => {
        for (const next of document.querySelectorAll(".embed-next")) seen.push([getComputedStyle(next).visibility, next.closest(".embed-slot").offsetHeight]);
      };
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });
      return seen;
    });
    model.release("change");
    await frame(chat, "Embed 1").getByText("new").waitFor();
    await counted(chat.page.locator("iframe"), 1, "frames afterwards");
    const reader = await kit.page();
    const areas = () => reader.evaluate(shares, { frames, area: width * 400 });
    await eventually(async () => (await areas()).at(-1)[1] > 0.95, "the new one is on the screen");
    await screen.send("Page.stopScreencast");
    const hidden = await loading.jsonValue();
    ok(hidden.length, "what loads was looked at");
    same(hidden.filter(([visibility, height]) => visibility !== "hidden" || height !== 400), [], "what was seen of it, or had room");
    const seen = await areas();
    ok(seen[0][0] > 0.95, `the old one is on the screen at first: ${seen[0]}`);
    same(seen.filter(([red, blue]) => Math.max(red, blue) < 0.95), [], `frames without either, of ${seen.length}`);
    model.release("end");
    await chat.idle();
  },

  async "an embed that changes all the time is seen to change"(kit) {
    const chat = await open(kit);
    await chat.does(embeds("<p>0</p>"), { say: "Done." });
    await chat.idle();
    const server = await kit.server();
    const [{ id }] = await server.api("/api/v1/chats/?page=1");
    const { chat: stored } = await server.api(`/api/v1/chats/${id}`);
    let sends = true;
    const sending = (async () => {
      for (let n = 1; sends; n++) {
        await server.api(`/api/v1/chats/${id}/messages/${stored.history.currentId}/event`, { body: { type: "embeds", data: { embeds: [`<p>${n}</p>`], replace: true } } });
      }
    })();
    const seen = new Set();
    await eventually(async () => {
      seen.add(await frame(chat, "Embed 1").locator("p").innerText({ timeout: 1_000 }));
      return seen.size >= 4;
    }, "four of the versions are seen").finally(() => (sends = false));
    await sending;
  },

  async "embeds reach the hosts that the site's owner names, and no others"(kit) {
    const [site, page] = [await changed(kit, 'id="app"', 'id="app" data-embed-hosts="https://cdn.example.org"'), await kit.page()];
    const asked = [];
    const answer = (route) => {
      asked.push(route.request().url());
      return route.fulfill({ contentType: "text/javascript", headers: { "cross-origin-resource-policy": "cross-origin" }, body: "document.body.append('from the host')" });
    };
    await page.route("https://*.example.org/**", answer);
    const chat = await open(kit, { site, page });
    await chat.does(embeds('<body><script src="https://cdn.example.org/a.js"></script><script src="https://evil.example.org/b.js"></script>'), { say: "Done." });
    await frame(chat, "Embed 1").getByText("from the host").waitFor();
    await eventually(() => kit.watch.errors.some((error) => error.includes("evil.example.org")), "the other host is refused");
    refused(kit, /evil\.example\.org/);
    same(asked, ["https://cdn.example.org/a.js"], "addresses that were asked for");
  },

  async "a server's policy narrows that of embeds"(kit) {
    const page = await kit.page();
    await page.route("**/api/config", async (route) => {
      const response = await route.fetch();
      const config = await response.json();
      await route.fulfill({ response, json: { ...config, ui: { ...config.ui, iframe_csp: "img-src 'none'" } } });
    });
    const chat = await open(kit, { page });
    await chat.does(embeds(`<img src="${PIXEL}" onerror="document.body.append('no picture')">`), { say: "Done." });
    await frame(chat, "Embed 1").getByText("no picture").waitFor();
    refused(kit, /img-src 'none'/);
  },

  async "artifacts stand beside the chat with their versions, copied, saved, on the whole screen"(kit) {
    const page = await kit.page({ permissions: ["clipboard-read", "clipboard-write"] });
    const chat = await open(kit, { page });
    await chat.does({ say: html("<b id=b>first</b>", "```css\nb { color: rgb(1, 2, 3) }\n```\n```js\nb.append(' joined')\n```\n") });
    await chat.idle();
    await press(chat.page, "Artifacts");
    const pane = panel(chat, "Artifacts");
    const bold = artifact(chat).locator("b");
    await artifact(chat).getByText("first joined").waitFor();
    same(await bold.evaluate((one) => getComputedStyle(one).color), "rgb(1, 2, 3)", "the colour");
    same(await pane.locator("iframe").first().getAttribute("sandbox"), "allow-scripts", "the sandbox");
    same(await bold.evaluate(() => origin), "null", "its origin");
    await press(pane, "Copy");
    await pane.getByRole("button", { name: "Copied" }).waitFor();
    contains(await page.evaluate(() => navigator.clipboard.readText()), ["<!doctype html>", "b { color", "<b id=b>first</b>", "b.append"], "what is copied");
    const [saved] = await Promise.all([page.waitForEvent("download"), press(pane, "Download")]);
    same(saved.suggestedFilename(), "artifact.html", "the file's name");
    contains(await readFile(await saved.path(), "utf8"), "<b id=b>first</b>", "the file");
    await bold.evaluate((one) => (one.textContent = "touched"));
    await press(pane, "Refresh");
    await artifact(chat).getByText("first joined").waitFor();
    await press(pane, "Full screen");
    await eventually(() => page.evaluate(() => document.fullscreenElement?.className === "artifact-page"), "it has the whole screen");
    await page.evaluate(() => document.exitFullscreen());

    await chat.does({ say: html("<i>second</i>") });
    await artifact(chat).getByText("second").waitFor();
    await pane.getByText("2 of 2").waitFor();
    same(await pane.getByRole("button", { name: "Next artifact" }).getAttribute("aria-disabled"), "true", "there is no next one");
    await press(pane, "Previous artifact");
    await artifact(chat).getByText("first joined").waitFor();
    await press(pane, "Next artifact");
    await artifact(chat).getByText("second").waitFor();
    await pane.getByRole("button", { name: "Next artifact" }).press("Escape");
    await pane.waitFor({ state: "hidden" });
    await focused(chat.button("Artifacts"));
  },

  async "a drawing is an artifact, and new ones open by themselves where the person wants it"(kit) {
    const chat = await open(kit);
    const drawing = (colour) => ({ say: `\`\`\`svg\n<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40" fill="${colour}"/></svg>\n\`\`\`\n` });
    await chat.does(drawing("red"));
    await chat.idle();
    const pane = panel(chat, "Artifacts");
    same(await pane.count(), 0, "panels that opened by themselves");
    await press(chat.page, "Artifacts");
    same(await artifact(chat).locator("rect").getAttribute("fill"), "red", "the drawing");
    await pane.getByRole("checkbox", { name: "Open by itself when a new one is written" }).check();
    await press(pane, "Close panel");
    await pane.waitFor({ state: "hidden" });
    await chat.does(drawing("blue"));
    await pane.waitFor();
    same(await artifact(chat).locator("rect").getAttribute("fill"), "blue", "the new drawing");
    ok(await chat.composer.evaluate((one) => !document.activeElement.closest(".panel")), "the focus is where it was");
    await chat.button("New chat").click();
    await pane.waitFor({ state: "hidden" });
  },

  async "frames save files only where the person lets them"(kit) {
    const chat = await open(kit);
    const page = chat.page;
    await chat.does({ say: html("<a download='made.txt' href='data:text/plain,made'>save</a>") });
    await chat.idle();
    await press(page, "Artifacts");
    const pane = panel(chat, "Artifacts");
    const downloads = [];
    page.on("download", (download) => downloads.push(download.suggestedFilename()));
    await click(chat, "Artifact", (inside) => inside.getByText("save"));
    const sandbox = () => pane.locator("iframe").first().getAttribute("sandbox");
    same(await sandbox(), "allow-scripts", "the sandbox at first");
    await pane.getByRole("checkbox", { name: "Let frames save files" }).check();
    await eventually(async () => (await sandbox()) === "allow-scripts allow-downloads", "the sandbox afterwards");
    await click(chat, "Artifact", (inside) => inside.getByText("save"));
    await eventually(() => downloads.length, "a file is saved");
    same(downloads, ["made.txt"], "files");
    await pane.getByRole("checkbox", { name: "Let frames save files" }).uncheck();
    await eventually(async () => (await sandbox()) === "allow-scripts", "the sandbox in the end");
  },

  async "a picture is seen large, saved, and closed again"(kit) {
    const chat = await open(kit);
    await chat.does(emit("files", { files: [{ type: "image", url: PIXEL, name: "pixel.png" }] }), { say: "Done." });
    await chat.idle();
    const list = chat.assistant.last().getByRole("list", { name: "Files" });
    await pictures(list, 1);
    const [enlarge, dialog] = [list.getByRole("button", { name: "Enlarge pixel.png" }), chat.dialog("pixel.png")];
    await enlarge.press("Enter");
    await dialog.getByRole("img", { name: "pixel.png" }).waitFor();
    const [saved] = await Promise.all([chat.page.waitForEvent("download"), press(dialog, "Download")]);
    same(saved.suggestedFilename(), "pixel.png", "the file's name");
    await chat.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await focused(enlarge);
    await enlarge.click();
    await press(dialog, "Close");
    await dialog.waitFor({ state: "hidden" });
    await enlarge.click();
    await dialog.waitFor();
    await chat.page.mouse.click(5, 5);
    await dialog.waitFor({ state: "hidden" });
  },

  async "on a phone the panel lies over the chat and leaves nothing beside the screen"(kit) {
    const chat = await open(kit, { page: await kit.page({ viewport: { width: 320, height: 640 } }) });
    await chat.does(emit("source", { source: { name: `A ${"very ".repeat(40)}long name` }, document: ["x".repeat(2_000)], metadata: [{ source: "n" }] }), { say: "Done." });
    await chat.idle();
    await chat.assistant.last().getByRole("list", { name: "Sources" }).getByRole("button").click();
    const box = await panel(chat, "Source").boundingBox();
    same([box.x, box.width], [0, 320], "its place and width");
    ok(await chat.page.evaluate(() => document.documentElement.scrollWidth <= 320), "the page is no wider than the screen");
    await press(panel(chat, "Source"), "Close panel");
  },
};
