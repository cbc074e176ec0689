import { equal, is } from "uvu/assert";
import { type BlobNode, cellBytes, cellsOf, nodeAt } from "../../../deploy/image/device-tree-blob.ts";
import { reservePanicMemory } from "../../../deploy/image/panic-memory.ts";
import { spec } from "../../harness/spec.ts";
import { debianTree } from "./debian-tree.ts";

function node(name: string, cells: Readonly<Record<string, number>>, children: BlobNode[] = []): BlobNode {
  const properties = Object.entries(cells).map(([key, value]) => [key, cellBytes(value)] as const);
  return { name, properties: new Map(properties), children };
}

spec("the tree of a Pi keeps 64 KB at 176 MB for a kernel's last words, beside what it keeps already", () => {
  const tree = debianTree();
  const before = nodeAt(tree.root, "/reserved-memory")?.children.length ?? 0;
  reservePanicMemory(tree);
  const found = nodeAt(tree.root, "/reserved-memory/ramoops@b000000")!;
  is(nodeAt(tree.root, "/reserved-memory")!.children.length, before + 1);
  is(found.properties.get("compatible")!.toString(), "ramoops\0");
  equal(cellsOf(found, "reg").slice(-1), [0x10000]);
  is(cellsOf(found, "reg").includes(0x0b000000), true);
});

spec(
  "addresses are written as the tree counts them: in one cell or two, by the root where nothing is kept yet",
  () => {
    const two = node("", { "#address-cells": 2, "#size-cells": 1 });
    reservePanicMemory({ root: two }, { address: 0x1000, bytes: 0x4000 });
    equal(cellsOf(nodeAt(two, "/reserved-memory/ramoops@1000")!, "reg"), [0, 0x1000, 0x4000]);
    equal(cellsOf(nodeAt(two, "/reserved-memory")!, "#address-cells"), [2]);
    const one = node("", {}, [node("reserved-memory", { "#address-cells": 1, "#size-cells": 1 })]);
    reservePanicMemory({ root: one }, { address: 0x1000, bytes: 0x4000 });
    equal(cellsOf(nodeAt(one, "/reserved-memory/ramoops@1000")!, "reg"), [0x1000, 0x4000]);
  },
);
