import { equal, is, match, ok, throws } from "uvu/assert";
import { httpSource } from "../../../deploy/update/http-source.ts";
import { type Offer, parseOffer } from "../../../deploy/update/offer.ts";
import { checkSeal, sealOffer } from "../../../deploy/update/offer-seal.ts";
import { offerServer } from "../../../deploy/update/offer-server.ts";
import { spec } from "../../harness/spec.ts";
import { aKey } from "../release/a-bundle.ts";
import { memorySource, temporary } from "./a-place.ts";

const OFFER: Offer = { url: "http://192.168.1.5:8000/1/release.holdfast", release: "ab".repeat(16) };
const ALL = { ...OFFER, now: true, flipSafe: true, downgrade: true, retry: true, trial: "30s" };
const FOR = { board: "greenhouse", nonce: "12".repeat(16) };
const bytes = (value: unknown) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value));

spec("an offer that anybody may make says which release, and how it is to be had", () => {
  equal(parseOffer(bytes(OFFER)), { offer: OFFER });
  const inParts = { release: OFFER.release, parts: true };
  equal(parseOffer(bytes(inParts)), { offer: inParts });
});

for (const [what, offer, why] of [
  ["no JSON", "hello", "found no JSON"],
  ["nothing in it", {}, "release: found undefined"],
  ["no way to it", { release: OFFER.release }, "url: found undefined"],
  ["another kind of address", { ...OFFER, url: "file:///etc/passwd" }, "url: found"],
  ["an address with a blank", { ...OFFER, url: "http://x --now" }, "url: found"],
  ["an address that is none", { ...OFFER, url: "http://[" }, "url: found"],
  ["a port that there is not", { ...OFFER, url: "http://desk:99999/x" }, "url: found"],
  ["no id", { ...OFFER, release: "latest" }, "release: found"],
  ["a field too many", { ...OFFER, force: true }, "force: found"],
  ["too much of it", { ...OFFER, url: `http://x/${"y".repeat(5000)}` }, "allowed are 4096"],
  ["a seal that is none", { sealed: "{}", key: "x", signature: "y" }, "key: found"],
] as const) {
  spec(`an offer with ${what} is refused in words`, () => match(String(parseOffer(bytes(offer))), why));
}

for (const [name, value] of Object.entries({
  now: true,
  flipSafe: false,
  downgrade: true,
  retry: true,
  trial: "1s",
})) {
  spec(`an offer that nobody has sealed may not say ${name}`, () => {
    match(
      String(parseOffer(bytes({ ...OFFER, [name]: value }))),
      `${name}: found in an offer that nobody has sealed`,
    );
  });
}

spec("a release key seals an offer for one board and one of its numbers; nobody else's seal counts", (t) => {
  const key = aKey(temporary(t));
  const read = parseOffer(bytes(sealOffer(ALL, FOR, key)));
  ok(typeof read === "object" && read.seal !== undefined, String(read));
  equal(read.offer, ALL);
  equal([read.seal.board, read.seal.nonce, read.seal.key], [FOR.board, FOR.nonce, key.trusted.id]);
  checkSeal(read.seal, [key.trusted], "greenhouse");
  const seal = read.seal;
  throws(
    () => checkSeal(seal, [key.trusted], "pump-house"),
    /sealed for the board greenhouse, this is pump-house/,
  );
  throws(() => checkSeal(seal, [], "greenhouse"), /trusted here: no key at all/);
  const stranger = aKey(temporary(t));
  throws(() => checkSeal(seal, [stranger.trusted], "greenhouse"), /trusted here/);
  const text = seal.text.replace('"now":true', '"now":false');
  throws(() => checkSeal({ ...seal, text }, [key.trusted], "greenhouse"), /is of something else/);
});

spec("the signature of a manifest is no seal, and a seal no signature of a manifest", (t) => {
  const key = aKey(temporary(t));
  const text = JSON.stringify({ ...FOR, ...OFFER });
  const signature = key.sign(Buffer.from(text)).toString("base64");
  const read = parseOffer(bytes({ sealed: text, key: key.trusted.id, signature }));
  ok(typeof read === "object" && read.seal !== undefined);
  const { seal } = read;
  throws(() => checkSeal(seal!, [key.trusted], "greenhouse"), /is of something else/);
});

spec("a bundle is served by ranges to who knows its path", async (t) => {
  const content = Buffer.from(Array.from({ length: 5000 }, (_, at) => at % 251));
  const server = await offerServer(memorySource(content), { host: "127.0.0.1", port: 0, tag: "one" });
  t.defer(() => server.close());
  const url = `http://127.0.0.1:${server.port}`;
  const source = await httpSource(`${url}${server.path}`);
  is(source.bytes, 5000);
  const parts: Uint8Array[] = [];
  for await (const part of source.read(1000, 4000)) parts.push(part);
  ok(Buffer.concat(parts).equals(content.subarray(1000, 4000)));
  const status = async (path: string, init: RequestInit = {}) => (await fetch(`${url}${path}`, init)).status;
  is(await status("/other"), 404);
  is(await status(server.path), 416);
  is(await status(server.path, { headers: { Range: "bytes=5000-" } }), 416);
  is(await status(server.path, { headers: { Range: "bytes=4999-" } }), 206);
  is(await status(server.path, { method: "POST" }), 405);
});
