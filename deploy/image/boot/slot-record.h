/*
 * The record that says which slot a board boots. Layout and meaning are those of deploy/update/slot-record.ts; a test runs
 * both over the same records.
 */
#ifndef SLOT_RECORD_H
#define SLOT_RECORD_H

#include <stdint.h>

enum { SECTOR_BYTES = 512, RECORD_SECTOR = 2040, ID_BYTES = 16, MOST_REFUSED = 8, MOST_REASON = 160 };

/* One sector as it lies on the card; numbers are little-endian, as this program's machine is. */
struct slot_record {
	char magic[8];
	uint16_t format;
	uint16_t zero;
	uint32_t sequence;
	char active;
	char trying;
	uint8_t tries_left;
	uint8_t flags;
	uint8_t outcome;
	uint8_t refused_count;
	uint8_t reason_bytes;
	uint8_t unseen_boots;
	uint8_t release[2][ID_BYTES];
	uint8_t outcome_of[ID_BYTES];
	uint8_t refused[MOST_REFUSED][ID_BYTES];
	char reason[MOST_REASON];
	uint8_t zero3[148];
	uint32_t crc;
};
_Static_assert(sizeof(struct slot_record) == SECTOR_BYTES, "a record is one sector");

/* The record that counts: returns 0, or -1 where neither sector holds a valid one or the disk cannot be read. */
int slot_record_read(int disk, struct slot_record *record);

/* Gives it the next number and a checksum, and has it on the card when it returns. -1: it could not be written. */
int slot_record_write(int disk, struct slot_record *record);

/* The active slot did not come up so many times in a row: back to the other one, which ran before. */
enum { UNSEEN_BOOTS = 5, MOST_UNSEEN = 15 };
int slot_record_is_hanging(const struct slot_record *record);
void slot_record_go_back(struct slot_record *record);

/* The active slot is being started. Whether anything has changed: only where there is one to go back to. */
int slot_record_count(struct slot_record *record);

/* The slot that runs has come up. Whether anything has changed. */
int slot_record_up(struct slot_record *record);

/* The slot on trial did not hold: back to the active one, and its release is refused from now on. */
void slot_record_fall_back(struct slot_record *record, const char *why);

/* Whether whoever is told of outcomes was told of the last one. */
int slot_record_is_told(const struct slot_record *record);

#endif
