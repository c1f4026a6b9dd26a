// Formulas, bundled into vendor/math/: KaTeX with chemistry (\ce), set up for text from outside. It makes nodes, no HTML.

import katex from "katex";
import "katex/contrib/mhchem";

/** Words for whoever debugs TeX: they would fill the page's console. */
const mute = (context) => (context.consumeArgs(1), "");

const options = (displayMode) => ({
  displayMode,
  throwOnError: true,
  strict: "ignore",
  output: "htmlAndMathml",
  maxExpand: 1000,
  maxSize: 20,
  // Nothing is trusted. Said by throwing, so that who wrote it reads why it is not drawn.
  trust({ command }) {
    throw new Error(`@not-allowed ${command}`);
  },
  // A new object each time: a formula's own definitions are written into it.
  macros: { "\\message": mute, "\\errmessage": mute, "\\show": mute },
});

/** Draws `tex` in `element`, in place of what is there; throws, and leaves it alone, when it can't be drawn. */
export function render(tex, element, displayMode) {
  const drawn = tree(tex, displayMode);
  withoutStyles(drawn);
  element.replaceChildren(drawn.toNode());
}

function tree(tex, displayMode) {
  try {
    return katex.__renderToDomTree(tex, options(displayMode));
  } catch (error) {
    if (error instanceof RangeError) throw new Error("@nested");
    // KaTeX underlines the place by combining characters, which not every font has.
    throw new Error(error.message.replace(/^KaTeX parse error: /, "").replaceAll("\u0332", ""));
  }
}

/** `style` as an attribute is what the page's policy forbids; what is seen is styled by properties. */
function withoutStyles(node) {
  if (node.attributes) delete node.attributes.style;
  for (const child of node.children ?? []) withoutStyles(child);
}
