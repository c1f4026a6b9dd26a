//! What it costs when an answer grows: what is drawn stays, and words that come together are drawn together.

import { contains, ok, same } from "../lib/expect.mjs";
import { openAnswer, send } from "../lib/gallery.mjs";

export const cases = {
  async "an answer that goes on keeps what is drawn of it"(kit) {
    const text = Array.from({ length: 400 }, (_, at) => `Paragraph ${at} of a **long** answer with \`code\`.`).join("\n\n");
    const chat = await openAnswer(kit, `${text}\n\nThe end`);
    const { page } = chat;
    await chat.replies("The end");
    const drawnStill = () => page.evaluate(() => {
      const all = [...document.querySelectorAll("article:last-of-type .markdown p")];
      globalThis.drawn ??= all;
      return [drawn.slice(0, 399).filter((one, at) => one === all[at]).length, all.length, all.at(-1).textContent];
    });
    same(await drawnStill(), [399, 401, "The end"], "what is drawn before");
    await chat.button("Continue").click();
    await send(page, "chat:message:delta", { content: " was none. " });
    await send(page, "chat:message:delta", { content: "More.\n\nAnd more." });
    await chat.replies("And more.");
    same(await drawnStill(), [399, 402, "And more."], "what is drawn afterwards");
    contains(await chat.assistant.last().innerText(), "The end was none. More.", "the block that goes on");
  },

  async "words that come within one frame are drawn at once"(kit) {
    const chat = await openAnswer(kit, "It begins.");
    const { page } = chat;
    await chat.button("Continue").click();
    await send(page, "chat:message:delta", { content: " It goes on" });
    await chat.replies("It goes on");
    const [drawings, frames] = await page.evaluate(async () => {
      const root = document.querySelector("article:last-of-type .markdown");
      const message_id = client.state.chat.messages.at(-1).id;
      let [drawings, frames] = [0, 0];
      const drawn = new Promise((done) => new MutationObserver((records) => {
        drawings += records.length;
        if (root.textContent.endsWith("word29")) done();
      }).observe(root, { subtree: true, characterData: true, childList: true }));
      const frame = () => requestAnimationFrame(() => (frames++, frame()));
      frame();
      const { port1, port2 } = new MessageChannel();
      for (let at = 0; at < 30; at++) {
        client.event({ chat_id: "c1", message_id, data: { type: "chat:message:delta", data: { content: ` word${at}` } } });
        // Each is a task of its own, as from a socket.
        await new Promise((next) => ((port1.onmessage = next), port2.postMessage(0)));
      }
      await drawn;
      return [drawings, frames];
    });
    ok(drawings <= frames && drawings < 15, `${drawings} changes of the page in ${frames} frames for 30 deltas`);
  },
};
