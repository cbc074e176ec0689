/** Which of the kernel's modules a board gets: those of the boards it may run on, and of the buses that it uses. */
import type { HardwarePlan } from "../../firmware/contracts/output-plan.ts";

/**
 * Loaded by the first file system: the card, what is on it, and the watchdog. The first three are QEMU's, as i6300esb is; ext4 asks
 * for a checksum by name, which no module says that it needs.
 */
const DISK = [
  ...["virtio_pci", "virtio_mmio", "virtio_blk"],
  ...["gpio_regulator", "sdhci_iproc", "bcm2835"],
  ...["squashfs", "crc32c_generic", "ext4"],
  ...["i6300esb", "bcm2835_wdt"],
];

/** Loaded by a slot: network, random numbers, clock and heat of the processor, memory for the last words of a kernel. */
const BOARD = [
  ...["virtio_net", "virtio_rng"],
  ...["phy_generic", "dwc2", "smsc95xx", "lan78xx", "microchip", "broadcom", "mdio_bcm_unimac", "genet"],
  ...["bcm2835_rng", "bcm2835_thermal", "bcm2711_thermal", "raspberrypi_cpufreq", "i2c_dev"],
  "ramoops",
];

/** Loaded where Wi-Fi is configured: the radio of a Pi. */
const WIFI = ["brcmfmac"];

export interface ModuleNames {
  readonly disk: readonly string[];
  readonly board: readonly string[];
}

/** Names as the kernel spells them; what they depend on is not named. */
export function moduleNames({ buses, outputs }: HardwarePlan, wifi: boolean): ModuleNames {
  const used = [
    ...(buses.some(({ spi, w1 }) => spi === undefined && w1 === undefined) ? ["i2c_bcm2835"] : []),
    ...(buses.some(({ bus }) => bus === "spi0") ? ["spi_bcm2835"] : []),
    ...(buses.some(({ bus }) => bus === "spi1") ? ["spi_bcm2835aux"] : []),
    ...(buses.some(({ w1 }) => w1 !== undefined) ? ["w1_gpio", "w1_therm"] : []),
    ...(outputs.some(({ kind }) => kind === "pwm") ? ["pwm_bcm2835"] : []),
  ];
  return { disk: DISK, board: [...BOARD, ...used, ...(wifi ? WIFI : [])] };
}
