//! The server's plugins that the cases use: a pipe, tools, an action and a filter, in tests/e2e/plugins/.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";

/** The model that does what a message's script says (see plugins/events.py). */
export const EVENTS = "events";
/** The scripted model again, but each call of a tool waits for the user's approval, and neither states nor sources are shown. */
export const CAREFUL = "careful";
/** The tools, for `tool_ids`: `add`, `show_card` and `every_event`. "careful" names them in its `meta.toolIds`. */
export const TOOLBOX = "toolbox";
/** The button under a reply. */
export const SHOUT = "shout";
/** The filter that the user switches on, for `filter_ids`. */
export const POLITE = "polite";

/** Whoever is signed in may use it. */
export const EVERYBODY = [{ principal_type: "user", principal_id: "*", permission: "read" }];

const FUNCTIONS = { [EVENTS]: "events.py", [SHOUT]: "action.py", [POLITE]: "filter.py" };

/** Installs the plugins by the administrator's REST calls; gives the `meta` of a model that has them. */
export async function installPlugins(admin) {
  await Promise.all([
    ...Object.entries(FUNCTIONS).map(async ([id, file]) => {
      await admin("/api/v1/functions/create", { body: plugin(id, file) });
      await admin(`/api/v1/functions/id/${id}/toggle`, { method: "POST" });
    }),
    admin("/api/v1/tools/create", { body: { ...plugin(TOOLBOX, "tools.py"), access_grants: EVERYBODY } }),
  ]);
  return { actionIds: [SHOUT], filterIds: [POLITE] };
}

/** A plugin as it is created; its name is its title, its description is read by those who may use it. */
function plugin(id, file) {
  const content = readFileSync(join(ROOT, "tests/e2e/plugins", file), "utf8");
  const [name, description] = ["title", "description"].map((key) => content.match(new RegExp(`^${key}: (.*)$`, "m"))[1]);
  return { id, name, content, meta: { description } };
}
