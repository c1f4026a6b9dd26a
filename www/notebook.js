import "./js/offline.js";
import { boot } from "./js/boot.js";

boot((crate, root) => crate.mountNotebook(root));
