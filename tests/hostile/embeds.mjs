//! `embeds.json`: HTML and addresses as embeds of a message, judged by the keys of `expect`.

import { refuses } from "./lib/host.mjs";
import { expanded } from "./lib/corpus.mjs";

/** How long an embed is watched, in ms. */
const WATCHED = 1_500;
const LONG = 4_000;

/** Runs an item; gives back what is wrong, as sentences. */
export async function run(host, { input, expect }) {
  await host.evaluate(observe);
  const text = String(expanded(input));
  const changes = await host.watch();
  const steals = /focus\(\)/.test(text);
  if (steals) await host.page.focus("#secret");
  await host.evaluate((one) => {
    globalThis.heights = 0;
    sends({ type: "embeds", data: { embeds: [one], replace: true } });
  }, text);
  const typed = "correct horse";
  if (steals) await host.types(typed);
  if (expect.person === "clicks in it") await click(host);
  const isLong = ["updates_per_second_max", "growth_steps_max", "dialogs_total_max"].some((key) => key in expect);
  const seconds = (isLong ? LONG : WATCHED) / 1_000;
  const wishes = await refuses(host, seconds * 1_000);
  const out = await host.escaped();
  const seen = await host.evaluate(look);
  const frame = host.page.frames().find((one) => one.parentFrame() === host.page.mainFrame());
  const inside = frame && (await within(frame.evaluate(() => ({ origin, title: document.title }))));
  if (steals) await host.evaluate(() => (document.querySelector("#secret").value = ""));
  const wrong = await changes();
  await host.evaluate(() => sends({ type: "embeds", data: { embeds: [], replace: true } }));
  await host.until(() => !document.querySelector("iframe, .embed-card"), "the embed goes");
  const must = (holds, sentence) => void (holds || wrong.push(sentence));

  must(seen.sandboxes.every((sandbox) => sandbox === "allow-scripts"), `sandbox ${seen.sandboxes}`);
  must(seen.allows.every((allow) => allow === ""), `allow ${seen.allows}`);
  must(!inside || inside.origin === "null", `the embed has the origin ${inside?.origin}`);
  const packets = /WebRTC residual/.test(expect.network) ? 0 : out.udp;
  must(out.tcp.length + packets === 0, `reached the network: ${out.tcp.join(", ")} and ${packets} packets`);
  if (expect.renders) must(seen.boxes[0]?.height >= 40, "nothing is shown");
  if (expect.scripts_run_inside) must(inside?.title === "x" || !text.includes("document.title='x'"), "its scripts don't run");
  if (expect.csp_first_in_document) must(await policyIsFirst(host), "a frame's policy is not the first thing in it");
  const [least, most] = expect.height_px_between ?? [0, 4_002];
  must(seen.boxes.every(({ height }) => height >= least && height <= most + 2), `height ${seen.boxes[0]?.height}`);
  if (expect.style_only_height) must(seen.styles.every((style) => /^(height: [\d.]+px;?)?$/.test(style)), `style ${seen.styles}`);
  if (expect.ignored) must(!seen.styles.some((style) => style.includes("777")), "a frame inside spoke for the embed");
  if ("updates_per_second_max" in expect) must(seen.heights / seconds <= expect.updates_per_second_max, `${seen.heights} heights in ${seconds} s`);
  if ("growth_steps_max" in expect) must(seen.heights <= expect.growth_steps_max, `${seen.heights} heights`);
  if ("dialogs_total_max" in expect) must(wishes <= expect.dialogs_total_max, `${wishes} questions`);
  if ("host_gap_ms_max" in expect) must(seen.gap <= expect.host_gap_ms_max, `the page did not answer for ${Math.round(seen.gap)} ms`);
  if ("inside_title" in expect) must(inside?.title === expect.inside_title, `it heard ${inside?.title}`);
  if ("wishes" in expect) must(wishes === expect.wishes, `${wishes} questions`);
  if ("lives" in expect) must((seen.sandboxes.length === 1) === expect.lives, expect.lives ? "it is gone" : "it lives");
  if (expect.auto_loaded === false) must(seen.sources.every((source) => /\/frames\/embed\.html$/.test(source)), `loaded ${seen.sources}`);
  if (steals) must(seen.sandboxes.length === 0, "an embed that took the keyboard lives");
  return wrong;
}

async function click(host) {
  await new Promise((resolve) => setTimeout(resolve, 700));
  await host.page.mouse.move(1, 1);
  const box = await host.page.locator("iframe.embed").boundingBox();
  // A busy browser gathers moves: the page has to hear of the pointer beside the frame, as it does of a person's.
  const heard = host.evaluate(() => new Promise((done) => addEventListener("pointermove", done, { once: true })).then(() => {}));
  await host.page.mouse.move(box.x + 30, box.y - 8, { steps: 3 });
  await Promise.all([heard, host.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))]);
  await host.page.mouse.move(box.x + 30, box.y + 30, { steps: 3 });
  await host.page.mouse.click(box.x + 30, box.y + 30);
}

/** In the page: counts changes of frames' styles from now on. */
function observe() {
  if (globalThis.observer) return;
  globalThis.heights = 0;
  globalThis.observer = new MutationObserver((all) => (heights += all.filter(({ target }) => target.matches("iframe")).length));
  observer.observe(document.body, { subtree: true, attributes: true, attributeFilter: ["style"] });
}

function look() {
  const frames = [...document.querySelectorAll("iframe")];
  return {
    sandboxes: frames.map((frame) => frame.getAttribute("sandbox")),
    allows: frames.map((frame) => frame.getAttribute("allow")),
    sources: frames.map((frame) => frame.src),
    styles: frames.map((frame) => frame.getAttribute("style") ?? ""),
    boxes: frames.map((frame) => ({ height: frame.getBoundingClientRect().height })),
    heights,
    gap: takeGap(),
  };
}

/** An embed may be too busy to be asked. */
const within = (promise) => Promise.race([promise.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 1_000))]);

let first;
/** Whether the policy stands before any script in the frame's page. */
const policyIsFirst = (host) =>
  (first ??= host.evaluate(async () => {
    const html = await (await fetch("frames/embed.html")).text();
    const [policy, script] = [html.indexOf("http-equiv=\"Content-Security-Policy\""), html.indexOf("<script")];
    return policy > 0 && policy < script;
  }));
