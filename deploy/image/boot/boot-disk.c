/*
 * What the first file system of a board does with its card before anything is mounted:
 *
 *   boot-disk choose <disk>      which slot is started: prints "a" or "b", then "trial" if it is on trial, or why the board
 *                                went back. A slot on trial takes one of its boots, written before it is started; where
 *                                that cannot be written, the active one is started, and the exit code is 1.
 *   boot-disk fall-back <disk>   the slot on trial cannot be mounted: prints the one to go back to
 *   boot-disk still-on-trial <disk> [a|b]   nothing, and exit code 1 when no slot is, or that one is not
 *   boot-disk untold <disk>      the same, unless the outcome of the last trial was not reported yet
 *   boot-disk count <disk>       the active slot is started: it counts as one that did not come up until "up". After five in a row
 *                                "choose" goes back to the other slot, where that was the active one before
 *   boot-disk up <disk>          the slot that runs has come up. Both write only where there is a slot to go back to
 *   boot-disk grow <disk> <n>    the last partition, number n, takes the rest of the card: prints "grown" or "as it was"
 *   boot-disk watchdog <device> <s>   the board is reset unless its watchdog is opened within so many seconds
 *
 * Exit code 0, or 1 with a line on stderr. Where there is no valid record, slot a is started.
 */
#include "grow-partition.h"
#include "slot-record.h"
#include "watchdog.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Says to which slot, and why. */
static int gone_back(int disk, struct slot_record *record)
{
	printf("%c %.*s\n", record->active, record->reason_bytes, record->reason);
	return slot_record_write(disk, record);
}

static int fall_back(int disk, struct slot_record *record, const char *why)
{
	slot_record_fall_back(record, why);
	return gone_back(disk, record);
}

static int choose(int disk)
{
	struct slot_record record;
	if (slot_record_read(disk, &record) != 0) {
		puts("a there is no valid slot record");
		return 0;
	}
	if (slot_record_is_hanging(&record)) {
		slot_record_go_back(&record);
		return gone_back(disk, &record);
	}
	if (record.trying == 0) {
		printf("%c\n", record.active);
		return 0;
	}
	if (record.tries_left == 0)
		return fall_back(disk, &record, "did not hold in any of its boots");
	record.tries_left--;
	if (slot_record_write(disk, &record) != 0) {
		/* A try that is not written down would be had for ever. */
		printf("%c the slot on trial is not tried: no record of it can be written\n", record.active);
		return -1;
	}
	printf("%c trial\n", record.trying);
	return 0;
}

/* Nothing on trial: the other slot is all that is left, and the record stays. */
static int fall_back_now(int disk)
{
	struct slot_record record;
	if (slot_record_read(disk, &record) != 0) {
		puts("b");
		return 0;
	}
	if (record.trying == 0) {
		printf("%c\n", record.active == 'a' ? 'b' : 'a');
		return 0;
	}
	return fall_back(disk, &record, "cannot be mounted");
}

/* Writes the record where that step changes it; without a record there is nothing to count. */
static int stepped(int disk, int (*step)(struct slot_record *record))
{
	struct slot_record record;
	if (slot_record_read(disk, &record) != 0 || !step(&record))
		return 0;
	return slot_record_write(disk, &record);
}

static int still_on_trial(int disk, const char *slot)
{
	struct slot_record record;
	if (slot_record_read(disk, &record) != 0 || record.trying == 0)
		return 0;
	return slot == NULL || record.trying == slot[0];
}

static int untold(int disk)
{
	struct slot_record record;
	return slot_record_read(disk, &record) == 0 && !slot_record_is_told(&record);
}

static int watch(const char *device, int seconds)
{
	if (seconds > 0 && watchdog_start(device, seconds) == 0)
		return 0;
	perror(device);
	return 1;
}

int main(int count, char **words)
{
	const char *verb = count > 2 ? words[1] : "";
	if (count > 3 && strcmp(verb, "watchdog") == 0)
		return watch(words[2], atoi(words[3]));
	int disk = count > 2 ? open(words[2], O_RDWR | O_CLOEXEC) : -1;
	int outcome = -1;
	if (count <= 2) {
		fputs("usage: boot-disk choose|fall-back|count|up|still-on-trial|untold|grow|watchdog <device> [number or slot]\n", stderr);
		return 1;
	}
	if (disk < 0) {
		perror(words[2]);
		return 1;
	}
	if (strcmp(verb, "still-on-trial") == 0)
		return still_on_trial(disk, count > 3 ? words[3] : NULL) ? 0 : 1;
	if (strcmp(verb, "untold") == 0)
		return untold(disk) ? 0 : 1;
	if (strcmp(verb, "choose") == 0)
		outcome = choose(disk);
	else if (strcmp(verb, "fall-back") == 0)
		outcome = fall_back_now(disk);
	else if (strcmp(verb, "count") == 0)
		outcome = stepped(disk, slot_record_count);
	else if (strcmp(verb, "up") == 0)
		outcome = stepped(disk, slot_record_up);
	else if (strcmp(verb, "grow") == 0 && count > 3)
		outcome = grow_partition(disk, atoi(words[3]));
	if (outcome != 0)
		perror(verb);
	close(disk);
	return outcome == 0 && fflush(stdout) == 0 ? 0 : 1;
}
