import { HardwareError } from "../contracts/hardware-error.ts";
import type { SystemFiles } from "../contracts/system-files.ts";
import { type BoardFamily, FAMILIES, TOO_OLD } from "./board-model.ts";
import { descendants, TreeNode } from "./device-tree.ts";

/** What this machine is. */
export interface Board {
  /** `Raspberry Pi 4 Model B Rev 1.4`, for people. */
  readonly model: string;
  readonly family: BoardFamily;
  /** A Compute Module: which pins its lines come out at is its carrier's business. */
  readonly module: boolean;
  /** The header's GPIO chip in the device tree. */
  readonly gpio: TreeNode;
  readonly tree: TreeNode;
}

/** What the device tree says. Throws `HardwareError` for a machine that is no Raspberry Pi, or one that is too old. */
export function detectBoard(files: SystemFiles): Board {
  const tree = new TreeNode(files, "");
  const model = tree.text("model");
  if (model === undefined) {
    throw new HardwareError(
      'this machine has no device tree, so it is no Raspberry Pi: "hardware": "emulated", or --emulated, runs anywhere',
    );
  }
  const family = FAMILIES.find(({ soc }) => tree.compatible.includes(soc));
  if (family === undefined) {
    const why = tree.compatible.includes(TOO_OLD)
      ? "its processor is too old for Node 20; a Zero 2 W fits in the place of a Zero"
      : `a Raspberry Pi 2 to 5, Zero 2 W or Compute Module 3 to 5 is wanted (${tree.compatible.join(", ")})`;
    throw new HardwareError(`${model}: ${why}`);
  }
  for (const gpio of descendants(tree)) {
    if (!gpio.compatible.includes(family.gpio)) continue;
    const module = tree.compatible.some((name) => name.includes("compute-module"));
    return { model, family, module, gpio, tree };
  }
  throw new HardwareError(
    `${model}: its device tree has no GPIO chip (${family.gpio}); the firmware may be too old`,
  );
}
