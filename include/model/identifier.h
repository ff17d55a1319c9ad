/* Check digits and forms of the numbers a filing carries (GB 32100, GB 11643, UPU S10, customs). Pure; each takes the whole text. */
#ifndef MODEL_IDENTIFIER_H
#define MODEL_IDENTIFIER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

bool identifier_credit_code(struct text t);                    /* GB 32100-2015, 18 characters */
bool identifier_identity_number(struct text t, int32_t today); /* GB 11643-1999; birth date exists and is not after today (day number) */
bool identifier_customs_code(struct text t);                   /* customs registration code, 10 characters */
bool identifier_company(struct text t);                        /* either of credit code and customs code */
bool identifier_s10(struct text t);                            /* UPU S10 with its check digit */
bool identifier_looks_s10(struct text t);                      /* two letters, nine digits, two letters */
bool identifier_looks_gtin(struct text t);                     /* 8, 12, 13 or 14 digits */
bool identifier_gtin(struct text t);                           /* GS1, with its check digit */
bool identifier_hs(struct text t);                             /* ten digits, chapter 01–97 without 77 */

#endif
