//! Chats that the server has before a page opens them.

import { eventually } from "./expect.mjs";

/** A chat with one answer of these fields: its id. */
export async function store(kit, fields) {
  const server = await kit.server();
  const user = { id: crypto.randomUUID(), parentId: null, role: "user", content: "the question", timestamp: 1795164013, models: ["scripted"] };
  const answer = { id: crypto.randomUUID(), parentId: user.id, childrenIds: [], role: "assistant", content: "", model: "scripted", done: true, timestamp: 1795164020, ...fields };
  const history = { currentId: answer.id, messages: { [user.id]: { ...user, childrenIds: [answer.id] }, [answer.id]: answer } };
  const { id } = await server.api("/api/v1/chats/new", { body: { chat: { title: "A stored chat", models: ["scripted"], history, messages: [] } } });
  return id;
}

/** Such a chat, opened. */
export async function stored(kit, fields, options) {
  const chat = await kit.chat({ chat: await store(kit, fields), ...options });
  await chat.assistant.getByRole("button", { name: "Regenerate" }).waitFor();
  // The models come by themselves, and nothing can be asked for before.
  await eventually(() => chat.model.inputValue(), "a model is chosen");
  return chat;
}

/** A page that may use the clipboard. */
export const withClipboard = (kit) => kit.page({ permissions: ["clipboard-read", "clipboard-write"] });
