import { deepStrictEqual } from "node:assert";
import { equal, is, throws } from "uvu/assert";
import { cellsOf, decodeTree, encodeTree, nodeAt } from "../../../deploy/image/device-tree-blob.ts";
import { spec } from "../../harness/spec.ts";
import { debianTree } from "./debian-tree.ts";

/**
 * Written by hand after the Devicetree Specification, chapter 5: a root with `#size-cells = <1>` and a node `a` with an
 * empty property `b`; one memory reservation.
 */
const BY_HAND = [
  "d00dfeed 00000098 00000048 0000008a 00000028 00000011 00000010 00000000 0000000e 00000042",
  "00000000 3b400000 00000000 04000000 00000000 00000000 00000000 00000000",
  "00000001 00000000 00000003 00000004 00000000 00000001",
  "00000004",
  "00000001 61000000 00000003 00000000 0000000c 00000002 00000002 00000009",
].join(" ");
const STRINGS = Buffer.from("#size-cells\0b\0");

function byHand(): Buffer {
  const cells = BY_HAND.split(" ").map((cell) => Number.parseInt(cell, 16));
  const bytes = Buffer.alloc(4 * cells.length);
  for (const [index, cell] of cells.entries()) bytes.writeUInt32BE(cell, 4 * index);
  const whole = Buffer.concat([bytes, STRINGS]);
  whole.writeUInt32BE(whole.length, 4);
  whole.writeUInt32BE(bytes.length, 12);
  return whole;
}

spec("a file as the specification has it is read: nodes, numbers, empty properties, what is reserved", () => {
  const { root, reserved } = decodeTree(byHand());
  equal(cellsOf(root, "#size-cells"), [1]);
  is(nodeAt(root, "/a")?.properties.get("b")?.length, 0);
  is(nodeAt(root, "/b"), undefined);
  is(reserved.length, 32, "one entry, and the one of zeros that ends them");
  is(reserved.readBigUInt64BE(0), 0x3b400000n);
});

spec("what was read is written so that it is read as the same", () => {
  const tree = debianTree();
  deepStrictEqual(decodeTree(encodeTree(tree)), tree);
  const again = decodeTree(encodeTree(decodeTree(byHand())));
  deepStrictEqual(again, decodeTree(byHand()));
});

spec("each name of a property is kept once", () => {
  const text = encodeTree(debianTree()).toString("latin1");
  is(text.split("pinctrl-0\0").length - 1, 1);
});

spec("what is no device tree, or only a part of one, is refused", () => {
  throws(() => decodeTree(Buffer.from("no tree")), /first bytes are not d00dfeed/);
  throws(() => decodeTree(encodeTree(debianTree()).subarray(0, 200)), /200 bytes/);
});
