/** What a Pi 3's device tree of Debian's kernel says of its header, copied by hand from bcm2837-rpi-3-b.dtb of linux-image-6.1. */
import {
  type BlobNode,
  cellBytes,
  nodeAt,
  type TreeBlob,
  textBytes,
} from "../../../deploy/image/device-tree-blob.ts";
import type { SystemFiles } from "../../../firmware/contracts/system-files.ts";

/** A node: texts and numbers are properties, objects are nodes below it. */
interface Sketch {
  readonly [name: string]: string | readonly string[] | readonly number[] | Sketch;
}

const PI_3: Sketch = {
  compatible: ["raspberrypi,3-model-b", "brcm,bcm2837"],
  model: "Raspberry Pi 3 Model B",
  aliases: { serial0: "/soc/serial@7e201000", serial1: "/soc/serial@7e215040" },
  soc: {
    "gpio@7e200000": {
      compatible: "brcm,bcm2835-gpio",
      phandle: [0x0f],
      "pinctrl-0": [0x09],
      i2c0_gpio0: { "brcm,pins": [0, 1], "brcm,function": [4], phandle: [0x0d] },
      i2c1_gpio2: { "brcm,pins": [2, 3], "brcm,function": [4], phandle: [0x15] },
      uart1_gpio14: { "brcm,pins": [14, 15], "brcm,function": [2], phandle: [0x10] },
      uart0_gpio32: { "brcm,pins": [32, 33], "brcm,function": [7], phandle: [0x08] },
      pwm0_gpio40: { "brcm,pins": [40], "brcm,function": [4], phandle: [0x11] },
    },
    "serial@7e201000": { status: "okay", "pinctrl-0": [0x08] },
    "spi@7e204000": { compatible: "brcm,bcm2835-spi", status: "disabled" },
    "i2c@7e205000": { status: "okay", "pinctrl-0": [0x0d], "clock-frequency": [100_000] },
    "pwm@7e20c000": { compatible: "brcm,bcm2835-pwm", status: "okay", "pinctrl-0": [0x11] },
    "serial@7e215040": { status: "okay", "pinctrl-0": [0x10] },
    "spi@7e215080": { compatible: "brcm,bcm2835-aux-spi", status: "disabled" },
    "i2c@7e804000": { status: "okay", "pinctrl-0": [0x15], "clock-frequency": [100_000] },
  },
};

/** A tree that may be changed. */
export function debianTree(): TreeBlob {
  return { root: nodeOf("", PI_3), reserved: Buffer.alloc(16), bootCpu: 0 };
}

/** A machine that was started with this tree; `sys` holds what the kernel made of it, names by folder. */
export function machineOf({ root }: TreeBlob, sys: Readonly<Record<string, readonly string[]>>): SystemFiles {
  const at = (path: string) => {
    const [, below] = /^\/proc\/device-tree(.*)$/.exec(path) ?? [];
    if (below === undefined) return undefined;
    const cut = below.lastIndexOf("/");
    const parent = nodeAt(root, below.slice(0, Math.max(cut, 0)));
    return { node: nodeAt(root, below), property: parent?.properties.get(below.slice(cut + 1)) };
  };
  return {
    read: (path) => at(path)?.property,
    list: (path) => {
      const node = at(path)?.node;
      if (node !== undefined)
        return [...node.properties.keys(), ...node.children.map(({ name }) => name)].sort();
      return [...(sys[path] ?? [])];
    },
  };
}

function nodeOf(name: string, sketch: Sketch): BlobNode {
  const node: BlobNode = { name, properties: new Map(), children: [] };
  for (const [key, value] of Object.entries(sketch)) {
    if (typeof value === "string") node.properties.set(key, textBytes(value));
    else if (!Array.isArray(value)) node.children.push(nodeOf(key, value as Sketch));
    else if (typeof value[0] === "number") node.properties.set(key, cellBytes(...(value as number[])));
    else node.properties.set(key, textBytes(...(value as string[])));
  }
  return node;
}
