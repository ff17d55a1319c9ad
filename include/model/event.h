/* What is told in the feed, by name. The statements that write table change use these words. */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include <stdbool.h>

#include "base/text.h"

#define EVENT_TYPES(X) \
	X("filing.accepted")      /* a filing is stored */ \
	X("declaration.changed")  /* its state, verdict or version is another than before */ \
	X("declaration.released") /* the same, and it is released: every part is clear */ \
	X("authority.answered")   /* an authority has said something new about it */ \
	X("case.opened")          /* an authority contradicts its own final answer */ \
	X("delivery.dead")        /* a message to an authority was given up */ \
	X("tax.changed")          /* a tax bill was found to be its own, or customs said something new of it */ \
	X("return.arrived")       /* the goods of a return are back */ \
	X("return.lapsed")        /* they did not come back in time */ \
	X("tracking.missing")     /* a step of its parcel did not come within its limit */ \
	X("tracking.resumed")     /* it came, or one after it */ \
	X("credit.changed")       /* the level of an enterprise, or whether it is barred, is another than before */ \
	X("sample.drawn")         /* goods of a released declaration are to be examined */ \
	X("sample.taken")         /* they were taken, or bought */ \
	X("sample.result")        /* what the laboratory found */

bool event_type_is_known(struct text t);

#endif
