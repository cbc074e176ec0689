/** `holdfast flash --config`: makes a board's card, of Holdfast OS or of the vendor's image, and writes it. */
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BoardConfig } from "../config/board-schema.ts";
import { formatProblems } from "../config/format-problems.ts";
import { loadConfig } from "../config/load-config.ts";
import { ImageSource } from "../flash/image-source.ts";
import { writeImage } from "../flash/write-image.ts";
import { buildImage } from "../image/build-image.ts";
import { hostnameOf } from "../image/data-files.ts";
import { newPassword, passwordHash } from "../image/password.ts";
import { type Provision, readProvision } from "../image/provision.ts";
import type { ReleaseKey } from "../release/release-key.ts";
import { FolderBootFiles } from "../vendor/boot-files.ts";
import { FIRST_RUN } from "../vendor/first-run.ts";
import { injectBoard } from "../vendor/inject.ts";
import { commandLineOf, prepareBoot } from "../vendor/prepare-boot.ts";
import { cardRelease } from "./card-release.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { agreedPlace, type FlashTarget, writeThere } from "./flash.ts";
import { Progress } from "./progress.ts";

export interface FlashBoardOptions extends FlashTarget {
  /** board.config.json. */
  readonly config: string;
  /** Whose releases it takes. */
  readonly trusted: readonly ReleaseKey[];
  /** What the board is told beside it. */
  readonly provision?: string;
  /** The vendor's image; absent: Holdfast OS. */
  readonly os?: string;
  /** Where the boot partition of a card with Raspberry Pi OS is mounted: only that is written. */
  readonly bootFolder?: string;
  /** A release that was made elsewhere, for both of these. */
  readonly bundle?: string;
}

const VENDOR_IMAGE =
  "it is Raspberry Pi OS Lite (64-bit), the .img.xz of https://www.raspberrypi.com/software/operating-systems/";

/** The first user of Raspberry Pi OS, as its own tools call it. */
const USER = "pi";

/** Nothing is made before it is clear where it goes. Throws `CliError`, `ImageError`, `ReleaseError`, `VendorError` or `FlashError`: what stands in the way, and what helps. */
export async function flashBoard(options: FlashBoardOptions): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "holdfast-card-"));
  try {
    if (options.bootFolder !== undefined) return await bootFolder(options, options.bootFolder, work);
    if (options.os !== undefined && !existsSync(options.os))
      throw new CliError(EXIT.usage, `--os: there is no ${options.os}; ${VENDOR_IMAGE}`);
    const place = await agreedPlace(options, options.os);
    const card = join(work, "card.img");
    const login =
      options.os === undefined
        ? await ownSystem(options, card)
        : await vendorSystem(options, options.os, card, work);
    await writeThere(new ImageSource(card), place, options);
    tellLogin(options, login);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface Login {
  readonly user: string;
  readonly password: string;
}

async function ownSystem(options: FlashBoardOptions, card: string): Promise<Login | undefined> {
  const { password } = await buildImage({
    config: options.config,
    out: card,
    trusted: options.trusted,
    step: stepTeller(options),
    ...(options.provision !== undefined && { provision: readProvision(options.provision) }),
  });
  return password === undefined ? undefined : { user: "root", password };
}

async function vendorSystem(
  options: FlashBoardOptions,
  os: string,
  card: string,
  work: string,
): Promise<Login | undefined> {
  const parts = await boardParts(options, work);
  await unpacked(os, card);
  const { version } = parts;
  const outcome = injectBoard({
    ...parts,
    image: card,
    release: `${version} linux-arm64`,
    step: stepTeller(options),
  });
  return outcome === "present" ? undefined : parts.told;
}

async function bootFolder(options: FlashBoardOptions, folder: string, work: string): Promise<void> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new CliError(EXIT.usage, `--boot-folder: there is no folder ${folder}`);
  const boot = new FolderBootFiles(folder);
  commandLineOf(boot); // before anything is made
  const parts = await boardParts(options, work);
  prepareBoot({ ...parts, boot, step: stepTeller(options) });
  const log = `what becomes of it is written to ${FIRST_RUN.log} there`;
  if (options.json) process.stdout.write(`${JSON.stringify({ path: folder })}\n`);
  else
    process.stdout.write(
      `${folder} is ready: eject the card; its first boot installs the board, and ${log}\n`,
    );
  tellLogin(options, parts.told);
}

/** Application, settings and the first user. */
async function boardParts({ config: configFile, provision, ...rest }: FlashBoardOptions, work: string) {
  const config = realBoard(configFile);
  const given: Provision = provision === undefined ? {} : readProvision(provision);
  const settings = { ...given, hostname: given.hostname ?? hostnameOf(config.board.id) };
  const release = await cardRelease({ ...rest, config, configFile, work, step: stepTeller(rest) });
  const parts = { config, configFile, ...release, settings };
  if (settings.console === "off") return { ...parts, told: undefined };
  const password = newPassword();
  const login = { user: USER, hash: passwordHash(password) };
  return { ...parts, login, told: { user: USER, password } };
}

function realBoard(file: string): BoardConfig {
  const { config, problems = [], warnings } = loadConfig(file);
  if (config === undefined) throw new CliError(EXIT.usage, formatProblems(problems, warnings, file));
  if (config.hardware === "emulated")
    throw new CliError(EXIT.usage, `${file}: found "hardware": "emulated"; a card is for real pins: "linux"`);
  return config;
}

async function unpacked(os: string, card: string): Promise<void> {
  const image = new ImageSource(os);
  const progress = new Progress();
  progress.begin("unpacking");
  await writeImage(
    image.open(),
    { path: card },
    { onProgress: (_, bytes) => progress.show(image.progress, bytes) },
  );
  progress.end(`unpacked ${os}`);
}

function stepTeller({ json }: { readonly json: boolean }) {
  return (what: string) =>
    void process.stderr.write(json ? `${JSON.stringify({ step: what })}\n` : `${what} ...\n`);
}

function tellLogin({ json }: { readonly json: boolean }, login: Login | undefined): void {
  if (login === undefined) return;
  const { user, password } = login;
  process.stdout.write(
    json
      ? `${JSON.stringify({ login })}\n`
      : `login: ${user}, password ${password} (it is told here and nowhere else)\n`,
  );
}
