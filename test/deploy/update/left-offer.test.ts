/** The file in which a board leaves an offer for who may write slots: what else may be there in its place. */
import { execFileSync } from "node:child_process";
import { readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, throws } from "uvu/assert";
import { readOffered } from "../../../deploy/cli/offer-words.ts";
import { spec } from "../../harness/spec.ts";
import { temporary } from "./a-place.ts";

const OFFER = { release: "ab".repeat(16), parts: true };

spec("an offer is read once: its file is gone then", (t) => {
  const folder = temporary(t);
  const file = join(folder, "offer.json");
  writeFileSync(file, JSON.stringify(OFFER));
  equal(readOffered(file)?.offer, OFFER);
  equal(readdirSync(folder), []);
  is(readOffered(undefined), undefined);
});

spec(
  "a link is not followed and a pipe not waited for; both are gone then, and what a link led to is not",
  (t) => {
    const folder = temporary(t);
    const [file, other] = [join(folder, "offer.json"), join(folder, "secret")];
    writeFileSync(other, JSON.stringify(OFFER));
    symlinkSync(other, file);
    throws(() => readOffered(file), /--offered: .*offer\.json cannot be read: ELOOP.*; offer it again/);
    execFileSync("mkfifo", [file]);
    throws(() => readOffered(file), /cannot be read: it is no plain file; offer it again/);
    equal(readdirSync(folder), ["secret"]);
  },
);

spec("of a file without an end no more is read than an offer may have", (t) => {
  const folder = temporary(t);
  const file = join(folder, "offer.json");
  writeFileSync(file, "");
  execFileSync("truncate", ["-s", "3G", file]); // more than Node reads at once
  throws(() => readOffered(file), /--offered: found 4097 bytes; allowed are 4096/);
  equal(readdirSync(folder), []);
});
