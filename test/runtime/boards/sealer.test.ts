import { createHmac } from "node:crypto";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { ByteWriter } from "../../../runtime/boards/bytes.ts";
import { SEAL_BYTES, Sealer } from "../../../runtime/boards/sealer.ts";
import { spec } from "../../harness/spec.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const sealed = (key: Uint8Array, packet: Uint8Array) => new Sealer(key).seal(new ByteWriter().raw(packet));

// RFC 4231, 4.3 and 4.4: HMAC-SHA-256, of which the first half is the seal.
spec("seals are those of RFC 4231", () => {
  const two = sealed(Buffer.from("Jefe"), Buffer.from("what do ya want for nothing?"));
  assert.is(hex(two.subarray(28)), "5bdcc146bf60754e6a042426089575c7");
  const three = sealed(new Uint8Array(20).fill(0xaa), new Uint8Array(50).fill(0xdd));
  assert.is(hex(three.subarray(50)), "773ea91e36800e46854db8ebd09181a7");
});

spec("one sealer seals packets of any length, one after the other, as Node's HMAC does", () => {
  const key = Buffer.alloc(32, "key");
  const sealer = new Sealer(key);
  for (const length of [0, 1, 150, 1023, 1024, 1025, 70_000, 3]) {
    const packet = Buffer.alloc(length, `${length}`);
    const expected = createHmac("sha256", key).update(packet).digest().subarray(0, SEAL_BYTES);
    const bytes = sealer.seal(new ByteWriter().raw(packet));
    assert.is(hex(bytes.subarray(length)), hex(expected), `${length}`);
    assert.is(hex(sealer.unseal(bytes)!), hex(packet));
  }
});

spec("whatever is changed, left out or sealed with another key is refused", () => {
  const sealer = new Sealer(Buffer.alloc(32, "key"));
  const bytes = sealed(Buffer.alloc(32, "key"), Buffer.from("water the beds for ten minutes"));
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = bytes.slice();
      changed[at]! ^= change;
      assert.is(sealer.unseal(changed), undefined);
    }),
  );
  for (let length = 0; length < bytes.length; length++)
    assert.is(sealer.unseal(bytes.subarray(0, length)), undefined);
  assert.is(new Sealer(Buffer.alloc(32, "other")).unseal(bytes), undefined);
  assert.is.not(sealer.unseal(bytes), undefined);
});
