/*
 * Which lane a declaration takes (布控): points of the risk rules that hit, the credit term of its enterprise, and a draw that anyone
 * who knows the day's key can repeat (RULES 8.3; E78, E97). Pure.
 *
 *   any rule that blocks ─► REJECT
 *   points (at most 100) + credit term, at least 0 ─► GREEN, YELLOW, RED or BLACK by their limits
 *   a negative listing ─► RED at least          drawn at random ─► RED at least
 */
#ifndef MODEL_LANE_H
#define MODEL_LANE_H

#include <stdbool.h>

#include "base/crypto.h"
#include "base/text.h"
#include "model/credit.h"

#define LANES(X) X(GREEN, "green") X(YELLOW, "yellow") X(RED, "red") X(BLACK, "black") X(REJECT, "reject")
enum lane_colour { /* the stricter the higher */
#define X(id, name) LANE_##id,
	LANES(X)
#undef X
	LANE_COUNT
};
const char *lane_name(enum lane_colour l);
bool lane_by_name(struct text t, enum lane_colour *out) must_check;

struct lane_rules { /* one set of rows, of the day that is judged */
	int least[LANE_COUNT];               /* points of each lane; GREEN: 0; REJECT: not used */
	int credit_term[CREDIT_LEVEL_COUNT];
	int rate_bp[CREDIT_LEVEL_COUNT];     /* share that is drawn, of ten thousand */
	int points_max;                      /* of the sum, before the credit term */
};

struct lane_input {
	int points;            /* of the rules that hit; shadow rules are left out */
	bool has_block;
	enum credit_level level;
	bool is_listed;        /* the enterprise is on the negative list */
	int rate_bp;           /* that holds for this enterprise and these goods (lane_rate) */
	const struct sha256 *day_key;
	struct text draw_of;   /* the declaration's number: what is drawn by */
};

struct lane_choice {
	enum lane_colour lane;
	int points;            /* with the credit term, at least 0 */
	int credit_term;
	int drawn;             /* 0..9999 */
	bool is_drawn;         /* below the rate */
	bool by_chance;        /* the draw alone made the lane what it is */
};

/* HMAC-SHA256 over the text under the day's key: its first eight bytes, big-endian, modulo 10000. */
int lane_draw(const struct sha256 *day_key, struct text of);
/* The secret of the draw, of the daemon's secret for pseudonyms; nothing that can be filed leads to it. */
struct sha256 lane_secret(struct text master);
/* The day's key from the secret one: HMAC-SHA256 over the day as 2026-03-02, so that a past day's can be shown without telling others'. */
struct sha256 lane_day_key(struct text secret, int32_t day);
/* The level's rate after feedback: each step up doubles it, each step down halves it; between `least_bp` and `most_bp`. */
int lane_rate(int level_bp, int steps, int least_bp, int most_bp);
void lane_choose(const struct lane_rules *r, const struct lane_input *in, struct lane_choice *out);

#endif
