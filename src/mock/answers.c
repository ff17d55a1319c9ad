/* What an authority says about one message. */
#include <assert.h>
#include <stdio.h>

#include "mock/mock.h"
#include "standard/answer.h"

static struct text customs_status(enum part_outcome outcome, bool is_cancellation)
{
	static const char *const statuses[OUTCOME_COUNT] = {
		[OUTCOME_NONE] = "2", [OUTCOME_RECEIVED] = "2", [OUTCOME_ENTERED] = "120", [OUTCOME_REVIEW] = "300", [OUTCOME_INSPECT] = "500",
		[OUTCOME_HELD] = "501", [OUTCOME_CLEAR] = "800", [OUTCOME_REJECTED] = "100",
	};

	if (is_cancellation && outcome == OUTCOME_CLEAR)
		return TEXT("399");
	return text_of(statuses[outcome]);
}

static struct text plain_status(enum part_outcome outcome)
{
	return text_of(outcome == OUTCOME_CLEAR ? "accepted" : outcome == OUTCOME_ENTERED ? "received" : outcome_name(outcome));
}

static struct text info_of(enum part_outcome outcome, bool customs, bool is_cancellation)
{
	if (outcome == OUTCOME_CLEAR && is_cancellation)
		return TEXT("[Code:2300;Desc:撤单申请审核通过]");
	if (outcome == OUTCOME_CLEAR)
		return customs ? TEXT("[Code:2600;Desc:放行]") : TEXT("accepted");
	return TEXT("simulated");
}

void mock_put_answers(struct buf *b, const struct mock_authority *m, const struct mock_said *said, int count)
{
	bool customs = m->authority == AUTHORITY_CUS;
	struct authority_answer answers[MOCK_SAID_MAX];
	char keys[MOCK_SAID_MAX][128];

	assert(count >= 1 && count <= MOCK_SAID_MAX);
	for (int i = 0; i < count; i++) {
		const struct mock_message *msg = said[i].msg;
		enum part_outcome outcome = said[i].outcome;
		int length = snprintf(keys[i], sizeof(keys[i]), TEXT_FMT "/" TEXT_FMT, TEXT_ARG(msg->merchant), TEXT_ARG(msg->internal_no));

		answers[i] = (struct authority_answer){
			.authority = m->authority,
			.reference = msg->reference,
			.declaration = msg->declaration,
			.version = msg->version,
			.status = customs ? customs_status(outcome, msg->is_cancellation) : plain_status(outcome),
			.outcome = outcome,
			.at_us = said[i].at_us,
			.info = info_of(outcome, customs, msg->is_cancellation),
			.is_cancellation = msg->is_cancellation,
			.business_key = { keys[i], length < (int)sizeof(keys[i]) ? (size_t)length : sizeof(keys[i]) - 1 },
		};
	}
	answer_put(b, m->authority, said[0].msg->direction, answers, count);
}
