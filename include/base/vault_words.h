/* Private to the vault: what most records say alike. A record is compressed as if it stood behind these words. */
#ifndef BASE_VAULT_WORDS_H
#define BASE_VAULT_WORDS_H

#include "base/text.h"

struct text vault_words(void);

#endif
