/* The table of settings, shared by src/config*.c; nobody else includes it. */
#ifndef CONFIG_PRIV_H
#define CONFIG_PRIV_H

#include <stddef.h>

#include "config.h"

enum setting_type { SETTING_TEXT, SETTING_NUMBER, SETTING_BOOL, SETTING_WORD };

struct setting {
	const char *section, *name;
	enum setting_type type;
	long least, most;     /* numbers */
	const char *words;    /* "auto|journal|json": a word is stored as its place */
	const char *value;    /* the default, as written in the file without quotes */
	const char *unit;     /* "ms", "" … */
	bool is_reloadable;
	size_t offset;        /* in struct config */
	const char *about;    /* one or more sentences */
};

extern const struct setting config_settings[];
extern const int config_setting_count;
/* What a section is about; NULL: there is none of that name. */
const char *config_section_about(const char *section);

static inline const char **config_text_at(const struct config *c, const struct setting *s)
{
	return (const char **)((char *)(size_t)c + s->offset);
}

static inline int *config_number_at(const struct config *c, const struct setting *s)
{
	return (int *)(void *)((char *)(size_t)c + s->offset);
}

/* The place of a word in "a|b|c", -1: it is none of them. And the word at a place: its start, with its length. */
int config_word_place(const char *words, const char *word);
const char *config_word_at(const char *words, int place, int *len);

#endif
