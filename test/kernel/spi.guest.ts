/** SPI through spidev, against a simulated controller: CE0 answers complements, CE1 is an MCP3008. */
import { readFileSync, writeFileSync } from "node:fs";
import { equal, is } from "uvu/assert";
import { Mcp3008 } from "../../devices/drivers/mcp3008.ts";
import type { BusPlan } from "../../firmware/contracts/bus-plan.ts";
import type { SpiChipPlan, SpiTarget } from "../../firmware/contracts/spi.ts";
import { SpiDevBus } from "../../firmware/linux/spi-dev-bus.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { quietFor } from "../harness/until.ts";

const PARAMETERS = "/sys/module/spi_sim/parameters";
const parameter = (name: string) => Number(readFileSync(`${PARAMETERS}/${name}`, "utf8"));

function open(t: SpecContext, ...spi: readonly SpiChipPlan[]) {
  const said: string[] = [];
  const plan: BusPlan = { bus: "spi0", hz: 1_000_000, spi };
  const bus = new SpiDevBus(plan, (why) => said.push(why));
  t.defer(() => bus.close());
  const transfer = (select: number, bytes: readonly number[], reads = bytes.length) =>
    new Promise<{ status: string; bytes: number[] }>((resolve) => {
      bus.transfer(select, Uint8Array.from(bytes), reads, (status, answer, length) =>
        resolve({ status, bytes: [...answer.subarray(0, length)] }),
      );
    });
  return { said, transfer };
}

spec("as many bytes come in as go out, at the same time", async (t) => {
  const { transfer, said } = open(t, { select: 0, mode: 0, hz: 1_000_000 });
  equal(await transfer(0, [0x00, 0x0f, 0xa5]), { status: "ok", bytes: [0xff, 0xf0, 0x5a] });
  equal((await transfer(0, new Array(256).fill(1))).bytes, new Array(256).fill(0xfe));
  equal(said, []);
});

spec("each chip select has its mode and its clock", async (t) => {
  const { transfer } = open(t, { select: 0, mode: 3, hz: 500_000 }, { select: 1, mode: 0, hz: 1_350_000 });
  await transfer(0, [1]);
  equal([parameter("mode"), parameter("hz")], [3, 500_000]);
  await transfer(1, [1]);
  equal([parameter("mode"), parameter("hz")], [0, 1_350_000]);
});

spec("the driver of the MCP3008 reads its inputs through the kernel", async (t) => {
  writeFileSync(`${PARAMETERS}/codes`, "0,512,0,0,0,0,0,1023");
  const { transfer } = open(t, { select: 1, mode: 0, hz: 1_350_000 });
  const volts = async (channel: 1 | 7) => {
    // The driver's contract answers at once, the bus later: the transfer that it asks for is made before.
    let asked: readonly number[] = [];
    const noted = new Uint8Array(3);
    const target: SpiTarget = {
      bus: "spi0",
      select: 1,
      transfer: (bytes) => {
        asked = bytes;
        return noted;
      },
    };
    new Mcp3008(target).readVolts(channel);
    noted.set((await transfer(1, asked)).bytes);
    return new Mcp3008(target).readVolts(channel);
  };
  is(await volts(1), 1.65);
  is(await volts(7), (1023 * 3.3) / 1024);
});

spec("a transfer that takes long keeps nobody else from working", async (t) => {
  t.defer(() => writeFileSync(`${PARAMETERS}/delay_ms`, "0"));
  writeFileSync(`${PARAMETERS}/delay_ms`, "1000000"); // until the test takes it back
  const { transfer } = open(t, { select: 0, mode: 0, hz: 1_000_000 });
  let isDone = false;
  const answer = transfer(0, [0]).finally(() => {
    isDone = true;
  });
  await quietFor(100); // for a loop that stands this is as long as the transfer
  is(isDone, false);
  writeFileSync(`${PARAMETERS}/delay_ms`, "0");
  equal(await answer, { status: "ok", bytes: [0xff] });
});

spec("a chip select that is not there, one that is not planned, and half a transfer differ", async (t) => {
  const { transfer, said } = open(t, { select: 0, mode: 0, hz: 1_000_000 }, { select: 5, mode: 0, hz: 1e6 });
  equal(said, [
    '/dev/spidev0.5: no such chip select: "dtparam=spi=on" in /boot/firmware/config.txt turns on spi0 with CE0 and CE1',
  ]);
  is((await transfer(5, [1])).status, "timeout");
  is((await transfer(1, [1])).status, "refused");
  is((await transfer(0, [1], 0)).status, "refused");
  is(said.length, 1, "told once");
});
