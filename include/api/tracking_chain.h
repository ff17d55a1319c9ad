/* A parcel's chain: from the rows of function tracking_rows() to what its parties, or everybody, are shown. */
#ifndef API_TRACKING_CHAIN_H
#define API_TRACKING_CHAIN_H

#include "api/req.h"
#include "model/tracking.h"

struct tracking_rules {
	const struct tracking_rule *list;
	int count;
};

struct tracking_chain {
	const struct db_rows *rows;
	int first, last;         /* its rows: from first, up to but not last */
	const struct tracking_rules *rules;
	struct text consignee, telephone; /* of who receives it; absent: no filing says so */
	struct tracking_report reports[TRACKING_STEPS_MAX];
	int count;
};

/* The parcel whose rows begin at `first`. False: the arena is full. */
bool tracking_chain_read(struct req *r, const struct tracking_rules *rules, const struct db_rows *rows, int first, struct tracking_chain *out) must_check;
/* For who has a part in it. */
void tracking_chain_put(struct buf *b, const struct tracking_chain *c, bool chinese);
/* For everybody: what happened and when. The consignee, masked, only for who knows how the telephone number ends. */
void tracking_chain_put_public(struct buf *b, const struct tracking_chain *c, struct text telephone_end, bool chinese);

#endif
