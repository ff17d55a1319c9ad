/*
 * One declaration of a batch: from the rows that were read to the judgement to be written.
 *
 *   read, want (filings: from memory, else asked for) ──> match (three flows) ──> settle (answers, state, what is declared)
 *
 * No waiting here and no clock: assess does both.
 */
#ifndef FLOW_JUDGE_H
#define FLOW_JUDGE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "flow/standing.h"
#include "model/clearance.h"
#include "model/rights.h"
#include "model/verdict.h"
#include "standard/writer.h"
#include "store/assess_store.h"
#include "store/lookup_store.h"
#include "store/recent.h"
#include "store/risk_store.h"

struct judged {
	struct id id;
	bool found;                     /* the row was there */
	/* as stored */
	struct trade_case trade;
	struct id *wanted;              /* filings that the match must see; none when it need not be judged again */
	int wanted_count;
	struct filed *filed;            /* with room for them */
	int seq, inputs_judged, inputs, version;
	enum declaration_state state;
	struct text stored_verdict, stored_missing, basis, direction, trade_mode;
	int64_t wait_until_us;
	struct part *parts;             /* with room for one more version of every authority */
	struct part_stored {
		enum delivery_state state;
		bool adrift;
		enum part_outcome outcome;
		int64_t outcome_us;
		struct id asked_by;     /* the filing that this version withdraws by, or asks for a return; null: it declares */
		struct text reference;  /* customs' preNo; may be absent */
	} *stored;
	struct inbox_item *held;        /* answers in memory: stored with this judgement */
	struct answer *answers;         /* all of them */
	int part_count, answer_count;
	/* judged */
	bool from_todo;                 /* found through its todo row, which is over when this pass is written */
	struct text identity_hash;      /* asked about; absent: nothing was */
	bool matched_now;               /* the match was judged in this pass */
	struct verdict verdict;
	enum verdict_kind kind;
	struct filed request;           /* the latest filing that asks to take back, and nothing was filed instead; doc NULL: none */
	bool has_request, is_handled;   /* is_handled: a version was made of it */
	bool withdrawn, withdrawing;
	struct goods_found goods;       /* matched, and the regime or a question to a department asks: the classes that the goods are in */
	struct judged_lookup {          /* what departments are asked before it is declared */
		const struct lookup_rule *rule;
		struct text key;
		enum lookup_standing standing;
		struct id answer;       /* by which it stands so; null: by none */
	} *lookups;
	int lookup_count;
	const struct lookup_rule *attested_by; /* the row by which its identity is asked about; NULL: nobody is asked */
	struct judged_risk {            /* weighed before it is declared; NULL: it was not */
		const struct risk_day *day;
		const struct sha256 *day_key;
		struct risk_facts facts;
		enum credit_level level;
		bool is_listed, is_cleared;     /* is_cleared: a review let the trade go as it is */
		struct text merchant, ability;  /* ability: absent, nothing is recorded */
		struct sampling sampling;       /* steps; the rest is set by choosing */
		bool is_spared;
		/* judged */
		bool has_lane;
		struct risk_judgement judgement;
		struct lane_choice choice;
		struct text rows, text; /* as the decision keeps them */
	} *risk;
};

/* Reads the three results of assess_store_load into count cases, in the order asked. held: the answers in memory for each.
 * False: arena full. */
bool judge_read(struct arena *a, const struct id *ids, struct inbox_item *const *held, int count, const struct db_answer *answer,
                struct judged *out) must_check;

/* The case of a declaration that was declared a moment ago; held: its answers. False: arena full. */
bool judge_recall(struct arena *a, const struct standing_case *standing, struct inbox_item *held, struct judged *out) must_check;

struct judge_wanted { /* filings that must be read from the database */
	struct id *ids;
	int *of; /* whose each is: an index into the cases */
	int count;
};
/* The filings of those whose match must be judged: taken from recent (may be NULL), the others listed in out. False: arena full. */
bool judge_want(struct arena *a, struct judged *cases, int count, const struct recent *recent, struct judge_wanted *out) must_check;
bool judge_take(struct arena *a, struct vault *vault, const struct judge_wanted *wanted, const struct db_rows *filings, struct judged *cases) must_check;
void judge_match(struct judged *j, const struct codebook *book, int64_t now_us);
/* judge_withdrawal.c: before the match: which filing asks to take back, and what was declared stands until that is decided. */
void judge_requests(struct judged *j);
/* The identity that the buyer-is-payer rule (GACC 2018-194) asks about: the buyer's number and name in the order; false: there is none. */
bool judge_identity(const struct judged *j, struct text *number, struct text *name) must_check;

/* judge_lookups.c: what is to be asked of which keys; asked: AUTHORITY_BITs of those that are connected for it. False: arena full. */
bool judge_want_lookups(struct arena *a, struct judged *j, const struct codebook *book, unsigned asked) must_check;
/* What is known of one of its keys; false: nothing that counts at now. */
bool judge_lookup_known(struct judged *j, int lookup, const struct lookup_known *known, int64_t now_us);
/* After it was settled: what it waits for; out: with room for lookup_count + 1. */
int judge_asked(const struct judged *j, struct lookup_asked *out, struct arena *a);

/* judge_risk.c: is it about to be declared? Then what its trade says of itself is put into j->risk, and what it leaves for others into out. */
struct judge_weighing {
	struct arena *arena;
	const struct codebook *book;
	const struct rights *rights;    /* NULL: nobody is known */
	struct text secret;             /* of the hashes of persons */
	const struct risk_day *day;     /* these two live as long as j */
	const struct sha256 *day_key;
};
bool judge_is_weighed(const struct judged *j);
/* The classes that the goods are in, as sampling knows them: goods of none are in the class ''. */
int judge_class_count(const struct judged *j);
bool judge_has_class(const struct judged *j, struct text goods_class);
bool judge_weigh(struct judged *j, const struct judge_weighing *w, struct risk_weighed *out) must_check; /* false: arena full */

struct judge_context { /* of a batch; the arrays have room for all */
	struct arena *arena;
	const struct codebook *book;
	struct id_source *ids;
	int64_t now_us;
	struct text exchange_id, payer_key;
	unsigned informed; /* AUTHORITY_BIT()s of those that are told of what is released, and connected */
	const struct xmldsig_signer *customs_signer; /* NULL: messages to customs go unsigned */
	int *inspections;  /* asked for within the last hour; those of the batch are added */
	/* Gives the next preNo serial; false: none left now, the declaration is judged again later. */
	bool (*next_serial)(void *arg, uint32_t *serial);
	/* May the delivery be kept in memory now? Then it gets a lease at once. */
	bool (*has_room)(void *arg, enum authority a);
	void *arg;
	struct judgement *judgements;
	struct new_delivery *deliveries;
	struct part_change *changes;
	struct new_answer *answers;
	struct new_request *requests; /* one of a declaration at most */
	int judgement_count, delivery_count, change_count, answer_count, request_count;
	struct buf joint; /* JSON of inspections, begun by the first */
};
/* Appends the judgement, and the deliveries and part changes that follow from it. False: put off (no serial). */
bool judge_settle(struct judged *j, struct judge_context *x) must_check;

#endif
