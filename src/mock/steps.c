/*
 * What is said about a message, decided once, when its work is done: by the rule that fits, else by the behaviour.
 *
 *   exception ──(orders another answer for it)──────► its behaviour
 *   rules ─────(one fits)───────────────────────────► its steps, each after the one before
 *   behaviour ──────────────────────────────────────► at once, later or never; in steps or not
 *
 * Every later saying gets the time it is due at; chaos may turn these times round, or have all said twice.
 */
#include "mock/mock.h"

enum { BILL_BYTES = 64 << 20, BY_BEHAVIOUR_MAX = 3 };

static bool is_inventory(int message_number)
{
	return message_number == 621 || message_number == 603;
}

/* Of an inventory 800 is the good end; of a cancellation, a return and what else is applied for, 399. */
static struct text customs_status(enum part_outcome outcome, int message_number)
{
	static const char *const statuses[OUTCOME_COUNT] = {
		[OUTCOME_NONE] = "2", [OUTCOME_RECEIVED] = "2", [OUTCOME_ENTERED] = "120", [OUTCOME_REVIEW] = "300", [OUTCOME_INSPECT] = "500",
		[OUTCOME_HELD] = "501", [OUTCOME_CLEAR] = "800", [OUTCOME_REJECTED] = "100",
	};

	return outcome == OUTCOME_CLEAR && message_number != 0 && !is_inventory(message_number) ? TEXT("399") : text_of(statuses[outcome]);
}

static struct text plain_status(enum part_outcome outcome)
{
	return text_of(outcome == OUTCOME_CLEAR ? "accepted" : outcome == OUTCOME_ENTERED ? "received" : outcome_name(outcome));
}

static struct saying by_outcome(const struct mock_authority *m, const struct mock_message *msg, enum part_outcome outcome)
{
	bool customs = m->authority == AUTHORITY_CUS, clear = outcome == OUTCOME_CLEAR;

	return (struct saying){
		.kind = SAY_RECEIPT,
		.status = customs ? customs_status(outcome, msg->message_number) : plain_status(outcome),
		.info = !clear ? TEXT("simulated") : !customs ? TEXT("accepted") : is_inventory(msg->message_number) ? TEXT("[Code:2600;Desc:放行]")
		                                                                                                     : TEXT("[Code:2300;Desc:审核通过]"),
	};
}

static int outcomes_of(const struct mock_behaviour *x, enum part_outcome out[BY_BEHAVIOUR_MAX])
{
	int n = 0;

	if (x->steps) {
		out[n++] = OUTCOME_RECEIVED;
		out[n++] = OUTCOME_ENTERED;
	}
	out[n++] = x->outcome;
	return n;
}

/* Each a millisecond after the one before, by the authority's own clock. */
static void say_by_behaviour(struct mock_authority *m, struct mock_message *msg, const struct mock_behaviour *x)
{
	enum part_outcome outcomes[BY_BEHAVIOUR_MAX];
	int n = outcomes_of(x, outcomes), at_once = x->answer == MOCK_AT_ONCE ? 1 : 0;

	for (int i = 0; x->answer != MOCK_NEVER && i < n; i++) {
		struct saying s = by_outcome(m, msg, outcomes[i]);

		s.in_reply = i < at_once;
		s.left = s.in_reply ? 0 : x->twice ? 2 : 1;
		s.at_us = msg->first_us + i * 1000;
		s.due_us = s.in_reply ? msg->first_us : msg->first_us + (int64_t)x->late_ms * 1000 * (i - at_once + 1);
		(void)mock_say(m, msg, &s);
	}
}

static void say_by_rule(struct mock_authority *m, struct mock_message *msg, const struct answer_rule *rule, const struct mock_behaviour *x, struct text body)
{
	int64_t at_us = msg->first_us;
	struct arena a;

	arena_init(&a, BILL_BYTES);
	for (int i = 0; i < rule->step_count; i++) {
		const struct rule_step *step = &rule->steps[i];
		struct saying s = { .kind = step->kind, .status = step->status, .code = step->code, .info = step->info };
		struct fault f = { 0 };

		/* a millisecond at least, so that their own time orders them */
		at_us += step->after_ms == 0 && i > 0 ? 1000 : (int64_t)step->after_ms * 1000;
		s.in_reply = i == 0 && step->after_ms == 0 && step->kind == SAY_RECEIPT;
		s.left = s.in_reply ? 0 : x->twice ? 2 : 1;
		s.at_us = s.due_us = at_us;
		if (step->kind != SAY_TAX_BILL || tax_bill(&a, body, &step->rates, &s.detail, &f))
			(void)mock_say(m, msg, &s);
	}
	arena_done(&a);
}

static void turn_round(struct mock_message *msg)
{
	struct saying *later[RULE_STEPS_MAX];
	int n = 0;

	for (struct saying *s = msg->sayings; s != NULL; s = s->next)
		if (!s->in_reply)
			later[n++] = s;
	for (int i = 0; i < n / 2; i++) {
		int64_t due_us = later[i]->due_us;

		later[i]->due_us = later[n - 1 - i]->due_us;
		later[n - 1 - i]->due_us = due_us;
	}
}

/* An exception that only delays or breaks leaves the answer to the rules. */
static bool says_otherwise(const struct mock_behaviour *x, const struct mock_behaviour *usual)
{
	return x->answer != usual->answer || x->outcome != usual->outcome || x->steps != usual->steps;
}

void steps_decide(struct mock_authority *m, struct mock_message *msg, const struct mock_behaviour *x, struct text body)
{
	const struct text of = { (const char *)msg->id.b, sizeof(msg->id.b) };
	const struct answer_rule *rule = says_otherwise(x, &m->behaviour) ? NULL : rules_choose(&m->rules, body, m->home->seed, &msg->id);

	if (rule != NULL)
		say_by_rule(m, msg, rule, x, body);
	else
		say_by_behaviour(m, msg, x);
	if (chaos_strikes(&m->chaos, CHAOS_BACKWARDS, m->authority, of, 0))
		turn_round(msg);
	if (chaos_strikes(&m->chaos, CHAOS_TWICE, m->authority, of, 0))
		for (struct saying *s = msg->sayings; s != NULL; s = s->next)
			s->left *= 2;
}
