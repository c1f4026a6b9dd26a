//! The chat page against the real server: signing in, conversations, streaming.

import { contains, counted, eventually, ok, same } from "../lib/expect.mjs";
import { MODEL } from "../lib/model.mjs";
import { Chat } from "../lib/pages.mjs";

export const cases = {
  async "signs in by the form"(kit) {
    const [site, server, page] = [await kit.site(), await kit.server(), await kit.page()];
    await page.goto(`${site.origin}/chat.html`);
    const chat = new Chat(page);
    await chat.signIn({ server: server.origin, ...server.user });
    await chat.ready();
    await chat.connection.filter({ hasText: /Connected/ }).waitFor();
    ok(!(await chat.field("Password").isVisible()), "the sign-in form is gone");
  },

  async "takes the token out of the address bar"(kit) {
    const chat = await kit.chat();
    await chat.ready();
    const { token } = await kit.server();
    await chat.connection.filter({ hasText: /Connected/ }).waitFor();
    same(new URL(chat.page.url()).hash, "", "the fragment");
    const back = await chat.page.evaluate(() => JSON.stringify([location.href, document.referrer, { ...localStorage }, { ...sessionStorage }, document.cookie]));
    ok(!back.includes(token), "the token is kept in no storage and no address");
  },

  async "lists the models and begins a new chat"(kit) {
    const chat = await kit.chat();
    await chat.ready();
    await chat.model.filter({ hasText: MODEL }).waitFor();
    await chat.ask("say hello", "You said: say hello");
    await chat.chats.getByRole("link", { name: "A scripted chat" }).first().waitFor();
    await chat.button("New chat").click();
    await eventually(async () => (await chat.assistant.count()) === 0, "the conversation is empty");
    await chat.ask("another one", "You said: another one");
    await counted(chat.user, 1, "messages of the user");
  },

  async "a reply is seen to grow before it ends"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    await chat.send("stream a long reply");
    await chat.replies("Word10");
    ok(!(await chat.assistant.innerText()).includes("Word30"), "the rest of the reply is not there yet");
    await chat.button("Stop").waitFor();
    model.release();
    await chat.replies("last");
    const reply = chat.assistant.last();
    contains(await reply.innerText(), ["A growing reply", "Word1", "Word30", "print('a block that grows')", "point 20", "The last words."], "the reply");
    await counted(reply.getByRole("heading", { name: "A growing reply" }), 1, "headings");
    await counted(reply.locator("strong", { hasText: "last" }), 1, "bold words");
    await counted(reply.getByRole("listitem"), 20, "list items");
    await chat.button("Stop").waitFor({ state: "hidden" });
  },

  async "Stop ends a reply, and the next message is answered"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    await chat.send("stream and be stopped");
    await chat.replies("Word10");
    await chat.button("Stop").click();
    await chat.button("Stop").waitFor({ state: "hidden" });
    await eventually(() => model.turns[0].abandoned, "the model is told to stop");
    const text = await chat.assistant.last().innerText();
    contains(text, "Word10", "what had come is kept");
    ok(!text.includes("Word30"), "nothing more came");
    await chat.ask("go on", "You said: go on");
  },

  async "opens an existing chat with all its messages"(kit) {
    const server = await kit.server();
    const first = await kit.chat();
    await first.ready();
    await first.ask("remember the word cormorant", "You said: remember the word cormorant");
    await first.ask("and the word petrel", "You said: and the word petrel");
    const [{ id }] = await server.api("/api/v1/chats/?page=1");
    const again = await kit.chat({ chat: id });
    await again.replies("You said: and the word petrel");
    same(await again.user.allInnerTexts().then((all) => all.length), 2, "messages of the user");
    contains(await again.conversation.innerText(), ["cormorant", "cormorant", "petrel", "petrel"], "the conversation");
    await again.ask("a third", "You said: a third");
    same((await server.api(`/api/v1/chats/${id}`)).chat.history.currentId !== undefined, true, "the chat is stored");
    await counted(again.user, 3, "messages of the user");
  },

  async "goes from one chat to another by its link"(kit) {
    const chat = await kit.chat();
    await chat.ready();
    await chat.ask("message of the first chat", "You said: message of the first chat");
    const id = () => new URL(chat.page.url()).searchParams.get("chat");
    await eventually(id, "the address names the first chat");
    const first = id();
    await chat.button("New chat").click();
    await chat.ask("message of the second chat", "You said: message of the second chat");
    await chat.chats.locator(`a[href="?chat=${first}"]`).click();
    await chat.replies("You said: message of the first chat");
    await counted(chat.user, 1, "messages of the user");
  },

  async "a turn of another tab is seen here"(kit) {
    const server = await kit.server();
    const one = await kit.chat();
    await one.ready();
    await one.ask("begun in the first tab", "You said: begun in the first tab");
    const [{ id }] = await server.api("/api/v1/chats/?page=1");
    const two = await kit.chat({ chat: id });
    await two.replies("You said: begun in the first tab");
    await two.ask("continued in the second tab", "You said: continued in the second tab");
    await one.replies("You said: continued in the second tab");
  },
};
