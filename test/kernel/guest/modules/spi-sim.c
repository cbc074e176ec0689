// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * SPI bus 0 with two chip selects, for the kernel guest: CE0 answers each byte with its complement, CE1 is an MCP3008
 * whose inputs are the parameter `codes`. Both are bound to spidev, by a name that it knows.
 *
 * Readable below /sys/module/spi_sim/parameters: `mode` and `hz` of the last transfer; writable: `delay_ms` of each, also of the
 * one under way.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/spi/spi.h>

static int codes[8];
module_param_array(codes, int, NULL, 0644);
static int mode;
module_param(mode, int, 0444);
static int hz;
module_param(hz, int, 0444);
static int delay_ms;
module_param(delay_ms, int, 0644);

/* DS21295, figure 6-1: start bit last in the first byte, then what is asked for, then null bit and ten bits. */
static void mcp3008(const u8 *tx, u8 *rx, unsigned int length)
{
	int code = length > 1 ? codes[(tx[1] >> 4) & 7] : 0;

	memset(rx, 0xff, length);
	if (length < 3 || tx[0] != 1)
		return;
	rx[1] = 0xf8 | (code >> 8);
	rx[2] = code & 0xff;
}

/* At least `delay_ms`, or until that is less: whoever holds a transfer can let it go. */
static void delay(void)
{
	unsigned long begun = jiffies;

	while (delay_ms > 0 && time_before_eq(jiffies, begun + msecs_to_jiffies(READ_ONCE(delay_ms))))
		msleep(1);
}

static int sim_transfer(struct spi_controller *controller, struct spi_device *spi,
			struct spi_transfer *transfer)
{
	const u8 *tx = transfer->tx_buf;
	u8 *rx = transfer->rx_buf;
	unsigned int i;

	mode = spi->mode & (SPI_CPOL | SPI_CPHA);
	hz = transfer->speed_hz;
	delay();
	if (!tx || !rx)
		return 0;
	if (spi->chip_select == 1)
		mcp3008(tx, rx, transfer->len);
	else
		for (i = 0; i < transfer->len; i++)
			rx[i] = ~tx[i];
	return 0;
}

static struct platform_device *sim_device;
static struct spi_controller *sim_controller;

static int __init sim_init(void)
{
	struct spi_board_info chip = { .modalias = "bk4", .max_speed_hz = 10000000 };
	int error;

	sim_device = platform_device_register_simple("spi-sim", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(sim_device))
		return PTR_ERR(sim_device);
	sim_controller = spi_alloc_master(&sim_device->dev, 0);
	if (!sim_controller) {
		platform_device_unregister(sim_device);
		return -ENOMEM;
	}
	sim_controller->bus_num = 0;
	sim_controller->num_chipselect = 2;
	sim_controller->mode_bits = SPI_CPOL | SPI_CPHA;
	sim_controller->transfer_one = sim_transfer;
	error = spi_register_controller(sim_controller);
	if (error) {
		spi_controller_put(sim_controller);
		platform_device_unregister(sim_device);
		return error;
	}
	for (chip.chip_select = 0; chip.chip_select < 2; chip.chip_select++)
		spi_new_device(sim_controller, &chip);
	return 0;
}

static void __exit sim_exit(void)
{
	spi_unregister_controller(sim_controller);
	platform_device_unregister(sim_device);
}

module_init(sim_init);
module_exit(sim_exit);
MODULE_DESCRIPTION("SPI controller with simulated chips");
MODULE_LICENSE("Dual MIT/GPL");
