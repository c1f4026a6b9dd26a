//! The stock client of Open WebUI, a peer of the bench: the same chats of a real server, in its page and in ours.

import { startModel } from "../e2e/lib/model.mjs";
import { isInstalled, startOpenWebUI, VERSION } from "../e2e/lib/openwebui.mjs";
import { store } from "../e2e/lib/stored.mjs";

export const STOCK = `Open WebUI ${VERSION}`;

/**
 * A server with a chat for each of the works: `{ page, stop }`, where `page` gives what to visit of `which` for a work. Nothing
 * where no server is installed, which the end-to-end tests do.
 */
export async function openWebUI(works, site) {
  if (!isInstalled()) return undefined;
  const model = await startModel();
  const server = await startOpenWebUI(model.origin);
  const chats = new Map();
  for (const [name, { code }] of Object.entries(works)) {
    chats.set(name, await store({ server: async () => server }, { content: `\`\`\`python\n${code}\n\`\`\`` }));
  }
  const query = (chat) => new URLSearchParams({ server: server.origin, chat });
  return {
    page: (which, name) =>
      which === "ours"
        ? { url: `${site}/chat.html?${query(chats.get(name))}#token=${server.token}`, run: "figure.code-block [data-do=run]", output: ".run-output" }
        : { url: `${server.origin}/c/${chats.get(name)}`, token: server.token, run: "button.run-code-button", output: "#messages-container", picture: "#messages-container img[src^='data:image/png']" },
    stop: async () => {
      await server.stop();
      await model.stop();
    },
  };
}
