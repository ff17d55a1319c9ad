#include "store/quota_store.h"

static const char *const names[QUOTA_CLASS_COUNT] = { [QUOTA_FILING] = "filing", [QUOTA_READING] = "reading", [QUOTA_WRITING] = "writing" };

const char *quota_class_name(enum quota_class c)
{
	return names[c];
}

bool quota_class_by_name(struct text t, enum quota_class *out)
{
	for (int c = 0; c < QUOTA_CLASS_COUNT; c++) {
		if (!text_is(t, names[c]))
			continue;
		*out = (enum quota_class)c;
		return true;
	}
	return false;
}

enum { LIMIT_CLASS, LIMIT_CLIENT, LIMIT_ROLE, LIMIT_QUOTA, LIMIT_WINDOW, LIMIT_FROM, LIMIT_TO, LIMIT_SOURCE };
const struct db_stmt quota_store_all = {
	.name = "quota_store_all",
	.sql =
	"select class, coalesce(client_id, 0), role, quota, window_s, valid_from, coalesce(valid_to, 'infinity'), source from rate_limit"
	" order by client_id is null, role is null, valid_from desc, id desc",
};

static bool read_one(struct arena *a, const struct db_rows *rows, int row, struct quota_limit *out)
{
	struct text role = db_get_text(rows, row, LIMIT_ROLE);

	*out = (struct quota_limit){
		.client_id = (int)db_get_int(rows, row, LIMIT_CLIENT), .quota = (int)db_get_int(rows, row, LIMIT_QUOTA),
		.window_s = (int)db_get_int(rows, row, LIMIT_WINDOW), .from_us = db_get_time(rows, row, LIMIT_FROM), .to_us = db_get_time(rows, row, LIMIT_TO),
		.source = text_dup(a, db_get_text(rows, row, LIMIT_SOURCE)),
	};
	if (role.at != NULL)
		out->role = text_dup(a, role);
	return quota_class_by_name(db_get_text(rows, row, LIMIT_CLASS), &out->class);
}

bool quota_limits_read(struct arena *a, const struct db_rows *rows, struct quota_limits *out)
{
	int count = db_row_count(rows);
	struct quota_limit *list = arena_alloc(a, sizeof(*list) * ((size_t)count + 1));

	*out = (struct quota_limits){ .list = list };
	for (int row = 0; row < count && list != NULL; row++)
		out->count += read_one(a, rows, row, &list[out->count]);
	return !a->full;
}

const struct quota_limit *quota_limits_find(const struct quota_limits *l, enum quota_class c, int client_id, const char *role, int64_t now_us)
{
	for (int i = 0; i < l->count; i++) {
		const struct quota_limit *one = &l->list[i];

		if (one->class == c && (one->client_id == 0 || one->client_id == client_id) && (one->role.at == NULL || text_is(one->role, role))
		    && one->from_us <= now_us && now_us < one->to_us)
			return one;
	}
	return NULL;
}
