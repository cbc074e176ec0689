/** The slot of Holdfast OS as a part of a release (`holdfast release --image`). */
import { join } from "node:path";
import type { Application } from "../release/application.ts";
import type { PayloadFile } from "../release/bundle-writer.ts";
import { SLOT_PAYLOAD } from "../update/disk-slots.ts";
import { buildSlot, systemParts } from "./build-slot.ts";
import { ImageError } from "./image-error.ts";

/** `aside`: a folder to write into. Throws `ImageError` ("badConfig") for an application that is not for linux-arm64. */
export async function slotPayload(
  { folder, target }: Application,
  aside: string,
  step: (what: string) => void,
): Promise<readonly PayloadFile[]> {
  if (target !== "linux-arm64")
    throw new ImageError("badConfig", `--image: found target ${target}; Holdfast OS is for linux-arm64`);
  const file = join(aside, SLOT_PAYLOAD);
  step("slot for Holdfast OS");
  const { holds } = await buildSlot({ application: folder, out: file, parts: await systemParts({ step }) });
  return [{ name: SLOT_PAYLOAD, file, holds }];
}
