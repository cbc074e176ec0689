#include "slot-record.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FORMAT = 1, FLAG_TOLD = 2, FLAG_WAY_BACK = 4, OUTCOME_FELL_BACK = 2, MOST_OUTCOME = 4, MOST_TRIES = 15 };

static const char MAGIC[8] = { 'H', 'O', 'L', 'D', 'S', 'L', 'O', 'T' };

/* CRC-32 of IEEE 802.3, a bit at a time: 508 bytes, twice a boot. */
static uint32_t crc32_of(const void *data, size_t length)
{
	const uint8_t *byte = data;
	uint32_t crc = 0xffffffff;
	while (length-- > 0) {
		crc ^= *byte++;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ ((crc & 1) ? 0xedb88320 : 0);
	}
	return ~crc;
}

static int is_slot(char slot)
{
	return slot == 'a' || slot == 'b';
}

static int is_valid(const struct slot_record *record)
{
	if (memcmp(record->magic, MAGIC, sizeof MAGIC) != 0 || record->format != FORMAT)
		return 0;
	if (record->crc != crc32_of(record, offsetof(struct slot_record, crc)))
		return 0;
	if (!is_slot(record->active) || record->trying == record->active)
		return 0;
	if (record->trying != 0 && !is_slot(record->trying))
		return 0;
	return record->outcome <= MOST_OUTCOME && record->refused_count <= MOST_REFUSED &&
	       record->reason_bytes <= MOST_REASON && record->tries_left <= MOST_TRIES &&
	       record->unseen_boots <= MOST_UNSEEN;
}

static off_t place_of(uint32_t sector)
{
	return (off_t)(RECORD_SECTOR + sector) * SECTOR_BYTES;
}

int slot_record_read(int disk, struct slot_record *record)
{
	struct slot_record one;
	int found = -1;
	for (uint32_t sector = 0; sector < 2; sector++) {
		if (pread(disk, &one, sizeof one, place_of(sector)) != sizeof one || !is_valid(&one))
			continue;
		if (found == 0 && one.sequence < record->sequence)
			continue;
		*record = one;
		found = 0;
	}
	return found;
}

int slot_record_write(int disk, struct slot_record *record)
{
	record->sequence++;
	record->crc = crc32_of(record, offsetof(struct slot_record, crc));
	if (pwrite(disk, record, sizeof *record, place_of(record->sequence % 2)) != sizeof *record)
		return -1;
	return fsync(disk);
}

static int is_release(const uint8_t *id)
{
	static const uint8_t none[ID_BYTES];
	return memcmp(id, none, ID_BYTES) != 0;
}

/* Remembers a release as the newest of those that are refused; the oldest is forgotten for a ninth. */
static void refuse(struct slot_record *record, const uint8_t *id)
{
	int kept = 0;
	for (int index = 0; index < record->refused_count; index++) {
		if (memcmp(record->refused[index], id, ID_BYTES) != 0)
			memmove(record->refused[kept++], record->refused[index], ID_BYTES);
	}
	if (kept == MOST_REFUSED) {
		memmove(record->refused[0], record->refused[1], (MOST_REFUSED - 1) * ID_BYTES);
		kept--;
	}
	memcpy(record->refused[kept++], id, ID_BYTES);
	memset(record->refused[kept], 0, (size_t)(MOST_REFUSED - kept) * ID_BYTES);
	record->refused_count = (uint8_t)kept;
}

/* The slot did not hold: its release is refused, and somebody is to be told why. Nothing is on trial, and nowhere to go back to. */
static void give_up(struct slot_record *record, char slot, const char *why)
{
	uint8_t release[ID_BYTES];
	memcpy(release, record->release[slot == 'a' ? 0 : 1], ID_BYTES);
	record->trying = 0;
	record->tries_left = 0;
	record->unseen_boots = 0;
	record->outcome = OUTCOME_FELL_BACK;
	record->flags &= (uint8_t)~(FLAG_TOLD | FLAG_WAY_BACK);
	memcpy(record->outcome_of, release, ID_BYTES);
	if (is_release(release))
		refuse(record, release);
	char text[MOST_REASON + 1];
	snprintf(text, sizeof text, "slot %c %s", slot, why);
	memset(record->reason, 0, sizeof record->reason);
	record->reason_bytes = (uint8_t)strlen(text);
	memcpy(record->reason, text, record->reason_bytes);
}

void slot_record_fall_back(struct slot_record *record, const char *why)
{
	give_up(record, record->trying, why);
}

int slot_record_is_hanging(const struct slot_record *record)
{
	return record->trying == 0 && (record->flags & FLAG_WAY_BACK) != 0 && record->unseen_boots >= UNSEEN_BOOTS;
}

void slot_record_go_back(struct slot_record *record)
{
	char why[40];
	char slot = record->active;
	snprintf(why, sizeof why, "did not come up in %d boots", UNSEEN_BOOTS);
	give_up(record, slot, why);
	record->active = slot == 'a' ? 'b' : 'a';
}

int slot_record_count(struct slot_record *record)
{
	if (record->trying != 0 || (record->flags & FLAG_WAY_BACK) == 0)
		return 0;
	if (record->unseen_boots < MOST_UNSEEN)
		record->unseen_boots++;
	return 1;
}

int slot_record_up(struct slot_record *record)
{
	int is_doubted = record->unseen_boots != 0;
	record->unseen_boots = 0;
	return is_doubted;
}

int slot_record_is_told(const struct slot_record *record)
{
	return (record->flags & FLAG_TOLD) != 0;
}
