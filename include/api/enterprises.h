/* What the files of enterprises share: the look-up of one, and what a registration or a change says. */
#ifndef API_ENTERPRISES_H
#define API_ENTERPRISES_H

#include "api/fields.h"
#include "model/enterprise.h"

#define ENTERPRISE_PARK_WANTED "a park that is in force today: see /v1/parks"
#define ENTERPRISE_MEMBERS "name roles customs_codes inspection_no tax_no district_code address representative park"

struct enterprise_wish {
	struct text name, inspection_no, tax_no, district, address, park; /* absent: not given */
	struct words roles, customs_codes;
	struct text representative;         /* masked */
	struct identity_hash representative_hash;  /* when there is a representative */
};
/* The members above, as far as they are given; whole: those that a registration must have are needed. False with *f: what must not go
 * on at all; faults of members are findings. credit_code: of the enterprise. */
bool enterprise_wish_read(struct fields *x, struct text credit_code, bool whole, struct enterprise_wish *out, struct fault *f) must_check;
/* Ten parameters: the members in their order, the representative as two, masked and digest. */
void enterprise_wish_args(struct args *q, const struct enterprise_wish *w);
/* FACT_BIT()s of what it would change. */
unsigned enterprise_wish_facts(const struct enterprise_wish *w);

struct text enterprise_facts_words(struct req *r, unsigned facts); /* "name,address" */

/* Under which a representative is compared and never told. */
/* Under the key of a stored hash that it will be held against; with none, under the current one. */
struct identity_hash enterprise_person_hash(struct req *r, struct text stored, struct text credit_code, struct text name);

bool enterprise_sees_all(const struct req *r); /* operators and the market regulator: every record in full */
struct text enterprise_titles(struct req *r);  /* of states, as JSON, in the caller's language */

/* Of enterprise_get, which answers no row when there is no such enterprise. */
enum { ENTERPRISE_JSON, ENTERPRISE_WHOLE, ENTERPRISE_ID, ENTERPRISE_VERSION, ENTERPRISE_STATE, ENTERPRISE_FROZEN, ENTERPRISE_NAME,
       ENTERPRISE_DISTRICT, ENTERPRISE_ADDRESS, ENTERPRISE_PERSON, ENTERPRISE_CREDIT };
/* The enterprise that the path names; in the request's first step only. */
enum step enterprise_look(struct req *r, db_step_fn *then) must_check;
/* The statement, and the whole record as it is then, of whose owner the caller is known to be: `then` finds it in the second result. */
enum step enterprise_await(struct req *r, const struct db_stmt *stmt, struct args *q, struct text number, db_step_fn *then) must_check;

#endif
