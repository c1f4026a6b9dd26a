// The only script of a frame that shows HTML output. The frame is opaque and its policy names this text by hash, so
// nothing that the HTML brings along can run, load or submit. The HTML comes in a template, where it is inert; here
// it loses what would be refused anyway, and its styles, which the policy forbids as markup and which have come under
// other names (src/state/inert_html.rs), are set through the CSSOM.
(() => {
  "use strict";
  const root = document.documentElement;
  const style = (text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  };
  style(`
    :root { color-scheme: light; --text: #1d2430; --faint: #596273; --line: #e3e6ec; --hover: #f0f3f9; --link: #2457c5;
      color: var(--text); font: 14px/1.5 system-ui, sans-serif; overflow-x: hidden; }
    :root[data-theme=dark] { color-scheme: dark; --text: #e4e7ee; --faint: #9aa3b5; --line: #313846; --hover: #222836; --link: #8fb2ff; }
    body { margin: 0; }
    #output { overflow-x: auto; }
    #output:focus-visible { outline: 2px solid var(--link); outline-offset: -2px; }
    table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; border: 0; }
    th, td { padding: 4px 12px; border: 0; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
    thead th { border-bottom: 2px solid var(--line); font-weight: 600; vertical-align: bottom; }
    tbody th { color: var(--faint); font-weight: 500; }
    tbody tr:last-child > * { border-bottom: 0; }
    tbody tr:hover > * { background: var(--hover); }
    caption { color: var(--faint); text-align: left; padding: 4px 0; }
    table + p { color: var(--faint); font-size: 13px; margin: 6px 12px; }
    a { color: var(--link); }
    pre, code { font-family: ui-monospace, monospace; font-size: 13px; }
    img, svg, video { max-width: 100%; }
    img { height: auto; }
  `);

  const GONE = "script, style, base, meta, link, iframe, frame, frameset, object, embed";
  const LOADS = /^(src|srcset|poster|background|action|formaction|ping|data|autofocus|on.*)$/;
  const LOCAL = /^(data:|blob:|#)/;

  /** Makes a part of the output fit to be shown; returns how many scripts it had. */
  function tame(part) {
    for (const { textContent } of part.querySelectorAll("script[type='text/css']")) style(textContent);
    const scripts = part.querySelectorAll("script:not([type='text/css'])").length;
    for (const element of part.querySelectorAll(GONE)) element.remove();
    for (const element of part.querySelectorAll("*")) {
      for (const { name, value } of [...element.attributes]) {
        if (name === "pyoxide-style") element.style.cssText = value;
        if (LOADS.test(name) && !(name === "src" && LOCAL.test(value))) element.removeAttribute(name);
        // A link would lead the frame away; its address can be read.
        if (/^(xlink:)?href$/.test(name) && !LOCAL.test(value)) {
          element.removeAttribute(name);
          element.setAttribute("title", value);
        }
      }
    }
    return scripts;
  }

  addEventListener("DOMContentLoaded", () => {
    const box = document.createElement("div");
    box.id = "output";
    // HTML that ends its template early goes on in the body: as harmless there, by the policy.
    const parts = [document.querySelector("template").content, document.body];
    const scripts = parts.map(tame).reduce((sum, count) => sum + count);
    for (const part of parts) box.append(...part.childNodes);
    document.body.replaceChildren(box);
    let [timer, told] = [0, false];
    const tell = () => {
      told = true;
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; // so that a wide table can be scrolled by keys
      parent.postMessage({ type: "pyoxide:html", height: Math.ceil(box.getBoundingClientRect().height), scripts }, "*");
    };
    // At once, then seldom: the page counts ten a second.
    const tellSoon = () => {
      clearTimeout(timer);
      timer = setTimeout(tell, told ? 150 : 0);
    };
    new ResizeObserver(tellSoon).observe(box);
  });
  addEventListener("message", ({ source, data }) => {
    if (source === parent && (data?.theme === "light" || data?.theme === "dark")) root.dataset.theme = data.theme;
  });
})();
