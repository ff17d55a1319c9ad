/*
 * Classes of goods that bring further authorities in: rows of table goods_class (sql/data/goods_classes.tsv), in a codebook.
 * A class is a set of beginnings of commodity codes, dated.
 */
#ifndef MODEL_GOODS_H
#define MODEL_GOODS_H

#include <stdint.h>

#include "base/text.h"

enum { GOODS_CLASSES_MAX = 32 };

struct goods_row { /* borrowed from the codebook's arena */
	int32_t id;                  /* kept in the decisions that used it */
	struct text goods_class, hs; /* "animal_plant", "0208": 2, 4, 6, 8 or 10 digits */
	struct text name_zh, name_en;
	int32_t valid_from, valid_to;
	struct text source;
	int number;                  /* of its class, from 0; set by codebook_seal() */
};

struct goods_found { /* which classes some goods are in; zero it first */
	uint32_t classes;            /* bit n: class n */
	struct { const struct goods_row *row; struct text hs; } why[GOODS_CLASSES_MAX]; /* the first of the goods that is in it */
};

#endif
