// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * An I2C adapter with simulated chips, for the kernel guest: i2c-stub knows SMBus only, so nothing in it
 * reaches combined transfers, refused bytes or a bus that hangs.
 *
 * 0x18: 16 byte registers behind a pointer, register 15 refuses to be written.
 * 0x48: 4 registers of 16 bits behind a pointer (ADS1115).
 * `extra` (a parameter; 0: none): an address at which 256 byte registers are.
 * 0x76: 256 byte registers behind a pointer; what follows a written byte is another pointer, and a measurement that is
 *       started by ctrl_meas (0xf4) is over at once (BME280).
 *
 * Writable from outside below /sys/module/i2c_sim/parameters: `fault` (negative error number for the next
 * `fault_left` transfers, -1 for all), `delay_ms` (of every transfer, also of the one under way), `unplugged` (address of
 * an absent chip), `extra`, `clear` (registers as after a reset, at the next transfer), `rebind_frees` (a fault ends when
 * the driver is bound again: what nine clocks do). Readable: `transfers`, `messages`, `timeout_ms` and `retries` (of the
 * adapter, at the last transfer).
 *
 * An absent address answers ENXIO and a refused byte EIO, as drivers/i2c/algos/i2c-algo-bit.c does.
 */
#include <linux/delay.h>
#include <linux/i2c.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/platform_device.h>

static int fault;
module_param(fault, int, 0644);
static int fault_left = -1;
module_param(fault_left, int, 0644);
static int unplugged;
module_param(unplugged, int, 0644);
static int extra;
module_param(extra, int, 0644);
static int delay_ms;
module_param(delay_ms, int, 0644);
static int clear;
module_param(clear, int, 0644);
static int transfers;
module_param(transfers, int, 0444);
static int messages;
module_param(messages, int, 0444);
static int rebind_frees;
module_param(rebind_frees, int, 0644);
static int timeout_ms;
module_param(timeout_ms, int, 0444);
static int retries;
module_param(retries, int, 0444);

struct sim_chip {
	u16 address;
	u16 size;	/* bytes */
	u8 width;	/* bytes of one register */
	int read_only;	/* first byte that refuses, or -1 */
	bool pairs;	/* register and value take turns in a write */
	u16 at;		/* byte that the pointer stands on */
	u8 bytes[256];
};

static struct sim_chip chips[] = {
	{ .address = 0x18, .size = 16, .width = 1, .read_only = 15 },
	{ .address = 0x48, .size = 8, .width = 2, .read_only = -1 },
	{ .address = 0x76, .size = 256, .width = 1, .read_only = -1, .pairs = true },
};

static struct sim_chip extra_chip = { .size = 256, .width = 1, .read_only = -1 };

static struct sim_chip *find(u16 address)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(chips); i++)
		if (chips[i].address == address && address != unplugged)
			return &chips[i];
	return extra && address == extra ? &extra_chip : NULL;
}

/* Byte registers follow each other; a 16-bit register is read again and again. */
static void advance(struct sim_chip *chip)
{
	if (chip->width == 1)
		chip->at = (chip->at + 1) % chip->size;
	else
		chip->at ^= 1;
}

static int message(struct sim_chip *chip, struct i2c_msg *msg)
{
	int i;

	for (i = 0; i < msg->len; i++) {
		if (msg->flags & I2C_M_RD) {
			msg->buf[i] = chip->bytes[chip->at];
		} else if (i == 0 || (chip->pairs && i % 2 == 0)) {
			chip->at = (msg->buf[i] * chip->width) % chip->size;
			continue;
		} else if (chip->at == chip->read_only) {
			return -EIO;
		} else {
			chip->bytes[chip->at] = msg->buf[i];
			if (chip->pairs && chip->at == 0xf4)
				chip->bytes[0xf4] &= ~3;
		}
		advance(chip);
	}
	return 0;
}

static void reset_chips(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(chips); i++) {
		memset(chips[i].bytes, 0, sizeof(chips[i].bytes));
		chips[i].at = 0;
	}
}

/* At least `delay_ms`, or until that is less: whoever holds a transfer can let it go. */
static void delay(void)
{
	unsigned long begun = jiffies;

	while (delay_ms > 0 && time_before_eq(jiffies, begun + msecs_to_jiffies(READ_ONCE(delay_ms))))
		msleep(1);
}

static int sim_transfer(struct i2c_adapter *adapter, struct i2c_msg *msgs, int count)
{
	int i, error;

	transfers++;
	messages += count;
	timeout_ms = jiffies_to_msecs(adapter->timeout);
	retries = adapter->retries;
	delay();
	if (clear)
		reset_chips();
	clear = 0;
	if (fault && fault_left != 0) {
		if (fault_left > 0)
			fault_left--;
		return fault;
	}
	for (i = 0; i < count; i++) {
		struct sim_chip *chip = find(msgs[i].addr);

		if (!chip)
			return -ENXIO;
		error = message(chip, &msgs[i]);
		if (error)
			return error;
	}
	return count;
}

static u32 sim_functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
}

static const struct i2c_algorithm sim_algorithm = {
	.master_xfer = sim_transfer,
	.functionality = sim_functionality,
};

/* Number 1: the bus on the header of a Pi. A platform driver, as theirs are, so that it can be unbound. */
static struct i2c_adapter sim_adapter;
static struct platform_device *sim_device;

static int sim_probe(struct platform_device *device)
{
	memset(&sim_adapter, 0, sizeof(sim_adapter));
	sim_adapter.owner = THIS_MODULE;
	sim_adapter.nr = 1;
	sim_adapter.algo = &sim_algorithm;
	sim_adapter.dev.parent = &device->dev;
	strscpy(sim_adapter.name, "holdfast i2c-sim", sizeof(sim_adapter.name));
	if (rebind_frees)
		fault = 0;
	return i2c_add_numbered_adapter(&sim_adapter);
}

static int sim_remove(struct platform_device *device)
{
	i2c_del_adapter(&sim_adapter);
	return 0;
}

static struct platform_driver sim_driver = {
	.driver = { .name = "i2c-sim" },
	.probe = sim_probe,
	.remove = sim_remove,
};

static int __init sim_init(void)
{
	int error = platform_driver_register(&sim_driver);

	if (error)
		return error;
	sim_device = platform_device_register_simple("i2c-sim", 0, NULL, 0);
	if (!IS_ERR(sim_device))
		return 0;
	platform_driver_unregister(&sim_driver);
	return PTR_ERR(sim_device);
}

static void __exit sim_exit(void)
{
	platform_device_unregister(sim_device);
	platform_driver_unregister(&sim_driver);
}

module_init(sim_init);
module_exit(sim_exit);
MODULE_DESCRIPTION("I2C adapter with simulated chips");
MODULE_LICENSE("Dual MIT/GPL");
