import type { Board } from "./detect-board.ts";
import { descendants, type TreeNode } from "./device-tree.ts";

/** Who has a line for something else than GPIO. */
export interface PinUser {
  /** `i2c1`: its alias, or its node's name. */
  readonly name: string;
  readonly node: TreeNode;
}

/**
 * Which lines of the header's chip are in use by enabled devices of the device tree, by offset. A device names the
 * pin settings that it wants (`pinctrl-0`, handles of nodes below the GPIO chip), and those name their pins: as
 * numbers (`brcm,pins`, up to the Pi 4) or texts (`pins`, `gpio2`, on the Pi 5).
 */
export function pinFunctions(board: Board): ReadonlyMap<number, PinUser> {
  const settings = new Map<number, readonly number[]>();
  for (const node of descendants(board.gpio)) {
    const [handle] = node.cells("phandle");
    if (handle !== undefined && node !== board.gpio) settings.set(handle, pinsOf(node));
  }
  const aliases = aliasNames(board.tree);
  const users = new Map<number, PinUser>();
  for (const node of descendants(board.tree)) {
    // The chip's own settings are defaults that whoever requests a line overrides.
    if (!node.enabled || node.path === board.gpio.path) continue;
    for (const handle of node.cells("pinctrl-0")) {
      for (const pin of settings.get(handle) ?? []) {
        users.set(pin, { name: aliases.get(node.path) ?? node.name, node });
      }
    }
  }
  return users;
}

/** The short name of each node that has one, by path: `i2c1` for `/soc/i2c@7e804000`. */
export function aliasNames(tree: TreeNode): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const name of ["i2c", "serial", "uart", "spi", "mmc"]) {
    for (let number = 0; number < 32; number++) {
      const path = tree.text(`aliases/${name}${number}`);
      if (path !== undefined && !names.has(path)) names.set(path, `${name}${number}`);
    }
  }
  return names;
}

function pinsOf(node: TreeNode): readonly number[] {
  const numbers = node.cells("brcm,pins");
  if (numbers.length > 0) return numbers;
  return node.texts("pins").flatMap((name) => {
    const [, number] = /^gpio(\d+)$/.exec(name) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
}
