// A module that is only needed later, by its address: wasm-bindgen has no word for a dynamic import.
export const load = (url) => import(url);
