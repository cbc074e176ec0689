import type { GpioSurvey } from "../../firmware/contracts/gpio-survey.ts";
import type { SystemFiles } from "../../firmware/contracts/system-files.ts";
import type { BrokerNode } from "../mqtt/board-link-options.ts";

/**
 * A machine as `doctor` sees it: read-only, and taken before the checks begin, so that these are plain functions. This
 * one (deploy/board/this-machine.ts), or one that a test wrote down.
 */
export interface Machine {
  readonly files: SystemFiles;
  readonly user: User;
  readonly software: Software;
  readonly clock: ClockState;
  readonly chips: readonly GpioSurvey[];
  /** By bus (`i2c-1`): only those that somebody asked for. */
  readonly scans: ReadonlyMap<string, BusScan>;
  readonly ports: readonly PortState[];
  /** Keys and logins that the configuration names; absent without one. */
  readonly secrets?: readonly SecretFiles[];
  /** A board that runs on this machine. */
  readonly running?: RunningBoard;
  /** Whether this user may read and write it. */
  access(path: string): "ok" | "absent" | "denied";
  /** Of the file system that a folder is on, or would be; undefined when that cannot be told. */
  space(folder: string): Space | undefined;
  /** Processes that have a file open; without root only those of this user are seen. */
  holders(path: string): readonly Holder[];
}

export interface User {
  readonly name: string;
  readonly uid: number;
  /** Names of the groups that this process has, not those that a new login would have. */
  readonly groups: readonly string[];
}

export interface Software {
  /** `20.11.0`. */
  readonly node: string;
  /** When this release was built, ms since 1970: a clock that shows less is wrong. */
  readonly builtAtMs: number;
  /** Why a package with native code does not load, by name; undefined where it does. */
  readonly natives: Readonly<Record<"koffi" | "i2c-bus" | "onoff", string | undefined>>;
  /** Where the board keeps what outlives it. */
  readonly stateFolder: string;
}

export interface ClockState {
  readonly nowMs: number;
  /** Whether the kernel takes its clock for set by something better; undefined when it cannot be asked. */
  readonly synchronised: boolean | undefined;
}

/** What became of asking every address of a bus. */
export type BusScan =
  | {
      /** 7-bit addresses that acknowledged. */
      readonly answered: readonly number[];
      /** Addresses that a kernel driver holds; they were not asked. */
      readonly held: readonly number[];
      readonly error?: never;
    }
  | { readonly error: string };

export interface PortState {
  readonly port: number;
  /** `the page`. */
  readonly what: string;
  /** The option of `holdfast run` that changes it. */
  readonly option: string;
  readonly free: boolean;
}

/** Files of keys or logins that are used together. */
export interface SecretFiles {
  /** `the login at the broker`. */
  readonly what: string;
  /** Absent: this user can read them, nobody else can, and they are what they should be. */
  readonly refused?: { readonly file: string; readonly why: string };
}

export interface RunningBoard {
  readonly id: string;
  readonly hardware: "emulated" | "linux";
  readonly page: string;
  /** Where it is on MQTT and by which version; `cause`: why it is nowhere. */
  readonly broker: BrokerNode | { readonly cause: string };
  readonly devices: readonly {
    readonly id: string;
    readonly driver: string;
    readonly mode: string;
    readonly cause: string | null;
  }[];
}

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Files that can still be made; file systems without such a limit say 0 of 0. */
  readonly freeFiles: number;
  readonly totalFiles: number;
}

export interface Holder {
  readonly pid: number;
  readonly name: string;
}
