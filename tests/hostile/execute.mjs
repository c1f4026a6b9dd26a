//! `execute.json`: code of the server in the execute frame, judged by the keys of `expect`.

import { expanded } from "./lib/corpus.mjs";
import { SERVER } from "./lib/host.mjs";

/** The time limit of a run, and what a busy machine may add. */
const PATIENCE = 50_000;
/** What is typed into the page while the code runs. */
const TYPED = "correct horse battery";

/** Runs an item; gives back what is wrong, as sentences. */
export async function run(host, { input, expect }) {
  const changes = await host.watch();
  await host.evaluate((code) => {
    acks.length = 0;
    sends({ type: "execute", data: { code } }, (value) => acks.push(value));
  }, String(expanded(input)));
  const types = JSON.stringify(expect).includes("keys typed in the host");
  if (types) await host.types(TYPED);
  const chrome = "host_chrome_shows" in expect ? await overlay(host) : [];
  if (expect.person === "closes the box") await host.page.getByRole("button", { name: "Close", exact: true }).click();
  if (expect.person === "refuses") await host.page.getByRole("dialog").getByRole("button", { name: /^(Refuse|Cancel)$/ }).click();
  await host.until(() => acks.length > 0, "the call is answered", PATIENCE);
  const out = await host.escaped();
  const { acks, gap, frames } = await host.evaluate(() => ({
    acks: [...acks],
    gap: takeGap(),
    frames: document.querySelectorAll("iframe").length,
  }));
  const typed = types ? await host.evaluate(() => document.querySelector("#secret").value) : TYPED;
  if (types) await host.evaluate(() => (document.querySelector("#secret").value = ""));
  const [ack, told] = [acks[0], JSON.stringify(acks[0])];
  const wrong = [...chrome, ...(await changes())];
  const must = (holds, sentence) => void (holds || wrong.push(sentence));

  must(frames === 0, "a frame is left");
  must(acks.length === (expect.acks_exactly ?? 1), `${acks.length} answers`);
  must(out.tcp.length + out.udp === 0, `reached the network: ${out.tcp.join(", ")} and ${out.udp} packets`);
  if ("ack" in expect) must(fits(ack, expect.ack), `answered ${told?.slice(0, 300)}, not ${JSON.stringify(expect.ack)}`);
  for (const part of [expect.ack_never_contains ?? []].flat()) {
    const hidden = types ? [...TYPED].some((letter) => ack && !ack.error && told.includes(letter)) : told?.includes(part);
    must(!hidden, `the answer has ${part} in it: ${told.slice(0, 300)}`);
  }
  if ("ack_max_bytes" in expect) must(told.length <= expect.ack_max_bytes, `an answer of ${told.length} bytes`);
  if ("host_gap_ms_max" in expect) must(gap <= expect.host_gap_ms_max, `the page did not answer for ${Math.round(gap)} ms`);
  must(typed.length > 0, "nothing of what was typed arrived in the page");
  return wrong;
}

/** What a person sees of a frame that asks for a password: whose it is, and how to close it. If it is hidden, nothing. */
async function overlay(host) {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const box = host.page.locator("dialog.overlay");
  if (!(await box.locator("iframe").isVisible())) return [];
  const isNamed = (await box.getByText(SERVER).isVisible()) && (await box.getByRole("button", { name: "Close", exact: true }).isVisible());
  return isNamed ? [] : ["the box does not say whose it is, or has no button that closes it"];
}

const isError = (ack) => typeof ack?.error === "string" && Object.keys(ack).length === 1;
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Whether an answer is what is wanted: a value, or words about it. */
function fits(ack, wanted) {
  if (same(ack, wanted)) return true;
  if (typeof wanted === "string") {
    if (["any", "cycle cut"].includes(wanted)) return wanted === "any" || !isError(ack);
    const isShort = () => JSON.stringify(ack).length <= 1_000_000;
    return wanted.split("-or-").some((one) => {
      if (/^(error|error-object|timeout-error)$/.test(one)) return isError(ack);
      return (one === "truncated" && isShort()) || ack === one;
    });
  }
  if (isError(wanted) && isError(ack)) {
    return wanted.error.split("-or-").some((one) => ack.error.toLowerCase().includes(one.replaceAll("-", " ").replace("user closed", "closed by the user")));
  }
  return false;
}
