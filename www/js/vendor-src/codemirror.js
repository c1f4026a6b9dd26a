// The editor of the notebook, bundled into vendor/codemirror.js.

export { EditorState } from "@codemirror/state";
export { EditorView } from "@codemirror/view";
