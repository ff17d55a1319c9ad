/*
 * The state of a declaration: one event is read from what is known, one row of the table says
 * where it leads.
 *
 *     waiting ─► declared ─► review, inspect, held ─► released
 *        ▲ ▼        ▲ ▼            ▲ ▼
 *     conflict   rejected       (a changed filing leads back to waiting or conflict)
 *     expired    withdrawing ─► withdrawn, or back where the answers put it
 *     blocked
 *
 * The state follows from verdict and answers alone, so it is the same whatever way led there; the one
 * exception is released, which nothing leaves. A part that is given up (dead) changes nothing: the
 * declaration stays where the others put it until somebody sends the part again.
 */
#include "model/clearance.h"
#include "model/case_cycle.h"
#include "model/goods_return.h"

#include <assert.h>

static const struct {
	const char *name, *en, *zh;
	bool is_final;
} states[STATE_COUNT] = {
#define X(id, name, final, en, zh) [STATE_##id] = { name, en, zh, final },
	DECLARATION_STATES(X)
#undef X
};

const char *state_name(enum declaration_state s)
{
	assert(s < STATE_COUNT);
	return states[s].name;
}

const char *state_title(enum declaration_state s, bool chinese)
{
	assert(s < STATE_COUNT);
	return chinese ? states[s].zh : states[s].en;
}

bool state_by_name(struct text t, enum declaration_state *out)
{
	for (int i = 0; i < STATE_COUNT; i++) {
		if (text_is(t, states[i].name)) {
			*out = (enum declaration_state)i;
			return true;
		}
	}
	return false;
}

bool state_is_final(enum declaration_state s)
{
	assert(s < STATE_COUNT);
	return states[s].is_final;
}

bool state_allows_revision(enum declaration_state s)
{
	return !state_is_final(s) && s != STATE_WITHDRAWING;
}

/* What is read from verdict and answers: X(id, English, Chinese) */
#define EVENTS(X) \
	X(WITHDRAWN,     "withdrawn",              "已撤销") \
	X(ASKED,         "customs asked to cancel", "申请撤销") \
	X(FLOWS_DIFFER,  "conflict or duplicate",  "三单不符") \
	X(WINDOW_ENDED,  "window ended",           "匹配超时") \
	X(FLOWS_MISSING, "flow missing",           "三单不全") \
	X(UNANSWERED,    "a department is asked",  "待部门核查") \
	X(BLOCKED,       "a department or a risk rule stands against it", "部门核查或风险判定不通过") \
	X(DECLARED,      "declared",               "已申报") \
	X(REVIEW,        "review",                 "人工审核") \
	X(INSPECT,       "inspect",                "查验") \
	X(HELD,          "hold",                   "挂起或扣留") \
	X(REJECTED,      "rejected",               "退单") \
	X(ALL_CLEAR,     "all clear",              "各部门均放行")
enum event {
#define X(id, en, zh) EVENT_##id,
	EVENTS(X)
#undef X
	EVENT_COUNT
};

#define AT(s)    (1u << STATE_##s)
#define BEFORE   (AT(WAITING) | AT(CONFLICT) | AT(EXPIRED) | AT(WITHDRAWN) | AT(BLOCKED))
#define WITH_THE (AT(DECLARED) | AT(REVIEW) | AT(INSPECT) | AT(HELD) | AT(REJECTED) | AT(WITHDRAWING))
#define OPEN     (BEFORE | WITH_THE)

/* Every change of state there is; RELEASED stands on no left side. */
static const struct change {
	unsigned from; /* AT() bits */
	enum event event;
	enum declaration_state to;
	const char *why, *why_zh, *source;
} changes[] = {
	{ BEFORE & ~AT(WAITING), EVENT_FLOWS_MISSING, STATE_WAITING,
	  "a flow is still to come", "单证尚未齐全", "GACC 2018-194 art. 6, 7" },
	{ WITH_THE, EVENT_FLOWS_MISSING, STATE_WAITING,
	  "a filing was taken back: a flow is missing again", "单证被撤回，三单不再齐全", "GACC 2018-194 art. 6, 7, 11" },
	{ OPEN & ~AT(WAITING), EVENT_UNANSWERED, STATE_WAITING,
	  "a department is asked before it is declared", "申报前须经部门核查", "table lookup_rule" },
	{ OPEN & ~AT(BLOCKED), EVENT_BLOCKED, STATE_BLOCKED,
	  "a department's list or register, or a risk rule, stands against it", "部门清单、登记信息或风险规则不允许申报", "tables lookup_rule, risk_rule" },
	{ BEFORE & ~AT(EXPIRED), EVENT_WINDOW_ENDED, STATE_EXPIRED,
	  "the window ended before every flow came", "等待期满，单证仍未齐全", "table regime, wait_hours" },
	{ WITH_THE, EVENT_WINDOW_ENDED, STATE_EXPIRED,
	  "a filing was taken back after the window", "等待期满后单证被撤回", "table regime, wait_hours; GACC 2018-194 art. 11" },
	{ BEFORE & ~AT(CONFLICT), EVENT_FLOWS_DIFFER, STATE_CONFLICT,
	  "the flows tell different trades", "三单内容不一致", "GACC 2018-194 art. 6; customs 1320 1322 1327 1332" },
	{ WITH_THE, EVENT_FLOWS_DIFFER, STATE_CONFLICT,
	  "a changed filing differs from the others", "变更后的单证与其他单证不一致", "GACC 2018-194 art. 11" },
	{ WITH_THE & ~AT(WITHDRAWING), EVENT_ASKED, STATE_WITHDRAWING,
	  "the declarant asks customs to cancel what was declared", "申报人向海关申请撤销已申报清单",
	  "GACC 2018-194 art. 11; messages 623, 605" },
	{ BEFORE, EVENT_ASKED, STATE_WITHDRAWING,
	  "the declarant asks customs to cancel what it still has of an earlier version", "申报人申请撤销海关仍持有的原申报版本",
	  "GACC 2018-194 art. 11; messages 623, 605" },
	{ BEFORE & ~AT(WITHDRAWN), EVENT_WITHDRAWN, STATE_WITHDRAWN,
	  "the declarant withdrew it before anything was declared", "申报前由申报人撤回", "GACC 2018-194 art. 11" },
	{ WITH_THE, EVENT_WITHDRAWN, STATE_WITHDRAWN,
	  "customs agreed to cancel it, or had no part in it", "海关同意撤销，或无须海关办理",
	  "GACC 2018-194 art. 11; customs 399 in messages 624, 606" },
	{ BEFORE, EVENT_DECLARED, STATE_DECLARED,
	  "the flows match: it goes to the authorities", "三单相符，向各部门申报", "GACC 2018-194 art. 6, 7, 8" },
	{ AT(REJECTED), EVENT_DECLARED, STATE_DECLARED,
	  "a corrected version goes to the authorities", "更正后的版本重新申报", "GACC 2018-194 art. 11; customs 100" },
	{ AT(REVIEW) | AT(INSPECT) | AT(HELD), EVENT_DECLARED, STATE_DECLARED,
	  "the authority went on, or a new version goes to it", "部门恢复办理，或申报了新版本", "customs 120 after 300, 500 to 600" },
	{ AT(WITHDRAWING), EVENT_DECLARED, STATE_DECLARED,
	  "customs refused to cancel it: it stays as it was", "海关不同意撤销，维持原状", "customs 100 and negative in messages 624, 606" },
	{ OPEN & ~AT(REVIEW), EVENT_REVIEW, STATE_REVIEW,
	  "an authority reviews it by hand", "部门转人工审核", "customs 300" },
	{ OPEN & ~AT(INSPECT), EVENT_INSPECT, STATE_INSPECT,
	  "an authority selected it for inspection", "部门布控查验", "customs 500; State Council 2014-68: one inspection" },
	{ OPEN & ~AT(HELD), EVENT_HELD, STATE_HELD,
	  "an authority suspended or detained it", "部门挂起或扣留", "customs 501 502 503 505 599 600" },
	{ OPEN & ~AT(REJECTED), EVENT_REJECTED, STATE_REJECTED,
	  "an authority refused it", "部门退单", "customs 100, 700 and negative" },
	{ OPEN, EVENT_ALL_CLEAR, STATE_RELEASED,
	  "every authority cleared this version, itself or by what it recognises", "各部门均已放行（含互认）",
	  "customs 399 800 899; State Council 2014-68: one release" },
};

/* What the parts of the declared version say together: the strongest word wins. */
static enum event event_of_parts(const struct clearance_input *in)
{
	static const struct {
		enum part_outcome outcome;
		enum event event;
	} strongest_first[] = {
		{ OUTCOME_REJECTED, EVENT_REJECTED },
		{ OUTCOME_HELD, EVENT_HELD },
		{ OUTCOME_INSPECT, EVENT_INSPECT },
		{ OUTCOME_REVIEW, EVENT_REVIEW },
	};
	int count[OUTCOME_COUNT] = { 0 }, all = 0;

	for (int i = 0; i < in->part_count; i++) {
		if (in->parts[i].version == in->version && !in->parts[i].withdraws) {
			count[part_outcome(&in->parts[i])]++;
			all++;
		}
	}
	for (size_t i = 0; i < COUNTOF(strongest_first); i++) {
		if (count[strongest_first[i].outcome] > 0)
			return strongest_first[i].event;
	}
	return all > 0 && count[OUTCOME_CLEAR] == all ? EVENT_ALL_CLEAR : EVENT_DECLARED;
}

static enum event event_of(const struct clearance_input *in)
{
	if (in->withdrawn)
		return EVENT_WITHDRAWN;
	if (in->withdrawing)
		return EVENT_ASKED;
	if (in->verdict == VERDICT_CONFLICT || in->verdict == VERDICT_DUPLICATE)
		return EVENT_FLOWS_DIFFER;
	if (in->verdict == VERDICT_MISSING)
		return in->expired ? EVENT_WINDOW_ENDED : EVENT_FLOWS_MISSING;
	if (in->verdict == VERDICT_PENDING)
		return EVENT_UNANSWERED;
	if (in->verdict == VERDICT_BLOCKED)
		return EVENT_BLOCKED;
	if (in->version == 0)
		return EVENT_FLOWS_MISSING;
	return event_of_parts(in);
}

enum declaration_state clearance_state(const struct clearance_input *in)
{
	enum event event = event_of(in);

	assert(in->state < STATE_COUNT);
	for (size_t i = 0; i < COUNTOF(changes); i++) {
		if (changes[i].event == event && (changes[i].from & (1u << in->state)) != 0)
			return changes[i].to;
	}
	return in->state; /* there already, or released */
}

/* --- the page ---------------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name, *title;
	unsigned members;
} groups[] = {
	{ "before", "before anything is declared, or after it was taken back", BEFORE },
	{ "with", "with the authorities", WITH_THE },
};

static void put_nodes(struct buf *b)
{
	for (size_t g = 0; g < COUNTOF(groups); g++) {
		buf_printf(b, "\tsubgraph %s [\"%s\"]\n", groups[g].name, groups[g].title);
		for (int s = 0; s < STATE_COUNT; s++)
			if ((groups[g].members & (1u << s)) != 0)
				buf_printf(b, "\t\t%s[\"%s<br>%s\"]\n", states[s].name, states[s].name, states[s].zh);
		buf_str(b, "\tend\n");
	}
	for (int s = 0; s < STATE_COUNT; s++)
		if (states[s].is_final)
			buf_printf(b, "\t%s([\"%s<br>%s\"])\n", states[s].name, states[s].name, states[s].zh);
}

/* From a whole group one arrow; within a group, and from a part of one, an arrow from each state. */
static void put_arrows(struct buf *b, size_t row)
{
	const struct change *c = &changes[row];
	unsigned left = c->from;

	for (size_t g = 0; g < COUNTOF(groups); g++) {
		if ((left & groups[g].members) != groups[g].members)
			continue;
		if ((groups[g].members & (1u << c->to)) == 0) {
			buf_printf(b, "\t%s -->|%zu| %s\n", groups[g].name, row + 1, states[c->to].name);
			left &= ~groups[g].members;
		}
	}
	for (int s = 0; s < STATE_COUNT; s++)
		if ((left & (1u << s)) != 0)
			buf_printf(b, "\t%s -->|%zu| %s\n", states[s].name, row + 1, states[c->to].name);
}

static void put_row(struct buf *b, size_t row)
{
	static const char *const events[EVENT_COUNT] = {
#define X(id, en, zh) [EVENT_##id] = en " " zh,
		EVENTS(X)
#undef X
	};
	const struct change *c = &changes[row];
	const char *comma = "";

	buf_printf(b, "| %zu | ", row + 1);
	for (int s = 0; s < STATE_COUNT; s++) {
		if ((c->from & (1u << s)) == 0)
			continue;
		buf_printf(b, "%s%s", comma, states[s].name);
		comma = ", ";
	}
	buf_printf(b, " | %s | **%s** | %s | %s | %s |\n", events[c->event], states[c->to].name, c->why, c->why_zh, c->source);
}

void clearance_put_page(struct buf *b)
{
	buf_str(b, "# The states of a declaration\n\n"
	           "Printed from the table of changes in `src/model/clearance_table.c` by `make states`; a test holds it equal. What the table does not\n"
	           "name cannot happen. The event is read from the verdict of the flows and from what the authorities said of the declared version, so\n"
	           "the state is the same in whatever order answers come; only released is never left. Numbers at arrows are rows.\n\n"
	           "```mermaid\nflowchart LR\n");
	put_nodes(b);
	for (size_t i = 0; i < COUNTOF(changes); i++)
		put_arrows(b, i);
	buf_str(b, "```\n\n| state | 状态 | meaning |\n|---|---|---|\n");
	for (int s = 0; s < STATE_COUNT; s++)
		buf_printf(b, "| `%s` | %s | %s |\n", states[s].name, states[s].zh, states[s].en);
	buf_str(b, "\n| | from | what is read | to | why | 缘由 | source |\n|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < COUNTOF(changes); i++)
		put_row(b, i);
	return_put_page(b);
	case_put_page(b);
}
