/* Lanes: a sum, a table of limits and a draw. */
#include "model/lane.h"

#include <assert.h>

#include "model/calendar.h"

static const char *const names[] = {
#define X(id, name) name,
	LANES(X)
#undef X
};

const char *lane_name(enum lane_colour l)
{
	assert(l < LANE_COUNT);
	return names[l];
}

bool lane_by_name(struct text t, enum lane_colour *out)
{
	for (int l = 0; l < LANE_COUNT; l++) {
		if (text_is(t, names[l])) {
			*out = (enum lane_colour)l;
			return true;
		}
	}
	return false;
}

int lane_draw(const struct sha256 *day_key, struct text of)
{
	struct sha256 mac = hmac_sha256((struct text){ (const char *)day_key->b, sizeof(day_key->b) }, of);
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | mac.b[i];
	return (int)(number % 10000);
}

struct sha256 lane_secret(struct text master)
{
	return hmac_sha256(master, TEXT("\xff" "risk draw")); /* 0xff is in no text */
}

struct sha256 lane_day_key(struct text secret, int32_t day)
{
	char text[DAY_TEXT_BYTES];

	day_put(day, text);
	return hmac_sha256(secret, text_of(text));
}

int lane_rate(int level_bp, int steps, int least_bp, int most_bp)
{
	int64_t rate = level_bp;

	assert(level_bp >= 0 && least_bp <= most_bp);
	for (int i = 0; i < steps && rate < most_bp; i++)
		rate *= 2;
	for (int i = 0; i > steps && rate > least_bp; i--)
		rate /= 2;
	return (int)(rate < least_bp ? least_bp : rate > most_bp ? most_bp : rate);
}

static enum lane_colour lane_of_points(const struct lane_rules *r, int points)
{
	int lane = LANE_BLACK;

	while (lane > LANE_GREEN && points < r->least[lane])
		lane--;
	return (enum lane_colour)lane;
}

void lane_choose(const struct lane_rules *r, const struct lane_input *in, struct lane_choice *out)
{
	int points = in->points < r->points_max ? in->points : r->points_max;
	enum lane_colour lane;

	assert(in->points >= 0);
	*out = (struct lane_choice){ .credit_term = r->credit_term[in->level] };
	points += out->credit_term;
	out->points = points > 0 ? points : 0;
	out->drawn = lane_draw(in->day_key, in->draw_of);
	out->is_drawn = out->drawn < in->rate_bp;
	lane = lane_of_points(r, out->points);
	if (in->is_listed && lane < LANE_RED)
		lane = LANE_RED;
	if (out->is_drawn && lane < LANE_RED) {
		out->by_chance = true;
		lane = LANE_RED;
	}
	if (in->has_block) {
		out->by_chance = false;
		lane = LANE_REJECT;
	}
	out->lane = lane;
}
