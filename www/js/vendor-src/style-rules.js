// Styles under a policy that has none inline, for libraries that write them into the document: a style element's rules are
// an adopted sheet's, and a style attribute is set through the CSSOM.

const { createElement } = Document.prototype;
document.createElement = function (name, ...rest) {
  if (String(name).toLowerCase() !== "style") return createElement.call(document, name, ...rest);
  const element = createElement.call(document, "template");
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return Object.defineProperty(element, "sheet", { value: sheet });
};

const { setAttribute } = Element.prototype;
Element.prototype.setAttribute = function (name, value) {
  if (name === "style" && this.style) this.style.cssText = value;
  else setAttribute.call(this, name, value);
};
