import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { makeLinkSecret, readLinkSecret } from "../../../deploy/links/link-secret.ts";
import { PrivateFileError } from "../../../deploy/mqtt/private-file.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";

function aFile(t: SpecContext): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-secret-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  return join(folder, "links.key");
}

function refusal(file: string): string {
  try {
    readLinkSecret(file);
  } catch (error) {
    if (error instanceof PrivateFileError) return error.message;
    throw error;
  }
  throw new Error("it was taken");
}

spec("a secret is 32 bytes, its owner's only, another each time, and never overwritten", (t) => {
  const [file, other] = [aFile(t), aFile(t)];
  assert.equal([makeLinkSecret(file), makeLinkSecret(other)], [true, true]);
  assert.is(statSync(file).mode & 0o777, 0o600);
  const secret = Buffer.from(readLinkSecret(file));
  assert.is(secret.length, 32);
  assert.not(secret.equals(readLinkSecret(other)));
  assert.is(makeLinkSecret(file), false, "it is kept");
  assert.ok(secret.equals(readLinkSecret(file)));
});

spec("a secret that others may read, that is missing, or that is none, is refused with what helps", (t) => {
  const file = aFile(t);
  assert.match(refusal(file), /there is no such file/);
  makeLinkSecret(file);
  chmodSync(file, 0o640);
  assert.match(refusal(file), /others may read or write it \(mode 0640\).*chmod 600/);
  writeFileSync(file, "password\n");
  chmodSync(file, 0o600);
  assert.match(refusal(file), /holds no secret of links; copy the one that "holdfast keys link" made/);
});
