/*
 * What the commands share: the database, options as parameters, files, who it is about and who is at the keyboard.
 */
#include "ctl/ctl.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct db_sync *ctl_db(struct ctl *c, struct fault *f)
{
	struct text password = { NULL, 0 };
	const char *conninfo = c->conninfo;

	if (c->db != NULL)
		return c->db;
	if (conninfo == NULL) {
		c->has_config = true;
		if (!config_load(&c->config, c->config_path == NULL ? CTL_CONFIG_PATH : c->config_path, f)
		    || !config_secret(&c->arena, c->config.db.password_file, &password, f))
			return NULL;
		conninfo = c->config.db.conninfo;
	}
	c->db = db_sync_open(conninfo, password.at, f);
	return c->db;
}

const struct db_rows *ctl_run(struct ctl *c, const char *sql, const struct db_param *params, int count, struct fault *f)
{
	struct db_sync *db = ctl_db(c, f);

	return db == NULL ? NULL : db_sync_run(db, sql, params, count, f);
}

/* A sequence is raised outside of transactions: never before the change can be seen. */
bool ctl_rules_moved(struct ctl *c, struct fault *f)
{
	return ctl_run(c, "select nextval('rule_revision')", NULL, 0, f) != NULL;
}

const char *ctl_client_name(const struct ctl *c)
{
	return c->argument_count == 1 ? c->arguments[0] : c->name;
}

struct text ctl_actor(struct ctl *c)
{
	const struct passwd *user = getpwuid(getuid());
	struct buf b;

	buf_init(&b, &c->arena, 64);
	buf_str(&b, "tongguanctl:");
	if (user != NULL)
		buf_str(&b, user->pw_name);
	else
		buf_i64(&b, getuid());
	return buf_as_text(&b);
}

bool ctl_check_url(const char *url, struct fault *f)
{
	if (url == NULL || *url == '\0')
		return true;
	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		return fault_set(f, FAULT_BAD_REQUEST, "--url begins with http:// or https://");
	if (strpbrk(url, " \t\r\n\"<>") != NULL || strlen(url) > 1000)
		return fault_set(f, FAULT_BAD_REQUEST, "--url is no URL");
	return true;
}

bool ctl_number(struct ctl *c, const char *option, const char *value, struct db_param *out, struct fault *f)
{
	int64_t n;

	*out = db_null();
	if (value == NULL)
		return true;
	if (!text_to_i64(text_of(value), &n) || n < 1 || n > INT32_MAX)
		return fault_set(f, FAULT_BAD_REQUEST, "--%s takes a whole number of at least 1", option);
	*out = db_i32(&c->arena, (int32_t)n);
	return true;
}

bool ctl_time(struct ctl *c, const char *option, const char *value, struct db_param *out, struct fault *f)
{
	int64_t us;

	if (value == NULL)
		return true;
	if (!clock_parse_rfc3339(text_of(value), &us) && !clock_parse_date(text_of(value), &us))
		return fault_set(f, FAULT_BAD_REQUEST, "--%s takes a day (2026-03-02) or a time with its zone (2026-03-02T10:00:00+08:00)", option);
	*out = db_time(&c->arena, us);
	return true;
}

bool ctl_day(struct ctl *c, int32_t *day, struct fault *f)
{
	int64_t us = clock_now_us(&c->clock);

	if (c->on != NULL && !clock_parse_date(text_of(c->on), &us))
		return fault_set(f, FAULT_BAD_REQUEST, "--on takes a day like 2026-03-02");
	*day = clock_day(us);
	return true;
}

bool ctl_read_file(struct arena *a, const char *path, size_t limit, struct text *out, struct fault *f)
{
	bool is_stdin = strcmp(path, "-") == 0, good;
	FILE *in = is_stdin ? stdin : fopen(path, "re");
	char *bytes = arena_alloc(a, limit);

	if (in == NULL || bytes == NULL) {
		if (in != NULL && !is_stdin)
			(void)fclose(in);
		return fault_set(f, FAULT_SYSTEM, "%s: %s", path, strerror(errno));
	}
	*out = (struct text){ bytes, fread(bytes, 1, limit, in) };
	good = !ferror(in) && out->len < limit;
	if (!is_stdin)
		(void)fclose(in);
	return good || fault_set(f, FAULT_SYSTEM, "%s: cannot be read, or has %zu bytes or more", path, limit);
}
