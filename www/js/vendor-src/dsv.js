// d3-dsv for a page whose policy forbids eval: the original writes a function for each table that it reads.
// esbuild puts this in place of the package "d3-dsv" (see xtask/src/vendor.rs).

import { dsvFormat as original } from "../../../node_modules/d3-dsv/dist/d3-dsv.mjs";

export function dsvFormat(delimiter) {
  const format = original(delimiter);
  const parse = (text) => {
    const [columns = [], ...rows] = format.parseRows(text);
    return Object.assign(rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]]))), { columns });
  };
  return { ...format, parse };
}
