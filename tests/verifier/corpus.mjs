// Runs the second verifier over many bundles: node corpus.mjs LIST, where LIST is JSON of {dir, key, since} and the answer
// is JSON too, the names of what was found in each. Called by the Go test that makes the bundles.
import { readFileSync } from "node:fs";
import { verifyBundle } from "./verify.mjs";

const out = JSON.parse(readFileSync(process.argv[2], "utf8")).map(({ dir, key, since }) => {
  try {
    return verifyBundle(dir, { key: key || undefined, since: since || undefined }).map((f) => f.code);
  } catch (err) {
    return [`error ${err}`];
  }
});
console.log(JSON.stringify(out));
