// style-mod for a page whose CSP forbids inline styles: CodeMirror's rules go into adopted style sheets,
// which a policy does not touch, where the original would add a <style> element to the document.
// Adopted sheets come after the page's own: where a rule of style.css is to win over one of CodeMirror's, it must be
// more specific (three classes do).
// esbuild puts this in place of the package "style-mod" (see xtask/src/vendor.rs).

import { StyleModule as Original } from "../../../node_modules/style-mod/src/style-mod.js";

/** @type {WeakMap<Document | ShadowRoot, { sheet: CSSStyleSheet, modules: Original[] }>} */
const mounted = new WeakMap();

/** Merges `added` into `modules`, keeping the order of both; where they differ the newer counts. */
export function merge(modules, added) {
  let place = 0;
  let changed = false;
  for (const module of added) {
    const old = modules.indexOf(module);
    if (old >= place) {
      place = old + 1;
      continue;
    }
    if (old >= 0) {
      modules.splice(old, 1);
      place -= 1;
    }
    modules.splice(place, 0, module);
    place += 1;
    changed = true;
  }
  return changed;
}

/** The package's class with another way into the document. */
export class StyleModule extends Original {
  static mount(root, modules) {
    let set = mounted.get(root);
    if (!set) {
      const view = (root.ownerDocument || root).defaultView;
      set = { sheet: new view.CSSStyleSheet(), modules: [] };
      mounted.set(root, set);
      root.adoptedStyleSheets = [set.sheet, ...root.adoptedStyleSheets];
    }
    if (merge(set.modules, [modules].flat())) {
      set.sheet.replaceSync(set.modules.map((module) => module.getRules()).join("\n"));
    }
  }
}
