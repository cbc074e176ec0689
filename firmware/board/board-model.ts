/** A family of boards: what their header's lines are called and where they are. */
export interface BoardFamily {
  /** As device trees say it, `compatible`. */
  readonly soc: string;
  /** Label of the GPIO chip that the header belongs to. */
  readonly chip: string;
  /** `compatible` of that chip's device-tree node. */
  readonly gpio: string;
}

/**
 * Every Raspberry Pi that Node runs on, by its system on a chip: 2, 3, Zero 2 W and CM3 (pinctrl-bcm2835), 4, 400 and
 * CM4 (pinctrl-bcm2711), 5, 500 and CM5 (pinctrl-rp1, a chip of its own behind PCIe). GPIO0 to GPIO27 are lines 0 to
 * 27 of that chip on all of them, and so are the pulls after a reset.
 */
export const FAMILIES: readonly BoardFamily[] = [
  { soc: "brcm,bcm2712", chip: "pinctrl-rp1", gpio: "raspberrypi,rp1-gpio" },
  { soc: "brcm,bcm2711", chip: "pinctrl-bcm2711", gpio: "brcm,bcm2711-gpio" },
  { soc: "brcm,bcm2837", chip: "pinctrl-bcm2835", gpio: "brcm,bcm2835-gpio" },
  { soc: "brcm,bcm2836", chip: "pinctrl-bcm2835", gpio: "brcm,bcm2835-gpio" },
];

/** Boards of the first family, whose processor (ARMv6) has no Node 20. */
export const TOO_OLD = "brcm,bcm2835";
