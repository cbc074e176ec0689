import fc from "fast-check";
import * as assert from "uvu/assert";
import { ConnectLogin, withLogin } from "../../deploy/mqtt/connect-login.ts";
import { spec } from "../harness/spec.ts";

const LOGIN = { user: "ab", password: "xyz" };
const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const shown = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex").replace(/../g, "$& ").trim();

/** By hand: fixed header, "MQTT", version, flags, keep-alive 10 s, [properties], client id "c", then what is asserted. */
const WORDS: readonly (readonly [what: string, before: string, after: string])[] = [
  [
    "3.1.1, clean session",
    "10 0d 0004 4d515454 04 02 000a 0001 63",
    "10 16 0004 4d515454 04 c2 000a 0001 63 0002 6162 0003 78797a",
  ],
  [
    "5, clean start, session expiry 0",
    "10 13 0004 4d515454 05 02 000a 05 11 00000000 0001 63",
    "10 1c 0004 4d515454 05 c2 000a 05 11 00000000 0001 63 0002 6162 0003 78797a",
  ],
  [
    "3.1.1 with a will t, m, QoS 1, retained",
    "10 13 0004 4d515454 04 2e 000a 0001 63 0001 74 0001 6d",
    "10 1c 0004 4d515454 04 ee 000a 0001 63 0001 74 0001 6d 0002 6162 0003 78797a",
  ],
  [
    "3.1, MQIsdp",
    "10 0f 0006 4d5149736470 03 02 000a 0001 63",
    "10 18 0006 4d5149736470 03 c2 000a 0001 63 0002 6162 0003 78797a",
  ],
];
for (const [what, before, after] of WORDS) {
  spec(`a CONNECT of ${what} gets the login at its end, two flags and nine more bytes`, () => {
    assert.is(shown(withLogin(hex(before), LOGIN)), shown(hex(after)));
  });
}

spec("one that has a user of its own stays as it is", () => {
  const own = hex("10 10 0004 4d515454 04 82 000a 0001 63 0001 7a");
  assert.is(shown(withLogin(own, LOGIN)), shown(own));
});

spec("the remaining length grows a byte where it has to", () => {
  const id = "c".repeat(113);
  const before = Buffer.concat([hex("10 7d 0004 4d515454 04 02 000a 0071"), Buffer.from(id)]);
  const after = withLogin(before, LOGIN);
  assert.is(shown(after.subarray(0, 3)), "10 86 01");
  assert.is(after.length, 3 + 0x86);
});

/** What comes out of these chunks, and the error at its end. */
async function through(chunks: readonly Uint8Array[]): Promise<{ bytes: Buffer; error?: Error }> {
  const stream = new ConnectLogin(LOGIN);
  const out: Buffer[] = [];
  stream.on("data", (data) => out.push(data));
  const ended = new Promise<Error | undefined>((done) => {
    stream.once("error", done);
    stream.once("end", () => done(undefined));
  });
  for (const chunk of chunks) stream.write(Buffer.from(chunk));
  stream.end();
  const error = await ended;
  return { bytes: Buffer.concat(out), ...(error && { error }) };
}

spec("however the bytes are cut, CONNECT gets its login and what follows passes untouched", async () => {
  const [, before, after] = WORDS[1]!;
  const property = fc.asyncProperty(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(fc.integer({ min: 0, max: 320 }), { maxLength: 8 }),
    async (rest, cuts) => {
      const bytes = Buffer.concat([hex(before), rest]);
      const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index]!, end));
      const { bytes: out, error } = await through(chunks);
      assert.is(error, undefined);
      assert.is(shown(out), shown(Buffer.concat([hex(after), rest])));
    },
  );
  await fc.assert(property, { numRuns: 300 });
});

spec("bytes that are no CONNECT end the stream, and none of them reaches the broker", async () => {
  const property = fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
    if (bytes[0]! >> 4 === 1) bytes[0] = 0x30;
    const { bytes: out, error } = await through([bytes]);
    assert.instance(error, RangeError);
    assert.is(out.length, 0);
  });
  await fc.assert(property, { numRuns: 200 });
  const huge = await through([hex("10 ff ff ff 7f"), Buffer.alloc(100)]);
  assert.match(huge.error?.message ?? "", /a CONNECT of 268435460 bytes/);
  assert.match((await through([hex("10 ff ff ff ff")])).error?.message ?? "", /more than four bytes/);
});
