/* The table of settings as the documented file, and as the pages of docs/CONFIG.md. */
#include <string.h>

#include "config_priv.h"

#define WIDTH 100 /* of comments in the file */

/* A paragraph of comment lines under an indentation. */
static void put_comment(FILE *out, const char *indent, const char *text)
{
	size_t column = 0;

	for (const char *word = text; *word != '\0';) {
		size_t len = strcspn(word, " ");

		if (column == 0 || column + 1 + len > WIDTH) {
			(void)fprintf(out, "%s%s#", column == 0 ? "" : "\n", indent);
			column = strlen(indent) + 1;
		}
		(void)fprintf(out, " %.*s", (int)len, word);
		column += 1 + len;
		word += len;
		word += strspn(word, " ");
	}
	(void)fputc('\n', out);
}

/* "text", "one of …", "1 to 16 threads" */
static void put_kind(FILE *out, const struct setting *s)
{
	switch (s->type) {
	case SETTING_TEXT:
		(void)fputs("text", out);
		break;
	case SETTING_BOOL:
		(void)fputs("true or false", out);
		break;
	case SETTING_NUMBER:
		(void)fprintf(out, "%ld to %ld %s", s->least, s->most, s->unit);
		break;
	case SETTING_WORD:
		for (const char *p = s->words; *p != '\0'; p++)
			(void)(*p == '|' ? fputs(", ", out) : fputc(*p, out));
		break;
	}
}

static void put_quoted(FILE *out, const char *text)
{
	(void)fputc('"', out);
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			(void)fputc('\\', out);
		else if (*p == '$' && p[1] == '{')
			(void)fputc('\\', out);
		(void)fputc(*p, out);
	}
	(void)fputc('"', out);
}

/* True when it differs from the default. */
static bool is_set(const struct config *c, const struct setting *s)
{
	int64_t number = 0;

	if (c == NULL)
		return false;
	switch (s->type) {
	case SETTING_TEXT:
		return strcmp(*config_text_at(c, s), s->value) != 0;
	case SETTING_NUMBER:
		return !text_to_i64(text_of(s->value), &number) || number != *config_number_at(c, s);
	case SETTING_BOOL:
		return *config_number_at(c, s) != (strcmp(s->value, "true") == 0);
	case SETTING_WORD:
		return *config_number_at(c, s) != config_word_place(s->words, s->value);
	}
	return false;
}

static void put_value(FILE *out, const struct config *c, const struct setting *s)
{
	const char *word;
	int len;

	switch (s->type) {
	case SETTING_TEXT:
		put_quoted(out, *config_text_at(c, s));
		break;
	case SETTING_NUMBER:
		(void)fprintf(out, "%d", *config_number_at(c, s));
		break;
	case SETTING_BOOL:
		(void)fputs(*config_number_at(c, s) != 0 ? "true" : "false", out);
		break;
	case SETTING_WORD:
		word = config_word_at(s->words, *config_number_at(c, s), &len);
		(void)fprintf(out, "%.*s", len, word);
		break;
	}
}

static void put_default(FILE *out, const struct setting *s)
{
	if (s->type == SETTING_TEXT)
		put_quoted(out, s->value);
	else
		(void)fputs(s->value, out);
}

void config_print(FILE *out, const struct config *c)
{
	const char *section = "";

	(void)fputs("# Settings of tongguand; see tongguand.conf(5). Lines in comments show the defaults.\n"
	            "# \"${NAME}\" inside double quotes stands for an environment variable; write \\${ for the two characters.\n"
	            "# Check with: tongguand --check-config\n", out);
	for (int i = 0; i < config_setting_count; i++) {
		const struct setting *s = &config_settings[i];

		if (strcmp(section, s->section) != 0) {
			(void)fprintf(out, "%s\n", section[0] == '\0' ? "" : "}\n");
			section = s->section;
			put_comment(out, "", config_section_about(section));
			(void)fprintf(out, "%s {\n", section);
		} else {
			(void)fputc('\n', out);
		}
		put_comment(out, "\t", s->about);
		(void)fputs("\t# (", out);
		put_kind(out, s);
		(void)fprintf(out, "; %s)\n\t%s%s = ", s->is_reloadable ? "reload" : "restart", is_set(c, s) ? "" : "#", s->name);
		if (is_set(c, s))
			put_value(out, c, s);
		else
			put_default(out, s);
		(void)fputc('\n', out);
	}
	(void)fputs("}\n", out);
}

void config_print_markdown(FILE *out)
{
	const char *section = "";

	(void)fputs("# Settings\n\n"
	            "Made by `tongguand --print-config=markdown`; the file itself, with the same words, by `tongguand --print-config`.\n"
	            "A setting stands in its section: `http.address` is `address` inside `http { }`. *reload*: SIGHUP takes it over; *restart*: a restart does.\n"
	            "Secrets are never settings: `*_file` names a file, or `credential:NAME` a credential that systemd passes.\n", out);
	for (int i = 0; i < config_setting_count; i++) {
		const struct setting *s = &config_settings[i];

		if (strcmp(section, s->section) != 0) {
			section = s->section;
			(void)fprintf(out, "\n## %s\n\n%s\n\n| setting | default | values | takes effect | what for |\n|---|---|---|---|---|\n",
			              section, config_section_about(section));
		}
		(void)fprintf(out, "| `%s.%s` | `", s->section, s->name);
		put_default(out, s);
		(void)fputs("` | ", out);
		put_kind(out, s);
		(void)fprintf(out, " | %s | %s |\n", s->is_reloadable ? "reload" : "restart", s->about);
	}
}
