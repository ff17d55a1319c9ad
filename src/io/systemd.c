/*
 * systemd: sockets it passed, what it wants to hear, the journal.
 *
 * Built without libsystemd every function says "not there". Outside of systemd
 * libsystemd says so itself.
 */
#include "io/systemd.h"

#include "base/attr.h"

#ifdef HAVE_SYSTEMD

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/clock.h"

#define FIELD_BYTES  256
#define FIELDS_MAX   10
#define MESSAGE_SIZE 2048

int systemd_listen_fd(const char *name)
{
	char **names = NULL;
	int found = -1, count = sd_listen_fds_with_names(0, &names);

	for (int i = 0; i < count; i++) {
		int fd = SD_LISTEN_FDS_START + i;

		if (found < 0 && strcmp(names[i], name) == 0 && sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) > 0)
			found = fd;
		free(names[i]);
	}
	free(names);
	return found;
}

void systemd_notify(const char *state)
{
	(void)sd_notify(0, state);
}

void systemd_reloading(void)
{
	char state[80];

	(void)snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_mono_us());
	(void)sd_notify(0, state);
}

int64_t systemd_watchdog_us(void)
{
	uint64_t us = 0;

	return sd_watchdog_enabled(0, &us) > 0 ? (int64_t)us : 0;
}

/* $JOURNAL_STREAM names the device and inode of the stream the manager gave us: is stderr still that one? */
bool systemd_stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0
	       && st.st_dev == device && st.st_ino == inode;
}

struct entry {
	struct iovec fields[FIELDS_MAX];
	char text[FIELDS_MAX][FIELD_BYTES];
	int count;
};

static void add_field(struct entry *e, const char *name, const char *value)
{
	int len;

	if (value == NULL || e->count == FIELDS_MAX)
		return;
	len = snprintf(e->text[e->count], FIELD_BYTES, "%s=%s", name, value);
	if (len <= 0)
		return;
	e->fields[e->count].iov_base = e->text[e->count];
	e->fields[e->count].iov_len = len < FIELD_BYTES ? (size_t)len : FIELD_BYTES - 1;
	e->count++;
}

void systemd_journal_sink(enum log_level level, const char *event, const char *message, const struct log_ids *ids)
{
	static const struct log_ids none;
	struct entry e = { .count = 0 };
	char line[MESSAGE_SIZE], priority[4];
	int len = snprintf(line, sizeof(line), "MESSAGE=%s: %s", event, message);

	if (ids == NULL)
		ids = &none;
	(void)snprintf(priority, sizeof(priority), "%d", (int)level);
	e.fields[0].iov_base = line;
	e.fields[0].iov_len = len < MESSAGE_SIZE ? (size_t)len : MESSAGE_SIZE - 1;
	e.count = 1;
	add_field(&e, "PRIORITY", priority);
	add_field(&e, "TONGGUAN_EVENT", event);
	add_field(&e, "TRACE_ID", ids->trace);
	add_field(&e, "FILING_ID", ids->filing);
	add_field(&e, "DECLARATION_ID", ids->declaration);
	add_field(&e, "DELIVERY_ID", ids->delivery);
	add_field(&e, "AUTHORITY", ids->authority);
	add_field(&e, "CLIENT", ids->client);
	(void)sd_journal_sendv(e.fields, e.count);
}

#else

int systemd_listen_fd(const char *name)
{
	(void)name;
	return -1;
}

void systemd_notify(const char *state)
{
	(void)state;
}

void systemd_reloading(void)
{
}

int64_t systemd_watchdog_us(void)
{
	return 0;
}

bool systemd_stderr_is_journal(void)
{
	return false;
}

/* Never chosen: stderr is not the journal's. */
void systemd_journal_sink(enum log_level level, const char *event, const char *message, const struct log_ids *ids)
{
	(void)level;
	(void)event;
	(void)message;
	(void)ids;
}

#endif
