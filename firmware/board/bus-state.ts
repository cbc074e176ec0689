import type { SystemFiles } from "../contracts/system-files.ts";
import type { Board } from "./detect-board.ts";
import { descendants, type TreeNode } from "./device-tree.ts";

/** What turns a bus on, for /boot/firmware/config.txt. */
const OVERLAYS: Readonly<Record<string, string>> = {
  "i2c-0": "dtparam=i2c_vc=on",
  "i2c-1": "dtparam=i2c_arm=on",
};

/** The line of config.txt that turns a bus on. */
export function busOverlay(bus: string): string {
  return OVERLAYS[bus] ?? `dtoverlay=${bus.replace("-", "")}`;
}

/** Why a bus cannot be used, ending with what helps; undefined when it can. */
export function busProblem(bus: string, board: Board, files: SystemFiles): string | undefined {
  if (files.list("/sys/class/i2c-dev").includes(bus)) return undefined;
  const node = busNode(bus, board);
  if (node === undefined || !node.enabled) {
    return `it is turned off; "${busOverlay(bus)}" in /boot/firmware/config.txt and a restart turn it on`;
  }
  return "it is on, but the kernel's module for it is not loaded: sudo modprobe i2c-dev (and i2c-dev in /etc/modules)";
}

/** The device-tree node of a bus, by its alias; undefined when it has none. */
export function busNode(bus: string, board: Board): TreeNode | undefined {
  const path = board.tree.text(`aliases/${bus.replace("-", "")}`);
  return path === undefined ? undefined : [...descendants(board.tree)].find((node) => node.path === path);
}
