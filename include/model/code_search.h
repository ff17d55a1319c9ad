/*
 * Looking for codes by what people know of them. Pure: the rows are the codebook's.
 */
#ifndef MODEL_CODE_SEARCH_H
#define MODEL_CODE_SEARCH_H

#include "model/codebook.h"

struct code_search {
	enum code_list list;
	int32_t day;       /* rows valid on it */
	struct text code;  /* the code begins with it; absent: any */
	struct text words; /* a part of a name in either language, an ISO code, or the beginning of the code; case does not matter; absent: any */
	/* only rows behind this one, in order of code and time; at == NULL: from the first */
	struct text after_code;
	int32_t after_from; /* its valid_from */
};

/* Fills found with up to `most` rows, in order; *more: there are others behind them. Returns how many. */
int code_search(const struct codebook *c, const struct code_search *s, const struct code_row **found, int most, bool *more);
bool code_row_is_valid(const struct code_row *row, int32_t day);

#endif
