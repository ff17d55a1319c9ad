/* What an evaluation found, gathered and written by one statement. Private to flow/credit. */
#ifndef FLOW_CREDIT_SETTLE_H
#define FLOW_CREDIT_SETTLE_H

#include "base/id.h"
#include "io/db.h"
#include "model/credit_record.h"

struct credit_place { /* an enterprise of table credit_place */
	struct text code;
	int32_t was_on;            /* as it was read: the guard */
	int was_raise;
	int raise;                 /* of the records that were read, or of fewer */
	bool is_known;             /* the rest was told before */
	int score;
	enum credit_level level;
	bool barred;
	struct text events;        /* that weighed in the last standing, as its row has them: {id,…} */
	bool is_judged;            /* in this step */
	int32_t judged_on;
};

enum { CREDIT_SETTLE_PARAMS = 22 };
struct credit_settle {
	struct arena *arena;
	struct credit_settled *standings; /* credit_settle.c */
	int standing_count, room;
	struct id change;
	struct db_param params[CREDIT_SETTLE_PARAMS];
};

bool credit_settle_begin(struct credit_settle *s, struct arena *a, int room) must_check;
/* A day's standing: becomes a row when it, or what it rests on, is another than the one before, which the place then holds. False: the arena is full. */
bool credit_settle_note(struct credit_settle *s, struct credit_place *p, const struct credit_view *v, const struct credit_standing *now) must_check;
/* The call that writes all of it, with the places that were judged; everything of it lies in the arena and in *s. False: the arena is full. */
bool credit_settle_add(struct credit_settle *s, const struct credit_place *places, int count, int64_t now_us, struct id_source *ids,
                       struct db_call *call) must_check;

#endif
