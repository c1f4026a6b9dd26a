//! In the page: judges what text of a model becomes, and does to it what a person may do.

/** Makes `judge`: an observer that notes every element and attribute that must not come out of text. */
export function observe() {
  if (globalThis.judge) return;
  /** Attributes that hold an address. */
  const ADDRESSES = ["href", "xlink:href", "src", "srcset", "action", "formaction", "data", "poster", "background", "cite", "ping", "values", "to", "from", "by"];
  const RUNS = /^(javascript|vbscript|data:(text\/html|image\/svg)|filesystem)/;
  /** Words of `dom_forbidden` that name attributes. */
  const ATTRIBUTES = ["srcdoc", "ping", "formaction"];
  const CANARIES = ["alert", "confirm", "prompt", "print"];
  const short = (element) => element.cloneNode(false).outerHTML.slice(0, 160);
  const asText = (address) => address.replace(/[\u0000-\u0020\u007f-\u00a0\u200b-\u200f\ufeff]/g, "").toLowerCase();

  /** A frame of ours, for an embed or a preview: of an origin of its own. */
  const isFrame = (frame) => {
    const sandbox = frame.getAttribute("sandbox");
    return sandbox !== null && /^(allow-(scripts|forms|downloads|popups) ?)*$/.test(sandbox) && !frame.getAttribute("allow");
  };
  /** What our own page brings besides: its forms, once the person opens them, and its own sheets. */
  const isOurs = (element) =>
    (element.matches("iframe") && isFrame(element)) ||
    (judge.poked && element.matches("form") && !element.getAttribute("action")) ||
    (element.matches("head > link[rel=stylesheet], head > link[rel=modulepreload]") && new URL(element.href).origin === location.origin);

  function check(element) {
    const note = (why) => judge.wrong.length < 20 && judge.wrong.push(`${why}: ${short(element)}`);
    for (const word of judge.forbidden) {
      if (/^[\w-]+$/.test(word) && !ATTRIBUTES.includes(word) && element.matches(word) && !isOurs(element)) note(`${word} is forbidden`);
    }
    const isInMessage = element.closest("[role=log]");
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name)) note(`${name} is forbidden`);
      if (ATTRIBUTES.includes(name) && !(element.matches("iframe") && isFrame(element))) note(`${name} is forbidden`);
      if (ADDRESSES.includes(name) && RUNS.test(asText(value))) note(`${name} runs`);
      if (["src", "srcset", "poster", "background", "data"].includes(name) && /^(https?:)?\/\//.test(asText(value)) && isInMessage) note(`${name} loads from elsewhere`);
      if (name === "style" && isInMessage && (/url\(|image-set\(/i.test(value) || (/position/i.test(value) && !element.closest(".katex")))) note("a style is forbidden");
      if (["id", "name"].includes(name) && isInMessage && judge.words.has(value)) note(`${name} was taken from the text`);
      if (name === "target" && element.matches("a") && !/noopener/.test(element.rel)) note("a link without noopener");
    }
  }

  const observer = new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records) {
      if (type === "attributes") check(target);
      for (const node of addedNodes) {
        if (node.nodeType !== Node.ELEMENT_NODE) continue;
        check(node);
        node.querySelectorAll("*").forEach(check);
      }
    }
  });
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => judge.wrong.push(`the page's policy had to stop ${violatedDirective} ${blockedURI}`));
  const own = Object.fromEntries(CANARIES.map((name) => [name, window[name]]));
  globalThis.judge = {
    /** Goes to a chat with an empty answer. */
    open(chat) {
      requests.length = 0;
      client.open((judge.chat = chat));
    },
    isOpen: () => client.state.chat.id === judge.chat && document.querySelectorAll("[role=log] article").length === 1,
    begin(forbidden, words) {
      Object.assign(judge, { forbidden, words: new Set(words), wrong: [], canary: [], poked: false });
      for (const name of CANARIES) window[name] = () => void judge.canary.push(name);
      observer.takeRecords();
      observer.observe(document.documentElement, { subtree: true, childList: true, attributes: true });
    },
    end() {
      observer.disconnect();
      Object.assign(window, own);
    },
  };
}

/**
 * In the page: hovers, focuses and clicks everything in the message, but for links that lead away and what acts on the whole
 * message. Gives back what is wrong with its links.
 */
export async function poke() {
  const ACTS = /^(Run|Stop|Save|Regenerate|Continue|(Edit|Copy|Delete|Read) message|(Previous|Next) version|.*favou?rite.*)$/i;
  const article = document.querySelector("[role=log] article");
  judge.poked = true;
  const wrong = [];
  for (const one of [...article.querySelectorAll("*")].slice(0, 400)) {
    for (const type of ["pointerover", "mouseover", "mouseenter", "mousemove", "pointerdown", "mousedown", "pointerup", "mouseup"]) one.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true }));
    one.focus?.({ preventScroll: true });
    const link = one.closest("a[href], area[href]");
    if (link && /^[a-z][a-z0-9+.-]*:/i.test(link.getAttribute("href")) && !/^(https?|mailto|tel):/i.test(link.getAttribute("href"))) wrong.push(`a link to ${link.getAttribute("href")}`);
    if (link || ACTS.test(one.closest("button")?.getAttribute("aria-label") ?? one.closest("button")?.textContent.trim() ?? "")) continue;
    if (one.click) one.click();
    else one.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  }
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  return wrong;
}
