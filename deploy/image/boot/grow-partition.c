#include "grow-partition.h"

#include <errno.h>
#include <linux/blkpg.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR_BYTES = 512, ENTRIES_AT = 446, ENTRY_BYTES = 16, START_AT = 8, SECTORS_AT = 12 };
/* A partition ends on a full MiB, as it begins: the size of the card's own erase blocks divides it. */
enum { STEP_SECTORS = 2048 };

static uint64_t disk_sectors(int disk)
{
	uint64_t bytes = 0;
	struct stat found;
	if (ioctl(disk, BLKGETSIZE64, &bytes) == 0)
		return bytes / SECTOR_BYTES;
	return fstat(disk, &found) == 0 ? (uint64_t)found.st_size / SECTOR_BYTES : 0; /* a file, in a test */
}

static uint32_t number_at(const uint8_t *bytes)
{
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void put_number(uint8_t *bytes, uint32_t value)
{
	for (int index = 0; index < 4; index++)
		bytes[index] = (uint8_t)(value >> (8 * index));
}

static int tell_kernel(int disk, int number, uint32_t start, uint32_t sectors)
{
	struct blkpg_partition partition = {
		.start = (long long)start * SECTOR_BYTES,
		.length = (long long)sectors * SECTOR_BYTES,
		.pno = number,
	};
	struct blkpg_ioctl_arg order = {
		.op = BLKPG_RESIZE_PARTITION,
		.datalen = sizeof partition,
		.data = &partition,
	};
	struct stat found;
	if (fstat(disk, &found) == 0 && S_ISREG(found.st_mode))
		return 0; /* a file, in a test: the kernel knows no partitions of it */
	return ioctl(disk, BLKPG, &order);
}

int grow_partition(int disk, int number)
{
	uint8_t table[SECTOR_BYTES];
	if (number < 1 || number > 4) {
		errno = EINVAL;
		return -1;
	}
	if (pread(disk, table, sizeof table, 0) != sizeof table)
		return -1;
	uint8_t *entry = table + ENTRIES_AT + ENTRY_BYTES * (number - 1);
	uint32_t start = number_at(entry + START_AT);
	uint32_t now = number_at(entry + SECTORS_AT);
	uint64_t end = disk_sectors(disk) / STEP_SECTORS * STEP_SECTORS;
	if (end > UINT32_MAX)
		end = UINT32_MAX / STEP_SECTORS * STEP_SECTORS; /* 2 TiB: the table counts no further */
	if (table[510] != 0x55 || table[511] != 0xaa || now == 0) {
		errno = EINVAL;
		return -1;
	}
	if (end <= (uint64_t)start + now) {
		puts("as it was");
		return 0;
	}
	uint32_t grown = (uint32_t)(end - start);
	put_number(entry + SECTORS_AT, grown);
	if (pwrite(disk, table, sizeof table, 0) != sizeof table || fsync(disk) != 0)
		return -1;
	if (tell_kernel(disk, number, start, grown) != 0)
		return -1;
	puts("grown");
	return 0;
}
