/* Private to store/: the statements of intake, shared by the batch (intake.c) and the slow lane (revision.c). */
#ifndef STORE_INTAKE_PRIV_H
#define STORE_INTAKE_PRIV_H

#include "model/clearance.h"
#include "model/receipt.h"
#include "store/intake.h"

enum { INTAKE_NEW_PARAMS = 29, INTAKE_PUT_PARAMS = 38, INTAKE_REVISION_PARAMS = 41, INTAKE_LOOK_PARAMS = 3, INTAKE_TRIM_PARAMS = 3 };

enum intake_shape { /* of the statement that writes: intake_put.c */
	INTAKE_ANY,
	INTAKE_NEW,      /* nobody filed any of it before, else all of it is refused: DB_CONFLICT */
	INTAKE_REVISION, /* of the slow lane: anything, not only an addition */
};

/* Everything one write needs. Candidates are sorted by key and are distinct in it. */
struct intake_write {
	struct candidate **list;
	int count;
	int64_t now_us;
	struct id id;            /* of its rows in work, submission and seal: another for each try and each part of a batch */
	struct sha256 root, seal_record;
	uint8_t signature[SIGNATURE_BYTES];
	const char *key_id;
	int seal_size, lease_s;
	struct vault *vault;     /* messages and documents are encrypted in it */
	struct recent *recent;   /* gets what was written; NULL: nobody wants it */
	enum intake_shape shape;
	const struct id *guard;  /* a revision is written only while this declaration's state allows it; NULL: no guard */
	int released_seq;        /* other than 0: a return: the guarded declaration must be released, and its seq still this one */
	int put_place;           /* which of the call's statements is put */
	struct candidate **asked; /* by look: those that were not written */
	int asked_count;
	struct db_param put[INTAKE_REVISION_PARAMS], look[INTAKE_LOOK_PARAMS], trim[INTAKE_TRIM_PARAMS], lock[2], lock_link[2];
};

/* The values of put (intake_params.c). False: the arena is full, or nothing can be encrypted. */
bool intake_put_params(struct intake_write *w, struct arena *a) must_check;
/* The values of trim, once it is known what was stored. False: there is nothing to trim, or the arena is full. */
bool intake_trim_params(struct intake_write *w, struct arena *a) must_check;
/* They can be written as INTAKE_NEW, if they are new: orders and payments, each of another declaration. a: to work in. */
bool intake_may_be_new(struct candidate *const *list, int count, struct arena *a);
/* Fills the call: (locks,) put. False: the arena is full. */
bool intake_put_call(struct intake_write *w, struct arena *a, struct db_call *call) must_check;
struct intake_raised {
	struct id *ids;
	bool *incomplete;
	int room;
};
/* What was written becomes STORED; the rest stays PENDING. The declarations raised are put into raised: how many. */
int intake_put_read(struct intake_write *w, const struct db_answer *a, struct intake_raised *raised);
/* Of those that stay PENDING: what stands under their keys. Its own statement after the commit, so that it sees what others committed. */
bool intake_look_call(struct intake_write *w, struct arena *a, struct db_call *call) must_check;
/* Sets REPEAT, or STORED by an earlier try; one that met other content stays PENDING with first_id set. */
void intake_look_read(struct intake_write *w, const struct db_answer *a);

/* The receipts of these candidates, sealed; false: arena full or no signature. */
bool intake_seal(struct intake_write *w, struct arena *a, struct signer *signer);

/* --- slow lane: changes, deletions, corrections --- */
struct revision_lane;
struct revision_lane *revision_lane_new(const struct intake_conf *conf, const struct intake_deps *deps);
void revision_lane_free(struct revision_lane *l);
/* Decides one candidate; on_done(c, arg) later, once. False: the lane is full. */
bool revision_submit(struct revision_lane *l, struct candidate *c, void (*on_done)(void *arg, struct candidate *c), void *arg) must_check;
/* A return of imported goods (revision_return.c): it is read for first, even if it is new. */
bool return_is_read_first(const struct candidate *c);
int revision_waiting(const struct revision_lane *l);

#endif
