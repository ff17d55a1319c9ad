#include "store/policy_store.h"

#include <stdlib.h>

enum { COL_ROLE, COL_AUTHORITY, COL_FIELD, COL_PRIVILEGED, COL_FORM, COL_FROM, COL_TO };

const struct db_stmt policy_store_all = {
	.name = "policy_store_all",
	.sql =
	"select role, authority, field, privileged, form, valid_from - date '1970-01-01', valid_to - date '1970-01-01'"
	" from data_policy order by role, authority, field, privileged, valid_from",
};

struct policy_row {
	enum role role;
	bool any_authority, any_field, privileged;
	enum authority authority;
	enum field field;
	enum personal_form form;
	int32_t from, to;
};

struct policy {
	int count;
	struct policy_row rows[];
};

static bool role_by_name(struct text t, enum role *out)
{
	for (enum role r = 0; r < ROLE_COUNT; r++) {
		if (text_is(t, role_name(r))) {
			*out = r;
			return true;
		}
	}
	return false;
}

/* False: it is of a newer program; what it would allow is not shown. */
static bool read_row(const struct db_rows *r, int row, struct policy_row *out)
{
	struct text authority = db_get_text(r, row, COL_AUTHORITY), field = db_get_text(r, row, COL_FIELD);

	*out = (struct policy_row){
		.any_authority = text_is(authority, "*"),
		.any_field = text_is(field, "*"),
		.privileged = db_get_int(r, row, COL_PRIVILEGED) != 0,
		.field = field_by_name(field),
		.from = (int32_t)db_get_int(r, row, COL_FROM),
		.to = db_is_null(r, row, COL_TO) ? INT32_MAX : (int32_t)db_get_int(r, row, COL_TO),
	};
	return role_by_name(db_get_text(r, row, COL_ROLE), &out->role) && (out->any_authority || authority_by_code(authority, &out->authority)) &&
	       (out->any_field || out->field != FIELD_NONE) && personal_form_by_name(db_get_text(r, row, COL_FORM), &out->form);
}

struct policy *policy_from_rows(const struct db_rows *r)
{
	struct policy *p = calloc(1, sizeof(*p) + sizeof(p->rows[0]) * (size_t)db_row_count(r));

	for (int row = 0; p != NULL && row < db_row_count(r); row++)
		p->count += read_row(r, row, &p->rows[p->count]);
	return p;
}

void policy_free(struct policy *p)
{
	free(p);
}

/* The row of the authority counts before the one of all, and of these the row of the field. */
static const struct policy_row *find(const struct policy *p, const struct client *reader, enum field f, bool privileged, int32_t day)
{
	const struct policy_row *best = NULL;
	int best_weight = -1;

	for (int i = 0; i < p->count; i++) {
		const struct policy_row *row = &p->rows[i];
		int weight = (row->any_authority ? 0 : 2) + (row->any_field ? 0 : 1);

		if (row->role != reader->role || row->privileged != privileged || day < row->from || day > row->to || weight <= best_weight ||
		    (!row->any_field && row->field != f) || (!row->any_authority && !(reader->has_authority && reader->authority == row->authority)))
			continue;
		best = row;
		best_weight = weight;
	}
	return best;
}

enum personal_form policy_form(const struct policy *p, const struct client *reader, enum field f, bool privileged, int32_t day)
{
	const struct policy_row *row = p == NULL || !privileged ? NULL : find(p, reader, f, true, day);

	if (p != NULL && row == NULL)
		row = find(p, reader, f, false, day);
	return row == NULL ? PERSONAL_ABSENT : row->form;
}
