import type { SystemFiles } from "../contracts/system-files.ts";
import { textFile, textList } from "./text-file.ts";

/** Where Linux shows the device tree of the machine. */
export const DEVICE_TREE = "/proc/device-tree";

/** A node of the device tree, by its path below the root (`/soc/i2c@7e804000`; the root is empty). */
export class TreeNode {
  readonly path: string;
  readonly #files: SystemFiles;

  constructor(files: SystemFiles, path: string) {
    this.#files = files;
    this.path = path;
  }

  /** `i2c@7e804000`. */
  get name(): string {
    return this.path.slice(this.path.lastIndexOf("/") + 1);
  }

  /** Most specific first; empty when the node has none. */
  get compatible(): readonly string[] {
    return this.texts("compatible");
  }

  /** A node is in use unless it says otherwise (Devicetree Specification 0.4, 2.3.4). */
  get enabled(): boolean {
    const status = this.text("status");
    return status === undefined || status === "okay" || status === "ok";
  }

  get children(): readonly TreeNode[] {
    return this.#files
      .list(this.#place(""))
      .filter((name) => this.#files.list(this.#place(name)).length > 0)
      .map((name) => new TreeNode(this.#files, `${this.path}/${name}`));
  }

  text(property: string): string | undefined {
    return textFile(this.#files, this.#place(property));
  }

  texts(property: string): readonly string[] {
    return textList(this.#files, this.#place(property)) ?? [];
  }

  /** Numbers of 32 bits, big-endian (2.2.4). */
  cells(property: string): readonly number[] {
    const bytes = Buffer.from(this.#files.read(this.#place(property)) ?? []);
    return Array.from({ length: bytes.length >> 2 }, (_, index) => bytes.readUInt32BE(4 * index));
  }

  #place(name: string): string {
    return `${DEVICE_TREE}${this.path}/${name}`.replace(/\/$/, "");
  }
}

/** The node itself and every node below it. */
export function* descendants(node: TreeNode): Generator<TreeNode> {
  yield node;
  for (const child of node.children) yield* descendants(child);
}
