import { equal, is, match, ok } from "uvu/assert";
import { httpSource } from "../../../deploy/update/http-source.ts";
import { offerWords, parseOffer } from "../../../deploy/update/offer.ts";
import { offerServer } from "../../../deploy/update/offer-server.ts";
import { spec } from "../../harness/spec.ts";
import { memorySource } from "./a-place.ts";

const OFFER = { url: "http://192.168.1.5:8000/1/release.holdfast", release: "ab".repeat(16) };
const bytes = (value: unknown) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value));

spec("an offer says where, what, and what is allowed", () => {
  equal(parseOffer(bytes(OFFER)), OFFER);
  equal(offerWords(OFFER), ["--from", OFFER.url]);
  const all = { ...OFFER, now: true, flipSafe: true, downgrade: true, retry: true, trial: "30s" };
  equal(parseOffer(bytes(all)), all);
  const words = ["--now", "--flip-safe", "--downgrade", "--retry", "--trial", "30s"];
  equal(offerWords(all), ["--from", OFFER.url, ...words]);
});

for (const [what, offer, why] of [
  ["no JSON", "hello", "found no JSON"],
  ["nothing in it", {}, "url: found undefined"],
  ["another kind of address", { ...OFFER, url: "file:///etc/passwd" }, "url: found"],
  ["an address with a blank", { ...OFFER, url: "http://x --now" }, "url: found"],
  ["no id", { ...OFFER, release: "latest" }, "release: found"],
  ["a field too many", { ...OFFER, force: true }, "force: found"],
  ["a time that is none", { ...OFFER, trial: "soon" }, "trial: found"],
  ["too much of it", { ...OFFER, url: `http://x/${"y".repeat(3000)}` }, "allowed are 2048"],
] as const) {
  spec(`an offer with ${what} is refused in words`, () => {
    const found = parseOffer(bytes(offer));
    match(String(found), why);
  });
}

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
