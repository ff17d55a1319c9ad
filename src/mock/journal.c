/*
 * The journal's file: reading it once, appending to it, putting a shorter one in its place.
 *
 *   open ── read ──┬─ whole ──────────────► append … append
 *                  ├─ torn tail ── cut ───►     │
 *                  └─ damaged: refused          └── renew ── append (to FILE.new) ── renewed: rename
 */
#include "mock/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"

#define MAGIC "tongguan-mock 1\n"

struct journal {
	char *path, *new_path;
	int fd, old_fd; /* old_fd: while a new one is written; else -1 */
	bool sync;
	int64_t bytes, records, cut_bytes;
	int64_t old_bytes, old_records;
};

static bool refuse(struct fault *f, const char *path, const char *what)
{
	return fault_set(f, FAULT_SYSTEM, "%s: %s: %s", path, what, strerror(errno));
}

static bool write_all(int fd, const char *at, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static void put_u32(char *at, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		at[i] = (char)(n >> 8 * i & 0xff);
}

static uint32_t get_u32(const char *at)
{
	uint32_t n = 0;

	for (int i = 0; i < 4; i++)
		n |= (uint32_t)(unsigned char)at[i] << 8 * i;
	return n;
}

static uint32_t digest_of(struct text payload)
{
	struct sha256 hash = sha256_of(payload);

	return get_u32((const char *)hash.b);
}

/* --- reading ------------------------------------------------------------------------------------------------------------ */

static bool all_zero(const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (at[i] != 0)
			return false;
	return true;
}

/* What stands at `at`: the length of a good record with its frame, 0 of a torn tail, -1 of a damaged one. */
static int64_t look(const char *at, size_t left)
{
	uint32_t length = left < JOURNAL_FRAME_BYTES ? 0 : get_u32(at);
	size_t whole = JOURNAL_FRAME_BYTES + (size_t)length;

	if (left < JOURNAL_FRAME_BYTES || all_zero(at, left)) /* zeros: the file grew, and the power went before the bytes */
		return 0;
	if (length == 0 || length > JOURNAL_RECORD_MAX)
		return -1;
	if (whole > left)
		return 0;
	if (digest_of((struct text){ at + JOURNAL_FRAME_BYTES, length }) != get_u32(at + 4))
		return whole == left ? 0 : -1;
	return (int64_t)whole;
}

static bool tell(struct text payload, journal_fn *fn, void *arg, struct fault *f)
{
	char *copy = malloc(payload.len + 1); /* a parser wants its NUL */
	bool good;

	if (copy == NULL)
		return fault_set(f, FAULT_BUSY, "no memory for a record of %zu bytes", payload.len);
	memcpy(copy, payload.at, payload.len);
	copy[payload.len] = '\0';
	good = fn(arg, (struct text){ copy, payload.len }, f);
	free(copy);
	return good;
}

static bool replay(struct journal *j, const char *at, size_t size, journal_fn *fn, void *arg, struct fault *f)
{
	size_t done = JOURNAL_HEAD_BYTES;

	if (size >= JOURNAL_HEAD_BYTES && memcmp(at, MAGIC, JOURNAL_HEAD_BYTES) != 0)
		return fault_set(f, FAULT_SYSTEM, "%s: not a journal of this program", j->path);
	while (done < size) {
		int64_t n = look(at + done, size - done);

		if (n < 0)
			return fault_set(f, FAULT_SYSTEM, "%s: the record at byte %zu is damaged; move the file away to begin anew", j->path, done);
		if (n == 0)
			break;
		if (!tell((struct text){ at + done + JOURNAL_FRAME_BYTES, (size_t)n - JOURNAL_FRAME_BYTES }, fn, arg, f))
			return false;
		j->records++;
		done += (size_t)n;
	}
	j->bytes = size < JOURNAL_HEAD_BYTES ? 0 : (int64_t)done;
	j->cut_bytes = (int64_t)size - j->bytes;
	return true;
}

static bool read_file(struct journal *j, journal_fn *fn, void *arg, struct fault *f)
{
	struct stat s;
	char *bytes;
	size_t have = 0;
	bool good;

	if (fstat(j->fd, &s) != 0)
		return refuse(f, j->path, "cannot be looked at");
	bytes = malloc((size_t)s.st_size + 1);
	if (bytes == NULL)
		return fault_set(f, FAULT_BUSY, "%s: too large to be read", j->path);
	while (have < (size_t)s.st_size) {
		ssize_t n = pread(j->fd, bytes + have, (size_t)s.st_size - have, (off_t)have);

		if (n <= 0)
			break;
		have += (size_t)n;
	}
	good = have == (size_t)s.st_size ? replay(j, bytes, have, fn, arg, f) : refuse(f, j->path, "cannot be read");
	free(bytes);
	return good;
}

/* --- writing ------------------------------------------------------------------------------------------------------------ */

static bool begin_file(struct journal *j, struct fault *f)
{
	if (ftruncate(j->fd, (off_t)j->bytes) != 0)
		return refuse(f, j->path, "cannot be cut");
	if (lseek(j->fd, 0, SEEK_END) < 0 || (j->bytes == 0 && !write_all(j->fd, MAGIC, JOURNAL_HEAD_BYTES)))
		return refuse(f, j->path, "cannot be written");
	if (j->bytes == 0)
		j->bytes = JOURNAL_HEAD_BYTES;
	return true;
}

static int open_locked(const char *path, int flags, struct fault *f)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600);

	if (fd < 0) {
		(void)refuse(f, path, "cannot be opened");
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)refuse(f, path, "another process has it");
		(void)close(fd);
		return -1;
	}
	return fd;
}

struct journal *journal_open(const char *path, bool sync, journal_fn *fn, void *arg, struct fault *f)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->fd = j->old_fd = -1;
	j->sync = sync;
	j->path = strdup(path);
	if (j->path == NULL || asprintf(&j->new_path, "%s.new", path) < 0)
		(void)fault_set(f, FAULT_BUSY, "no memory for the journal");
	else
		j->fd = open_locked(path, 0, f);
	if (j->fd >= 0 && read_file(j, fn, arg, f) && begin_file(j, f))
		return j;
	journal_close(j);
	return NULL;
}

bool journal_append(struct journal *j, struct text payload)
{
	size_t whole = JOURNAL_FRAME_BYTES + payload.len;
	char small[4096], *record = whole <= sizeof(small) ? small : malloc(whole);
	bool good;

	if (record == NULL || payload.len == 0 || payload.len > JOURNAL_RECORD_MAX) {
		if (record != small)
			free(record);
		return false;
	}
	put_u32(record, (uint32_t)payload.len);
	put_u32(record + 4, digest_of(payload));
	memcpy(record + JOURNAL_FRAME_BYTES, payload.at, payload.len);
	good = write_all(j->fd, record, whole) && (!j->sync || j->old_fd >= 0 || fdatasync(j->fd) == 0);
	if (record != small)
		free(record);
	if (good) {
		j->bytes += (int64_t)whole;
		j->records++;
	} else if (ftruncate(j->fd, (off_t)j->bytes) == 0) { /* what came of it must not stand before the next one */
		(void)lseek(j->fd, 0, SEEK_END);
	}
	return good;
}

bool journal_renew(struct journal *j, struct fault *f)
{
	int fd;

	(void)unlink(j->new_path); /* of a renewal that was never finished */
	fd = open_locked(j->new_path, O_TRUNC, f);
	if (fd < 0)
		return false;
	j->old_fd = j->fd;
	j->old_bytes = j->bytes;
	j->old_records = j->records;
	j->fd = fd;
	j->bytes = j->records = 0;
	if (begin_file(j, f))
		return true;
	(void)close(j->fd);
	j->fd = j->old_fd;
	j->old_fd = -1;
	j->bytes = j->old_bytes;
	j->records = j->old_records;
	return false;
}

/* The name as well must be on the disk. */
static bool sync_directory(const char *path)
{
	char *copy = strdup(path);
	int fd = copy == NULL ? -1 : open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		(void)close(fd);
	free(copy);
	return good;
}

bool journal_renewed(struct journal *j, struct fault *f)
{
	bool good = fsync(j->fd) == 0 && rename(j->new_path, j->path) == 0;

	if (!good) {
		(void)refuse(f, j->new_path, "cannot take the journal's place");
		(void)close(j->fd);
		(void)unlink(j->new_path);
		j->fd = j->old_fd;
		j->bytes = j->old_bytes;
		j->records = j->old_records;
	} else {
		(void)sync_directory(j->path);
		(void)close(j->old_fd);
	}
	j->old_fd = -1;
	return good;
}

int64_t journal_bytes(const struct journal *j)
{
	return j->bytes;
}

int64_t journal_records(const struct journal *j)
{
	return j->records;
}

int64_t journal_cut_bytes(const struct journal *j)
{
	return j->cut_bytes;
}

void journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	if (j->fd >= 0)
		(void)close(j->fd);
	if (j->old_fd >= 0)
		(void)close(j->old_fd);
	free(j->path);
	free(j->new_path);
	free(j);
}
