// Starts a page: loads the crate, lets `mount` show it in #app. When that can't be, a sentence says why.
const WITHOUT_WEBASSEMBLY =
  "This page needs WebAssembly, which this browser does not have or does not allow. " +
  "Switch it on (some browsers turn it off in a strict or lockdown mode), or open the page in another browser.";

const say = (root, sentence) => {
  const message = document.createElement("p");
  message.className = "boot-error";
  message.setAttribute("role", "alert");
  message.textContent = sentence;
  root.replaceChildren(message);
};

export const boot = async (mount) => {
  const root = document.getElementById("app");
  if (typeof WebAssembly !== "object") return say(root, WITHOUT_WEBASSEMBLY);
  try {
    const crate = await import("../pyoxide.js");
    await crate.default();
    root.replaceChildren();
    await mount(crate, root);
  } catch (error) {
    const why = error && error.message ? error.message : String(error);
    say(root, `This page could not start (${why}). Load it again; if that does not help, its files are not complete on the server.`);
  }
};
