/*
 * Filings stored a moment ago, kept in memory so that judging need not read them back.
 *
 * Bounded by bytes; the oldest go first. A hint only: what is not here is read from the database, and what is here is as it was
 * committed, since a filing never changes.
 */
#ifndef STORE_RECENT_H
#define STORE_RECENT_H

#include "base/attr.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/text.h"
#include "model/document.h"

struct recent;

struct recent_filing {
	struct id id;
	enum doc_kind kind;
	enum action action;
	int revision;
	int64_t received_us;
	struct text business_key, document; /* from recent_get: valid until the next recent_put */
};

struct recent *recent_new(size_t bytes, struct fault *f) must_check;
void recent_free(struct recent *r);
/* After the commit; copies. What is larger than a quarter of the memory is not kept. */
void recent_put(struct recent *r, const struct recent_filing *filing);
bool recent_get(const struct recent *r, const struct id *id, struct recent_filing *out) must_check;

#endif
