/*
 * Questions to departments (E41 E43 E44 E45 E46 E49 E50 E51 E52): which there are, what they are asked by, what an answer means.
 *
 * Dated rows (table lookup_rule) say which of them are asked, what for, and how long an answer is good. Pure.
 */
#ifndef MODEL_LOOKUP_H
#define MODEL_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/text.h"
#include "model/authority.h"

enum lookup_key { LOOKUP_COMPANY, LOOKUP_GOODS, LOOKUP_NUMBER, LOOKUP_PERSON };

/* X(id, name, member that it is asked by, what that is) */
#define LOOKUP_QUESTIONS(X) \
	X(REGISTRATION,    "registration",    "code",           LOOKUP_COMPANY) \
	X(LEVEL,           "level",           "code",           LOOKUP_COMPANY) \
	X(NEGATIVE_LIST,   "negative-list",   "hs_code",        LOOKUP_GOODS) \
	X(CERTIFICATES,    "certificates",    "certificate_no", LOOKUP_NUMBER) \
	X(DIRECTORY,       "directory",       "code",           LOOKUP_COMPANY) \
	X(GRADE,           "grade",           "code",           LOOKUP_COMPANY) \
	X(IDENTITY,        "identity",        "id_number",      LOOKUP_PERSON) \
	X(ADVERSE_RECORDS, "adverse-records", "code",           LOOKUP_COMPANY) \
	X(LICENCES,        "licences",        "licence_no",     LOOKUP_NUMBER)
enum lookup_question {
#define X(id, name, member, key) LOOKUP_##id,
	LOOKUP_QUESTIONS(X)
#undef X
	LOOKUP_QUESTION_COUNT
};
const char *lookup_name(enum lookup_question q);
const char *lookup_member(enum lookup_question q);
enum lookup_key lookup_key_of(enum lookup_question q);
bool lookup_by_name(struct text name, enum lookup_question *out) must_check;

enum { LOOKUP_KEY_MAX = 66, /* bytes of a key; a person's is an identity's hash in hex */
       LOOKUP_ANSWER_MAX = 65536 };
/* Can there be such a key? Of a person: the digest. */
bool lookup_key_is_good(enum lookup_question q, struct text key);

enum lookup_use { LOOKUP_ASK, LOOKUP_ATTEST, LOOKUP_CHECK }; /* on demand; for an identity; before a declaration goes out */
bool lookup_use_by_name(struct text name, enum lookup_use *out) must_check; /* ask attest check */

struct lookup_rule { /* table lookup_rule; borrowed from the codebook's arena */
	int32_t id;
	enum authority authority;
	enum lookup_question question;
	enum lookup_use use;
	struct text goods_class;      /* LOOKUP_CHECK: only where such goods are declared; absent: always */
	bool holds;                   /* LOOKUP_CHECK: while the department is away the declaration waits; else it passes */
	int32_t valid_from, valid_to; /* by the day the declaration was opened */
};

/* Why such a row cannot be obeyed; NULL: it can. */
const char *lookup_rule_fault(const struct lookup_rule *r);

struct lookup_reading { /* of an answer */
	bool hits_inside, hits_outside; /* it stands against what was asked about, on days within from … to, and on others */
	int32_t from, to;               /* day numbers */
	bool matches;                   /* LOOKUP_IDENTITY: name and number belong together */
	int64_t as_of_us;               /* the department's own time; asked_us where it says none, or one to come */
	struct text kept;               /* what may be stored of it; borrowed from the body or from the literals here */
};
/* Is the body an answer to the question? False: *f says why not; then nothing is known. */
bool lookup_read(struct arena *a, enum lookup_question q, struct text body, int64_t asked_us, struct lookup_reading *out, struct fault *f) must_check;
bool lookup_hits(const struct lookup_reading *r, int32_t day);

/* What is known of one key when a declaration is judged. */
enum lookup_standing { LOOKUP_UNKNOWN, LOOKUP_AWAY /* nor does the department say */, LOOKUP_GOOD, LOOKUP_HIT };

struct lookup_known { /* the latest answer as it is stored, and the question if it is asked just now */
	struct id id;         /* of the answer */
	bool has_answer, is_failing; /* is_failing: asked, and the department gave no answer */
	int64_t valid_until_us, shown_until_us;
	struct lookup_reading reading;
};
/* An old answer counts for as long as its row says, and only while the department is away. */
enum lookup_standing lookup_weigh(const struct lookup_known *k, int32_t day, int64_t now_us);

#endif
