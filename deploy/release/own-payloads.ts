/** The payloads of an application for boards that keep releases in folders. */
import { join } from "node:path";
import type { Application } from "./application.ts";
import type { PayloadFile } from "./bundle-writer.ts";
import { key } from "./npm-package.ts";
import { describeFiles, packFiles } from "./packed-files.ts";
import { cacheFolder, keptFile } from "./release-cache.ts";

/** Node's program is a payload of its own: the same in every release, so a board that has it need not get it again. */
export const NODE_PAYLOAD = "node.tar.gz";
export const APPLICATION_PAYLOAD = "application.tar.gz";

/** Packs them: Node's into the user's cache, where it may be already, the other into `aside`, a folder. */
export async function ownPayloads(
  { folder, target }: Pick<Application, "folder" | "target">,
  aside: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<PayloadFile[]> {
  const files = await describeFiles(folder);
  const ofNode = files.filter(({ path }) => path === "bin/node");
  const others = files.filter(({ path }) => path !== "bin/node");
  // Packing it takes longer than all the rest.
  const stamp = key(...ofNode.map(({ sha256 }) => sha256), process.versions.zlib);
  const node = await keptFile(join(cacheFolder(environment), `${target}-${stamp}.tar.gz`), (path) =>
    packFiles(folder, ofNode, path),
  );
  const application = join(aside, APPLICATION_PAYLOAD);
  await packFiles(folder, others, application);
  return [
    { name: NODE_PAYLOAD, file: node, files: ofNode },
    { name: APPLICATION_PAYLOAD, file: application, files: others },
  ];
}
