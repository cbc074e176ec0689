import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage, type ImageReport } from "../../deploy/image/build-image.ts";
import { PLACES } from "../../deploy/image/card.ts";
import type { Provision } from "../../deploy/image/provision.ts";
import { buildApplication } from "../../deploy/release/application.ts";
import type { ReleaseKey } from "../../deploy/release/release-key.ts";
import { demoFile } from "../deploy/demo-board.ts";
import type { SpecContext } from "../harness/spec.ts";

const MIB = 1_048_576;
/** QEMU's cards are powers of two; ours is smaller, so the data partition has something to grow into. */
const CARD_MIB = 512;

/** An emulated processor beside other work is late at everything; the board must not take that for death. */
export const PATIENT: Readonly<Record<string, string>> = {
  HOLDFAST_PET_LIMIT: "60s",
  HOLDFAST_KERNEL_LIMIT: "60s",
  HOLDFAST_GUARDIAN_LIMIT: "60s",
};

/** A card, what its boot partition holds, and a key that it lets in. */
export interface TestCard {
  readonly image: string;
  readonly report: ImageReport;
  /** Seconds that making it took. */
  readonly seconds: number;
  /** Folder of the application in its slot. */
  readonly application: string;
  /** Private key of root. */
  readonly key: string;
  /** A file of the boot partition, copied out of it: what the firmware would hand to the kernel. */
  boot(name: string): string;
}

/**
 * Makes a card. `config`: text of its board.config.json. The application is the demo board's, from the folder
 * HOLDFAST_TEST_APPLICATION where there is one already: what a board runs is on its data partition.
 */
export async function testCard(
  t: SpecContext,
  config: string,
  { trusted = [], ...provision }: Provision & { readonly trusted?: readonly ReleaseKey[] } = {},
): Promise<TestCard> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-card-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  const kept = trusted.length > 0 ? undefined : process.env.HOLDFAST_TEST_APPLICATION;
  const application = kept ?? at("application");
  if (!existsSync(application)) {
    const demo = { target: "linux-arm64", config: demoFile, out: application, trusted } as const;
    await buildApplication(demo);
  }
  writeFileSync(at("board.config.json"), config);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at("key")]);
  const startedMs = performance.now();
  const report = await buildImage({
    config: at("board.config.json"),
    out: at("card.img"),
    application,
    provision: {
      sshKeys: [readFileSync(at("key.pub"), "utf8").trim()],
      ntp: ["10.0.2.2"],
      ...provision,
      environment: { ...PATIENT, ...provision.environment },
    },
  });
  const seconds = (performance.now() - startedMs) / 1000;
  truncateSync(at("card.img"), CARD_MIB * MIB);
  return {
    image: at("card.img"),
    report,
    seconds,
    application,
    key: at("key"),
    boot: (name) => {
      const place = `${at("card.img")}@@${PLACES.boot.from}M`;
      execFileSync("mcopy", ["-o", "-n", "-i", place, `::/${name}`, at(name)]);
      return at(name);
    },
  };
}
