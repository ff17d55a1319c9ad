/*
 * The risk rules whose facts show later than a declaration, or belong to none: what became of a parcel, of an enterprise's goods, of a client's
 * signatures (RULES 8.2; E120). Pure; rows and parameters are those of model/risk.h.
 *
 *   a signal with its facts ──rows of the day──► struct risk_hit per rule that hit ──► an alarm (flow/alarms.h)
 */
#ifndef MODEL_RISK_ALARM_H
#define MODEL_RISK_ALARM_H

#include "model/risk.h"

struct risk_alarm_facts { /* of one occasion; has_…: it is known */
	bool has_standstill;
	int64_t still_hours;        /* since the release, in which nothing was told of the parcel */
	bool has_delivery, is_export;
	int64_t delivery_minutes;   /* from the release to the delivery; below 0: the delivery bears the earlier time */
	int64_t returned, released; /* declarations of an enterprise within R-RET-01's window: of which a return was asked for; released */
	int64_t failures, replays;  /* signatures of a client that were refused within R-NET-01's window; that had been taken before */
};

/* hits: room for `count`. */
void risk_alarm_judge(const struct risk_row *rows, int count, const struct risk_alarm_facts *facts, struct risk_hit *hits, struct risk_judgement *out);

#endif
