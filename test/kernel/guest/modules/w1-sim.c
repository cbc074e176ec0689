// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * A 1-wire bus with two DS18B20, bit by bit, for the kernel guest: what w1_therm says to them and does with what they
 * answer is the kernel's own.
 *
 * Below /sys/module/w1_sim/parameters: `sixteenths` (temperature of each), `unplugged` (a bit for each), `flips` (how
 * many of the scratchpads that follow have a wrong bit), `conversions` (of each, counted).
 */
#include <linux/module.h>
#include <linux/w1.h>

static int sixteenths[2] = { 20 * 16, 20 * 16 };
module_param_array(sixteenths, int, NULL, 0644);
static int unplugged;
module_param(unplugged, int, 0644);
static int flips;
module_param(flips, int, 0644);
static int conversions[2];
module_param_array(conversions, int, NULL, 0444);

enum state { IDLE, ROM_COMMAND, SEARCH, MATCH, COMMAND, WRITE_SCRATCHPAD, SEND };

struct sim_sensor {
	u8 rom[8];
	u8 scratchpad[9];
	enum state state;
	int bit;	/* of what is sent or received */
	u8 byte;	/* received so far */
	bool other;	/* search: the complement is next, or the choice */
	u8 out[9];
	int out_bits;
};

static struct sim_sensor sensors[2];

static u8 crc(const u8 *bytes, int length)
{
	u8 value = 0;
	int i, bit;

	for (i = 0; i < length; i++)
		for (bit = 0; bit < 8; bit++) {
			bool feed = (value ^ (bytes[i] >> bit)) & 1;

			value >>= 1;
			if (feed)
				value ^= 0x8c;
		}
	return value;
}

static bool bit_of(const u8 *bytes, int bit)
{
	return (bytes[bit / 8] >> (bit % 8)) & 1;
}

static void begin(struct sim_sensor *sensor, enum state state)
{
	sensor->state = state;
	sensor->bit = 0;
	sensor->byte = 0;
	sensor->other = false;
}

static void send(struct sim_sensor *sensor, const u8 *bytes, int length)
{
	memcpy(sensor->out, bytes, length);
	sensor->out_bits = 8 * length;
	begin(sensor, SEND);
}

static void function(struct sim_sensor *sensor, int index)
{
	static const u8 powered = 0xff;
	int shift = 3 - ((sensor->scratchpad[4] >> 5) & 3);
	int raw = (sixteenths[index] >> shift) << shift;

	switch (sensor->byte) {
	case 0x44:
		conversions[index]++;
		sensor->scratchpad[0] = raw & 0xff;
		sensor->scratchpad[1] = (raw >> 8) & 0xff;
		send(sensor, &powered, 1);
		break;
	case 0xbe:
		sensor->scratchpad[8] = crc(sensor->scratchpad, 8);
		send(sensor, sensor->scratchpad, 9);
		if (flips > 0) {
			flips--;
			sensor->out[0] ^= 0x10;
		}
		break;
	case 0xb4: /* read power supply: external */
		send(sensor, &powered, 1);
		break;
	case 0x4e:
		begin(sensor, WRITE_SCRATCHPAD);
		break;
	default:
		begin(sensor, IDLE);
	}
}

static void rom_command(struct sim_sensor *sensor)
{
	switch (sensor->byte) {
	case 0xf0:
		begin(sensor, SEARCH);
		break;
	case 0x55:
		begin(sensor, MATCH);
		break;
	case 0xcc:
		begin(sensor, COMMAND);
		break;
	case 0x33:
		send(sensor, sensor->rom, 8);
		break;
	default:
		begin(sensor, IDLE);
	}
}

/* The number's bit, its complement, then the master's choice: who is not meant keeps quiet (figure 13). */
static bool search(struct sim_sensor *sensor, bool in, int slot)
{
	bool own = bit_of(sensor->rom, sensor->bit);

	if (slot == 0)
		return own;
	if (slot == 1)
		return !own;
	if (in != own)
		begin(sensor, IDLE);
	else if (++sensor->bit == 64)
		begin(sensor, COMMAND);
	return true;
}

static int search_slot;

/* What one sensor lets the wire be in this slot. */
static bool touch(struct sim_sensor *sensor, int index, bool in)
{
	switch (sensor->state) {
	case SEND:
		if (sensor->bit < sensor->out_bits)
			return bit_of(sensor->out, sensor->bit++);
		return true;
	case SEARCH:
		return search(sensor, in, search_slot);
	case MATCH:
		if (in != bit_of(sensor->rom, sensor->bit))
			begin(sensor, IDLE);
		else if (++sensor->bit == 64)
			begin(sensor, COMMAND);
		return true;
	case ROM_COMMAND:
	case COMMAND:
		sensor->byte |= in << sensor->bit;
		if (++sensor->bit < 8)
			return true;
		if (sensor->state == COMMAND)
			function(sensor, index);
		else
			rom_command(sensor);
		return true;
	case WRITE_SCRATCHPAD:
		sensor->byte |= in << (sensor->bit % 8);
		if (++sensor->bit % 8)
			return true;
		/* Alarms, then the configuration register, of which two bits can be written. */
		if (sensor->bit == 24)
			sensor->scratchpad[4] = (sensor->byte & 0x60) | 0x1f;
		else
			sensor->scratchpad[1 + sensor->bit / 8] = sensor->byte;
		sensor->byte = 0;
		if (sensor->bit == 24)
			begin(sensor, IDLE);
		return true;
	default:
		return true;
	}
}

static u8 sim_touch(void *data, u8 in)
{
	bool wire = in;
	bool searching = false;
	int i;

	for (i = 0; i < ARRAY_SIZE(sensors); i++) {
		if (unplugged & (1 << i))
			continue;
		searching |= sensors[i].state == SEARCH;
		wire &= touch(&sensors[i], i, in);
	}
	search_slot = searching ? (search_slot + 1) % 3 : 0;
	return wire;
}

/* 0: somebody is there. */
static u8 sim_reset(void *data)
{
	int i;

	search_slot = 0;
	for (i = 0; i < ARRAY_SIZE(sensors); i++)
		begin(&sensors[i], ROM_COMMAND);
	return unplugged == (1 << ARRAY_SIZE(sensors)) - 1;
}

static struct w1_bus_master sim_master = {
	.touch_bit = sim_touch,
	.reset_bus = sim_reset,
};

static int __init sim_init(void)
{
	static const u8 power_up[9] = { 0x50, 0x05, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10 };
	int i;

	for (i = 0; i < ARRAY_SIZE(sensors); i++) {
		sensors[i].rom[0] = 0x28;
		sensors[i].rom[1] = i + 1;
		sensors[i].rom[7] = crc(sensors[i].rom, 7);
		memcpy(sensors[i].scratchpad, power_up, 9);
	}
	return w1_add_master_device(&sim_master);
}

static void __exit sim_exit(void)
{
	w1_remove_master_device(&sim_master);
}

module_init(sim_init);
module_exit(sim_exit);
MODULE_DESCRIPTION("1-wire bus with simulated sensors");
MODULE_LICENSE("Dual MIT/GPL");
