/*
 * Reading the file with libconfuse, and keeping what it silently allows from operators: a section or a setting
 * given twice, a number out of range. Comments are blanked before, because libconfuse counts their lines wrong.
 *
 * Reload takes over only what the table says may change.
 */
#include "config.h"

#include <assert.h>
#include <confuse.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_priv.h"

enum { FILE_BYTES_MAX = 1 << 20, SECRET_BYTES_MAX = 4096, SECTIONS_MAX = 40 };

/* --- values ------------------------------------------------------------------------------------------------------ */

static void set_default(struct config *c, const struct setting *s)
{
	int64_t number = 0;

	switch (s->type) {
	case SETTING_TEXT:
		*config_text_at(c, s) = s->value;
		return;
	case SETTING_NUMBER:
		if (!text_to_i64(text_of(s->value), &number))
			assert(s->value == NULL);
		break;
	case SETTING_BOOL:
		number = strcmp(s->value, "true") == 0;
		break;
	case SETTING_WORD:
		number = config_word_place(s->words, s->value);
		break;
	}
	assert(number >= s->least && (s->type != SETTING_NUMBER || number <= s->most));
	*config_number_at(c, s) = (int)number;
}

static void take(struct config *c, const struct setting *s, cfg_t *section)
{
	switch (s->type) {
	case SETTING_TEXT:
		*config_text_at(c, s) = arena_dup(&c->arena, cfg_getstr(section, s->name));
		break;
	case SETTING_NUMBER:
		*config_number_at(c, s) = (int)cfg_getint(section, s->name);
		break;
	case SETTING_BOOL:
		*config_number_at(c, s) = cfg_getbool(section, s->name);
		break;
	case SETTING_WORD:
		*config_number_at(c, s) = config_word_place(s->words, cfg_getstr(section, s->name));
		break;
	}
}

/* --- libconfuse -------------------------------------------------------------------------------------------------- */

static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	(void)fprintf(stderr, "%s:%d: ", cfg == NULL || cfg->filename == NULL ? "configuration" : cfg->filename, cfg == NULL ? 0 : cfg->line);
	(void)vfprintf(stderr, fmt, ap);
	(void)fputc('\n', stderr);
}

static const struct setting *setting_of(const char *section, const char *name)
{
	for (int i = 0; i < config_setting_count; i++)
		if (strcmp(config_settings[i].section, section) == 0 && strcmp(config_settings[i].name, name) == 0)
			return &config_settings[i];
	return NULL;
}

/* Runs after each assignment. An option's comment is unused by the parser: it remembers that the option was given. */
static int validate(cfg_t *section, cfg_opt_t *option)
{
	const struct setting *s = setting_of(cfg_name(section), cfg_opt_name(option));
	long number;

	assert(s != NULL);
	if (cfg_opt_getcomment(option) != NULL) {
		cfg_error(section, "%s.%s is given twice", s->section, s->name);
		return -1;
	}
	if (cfg_opt_setcomment(option, (char[]){ "given" }) != CFG_SUCCESS)
		return -1;
	if (s->type == SETTING_NUMBER) {
		number = cfg_opt_getnint(option, 0);
		if (number < s->least || number > s->most) {
			cfg_error(section, "%s.%s is %ld, not between %ld and %ld", s->section, s->name, number, s->least, s->most);
			return -1;
		}
	}
	if (s->type == SETTING_WORD && config_word_place(s->words, cfg_opt_getnstr(option, 0)) < 0) {
		cfg_error(section, "%s.%s is none of %s", s->section, s->name, s->words);
		return -1;
	}
	return 0;
}

static cfg_opt_t option_of(const struct setting *s)
{
	cfg_opt_t text = CFG_STR(s->name, NULL, CFGF_NODEFAULT), number = CFG_INT(s->name, 0, CFGF_NODEFAULT);
	cfg_opt_t boolean = CFG_BOOL(s->name, cfg_false, CFGF_NODEFAULT);

	return s->type == SETTING_NUMBER ? number : s->type == SETTING_BOOL ? boolean : text;
}

struct grammar {
	cfg_opt_t *options; /* of all sections, each run ended */
	cfg_opt_t sections[SECTIONS_MAX + 1];
	int section_count;
};

/* Settings of one section stand together in the table. libconfuse copies all of it. */
static cfg_t *grammar_new(struct grammar *g)
{
	const cfg_opt_t end = CFG_END();
	cfg_t *root;
	int n = 0;

	*g = (struct grammar){ .options = calloc((size_t)config_setting_count + SECTIONS_MAX, sizeof(*g->options)) };
	if (g->options == NULL)
		return NULL;
	for (int i = 0; i < config_setting_count; i++) {
		const struct setting *s = &config_settings[i];

		if (i == 0 || strcmp(s->section, config_settings[i - 1].section) != 0) {
			cfg_opt_t section = CFG_SEC(s->section, &g->options[n], CFGF_MULTI | CFGF_NODEFAULT);

			assert(g->section_count < SECTIONS_MAX);
			g->sections[g->section_count++] = section;
		}
		g->options[n++] = option_of(s);
		if (i + 1 == config_setting_count || strcmp(s->section, config_settings[i + 1].section) != 0)
			g->options[n++] = end;
	}
	g->sections[g->section_count] = end;
	root = cfg_init(g->sections, CFGF_NONE);
	if (root == NULL)
		return NULL;
	(void)cfg_set_error_function(root, on_error);
	for (int i = 0; i < config_setting_count; i++) {
		char path[96];

		(void)snprintf(path, sizeof(path), "%s|%s", config_settings[i].section, config_settings[i].name);
		(void)cfg_set_validate_func(root, path, validate);
	}
	return root;
}

/* --- the file ---------------------------------------------------------------------------------------------------- */

/* A comment's bytes become blanks; line ends stay. Quotes are respected as libconfuse does. How many sections stay open. */
static int blank_comments(char *text)
{
	char quote = '\0', before = '\n';
	int depth = 0;

	for (char *p = text; *p != '\0'; before = *p++) {
		if (quote != '\0') {
			if (*p == '\\' && p[1] != '\0')
				p++;
			else if (*p == quote)
				quote = '\0';
			continue;
		}
		depth += (*p == '{') - (*p == '}');
		if (*p == '"' || *p == '\'') {
			quote = *p;
		} else if (*p == '#' || (*p == '/' && p[1] == '/' && strchr(" \t\n={}", before) != NULL)) {
			while (p[1] != '\0' && *p != '\n')
				*p++ = ' ';
		} else if (*p == '/' && p[1] == '*') {
			for (; *p != '\0' && !(*p == '*' && p[1] == '/'); p++)
				*p = *p == '\n' ? '\n' : ' ';
			if (*p == '\0')
				return depth;
			*p = p[1] = ' ';
		}
	}
	return depth;
}

static char *read_file(struct arena *a, const char *path, struct fault *f)
{
	FILE *in = fopen(path, "re");
	char *text = arena_alloc(a, FILE_BYTES_MAX + 1);
	size_t len;

	if (in == NULL || text == NULL) {
		(void)fault_set(f, errno == EACCES ? FAULT_FORBIDDEN : FAULT_CONFIG, "%s: %s", path, strerror(errno));
		if (in != NULL)
			(void)fclose(in);
		return NULL;
	}
	len = fread(text, 1, FILE_BYTES_MAX, in);
	if (ferror(in) || len == FILE_BYTES_MAX || memchr(text, '\0', len) != NULL) {
		(void)fault_set(f, FAULT_CONFIG, "%s: not a text file of less than %d bytes", path, FILE_BYTES_MAX);
		text = NULL;
	} else {
		text[len] = '\0';
	}
	(void)fclose(in);
	return text;
}

/* Every section once; the values that are given. */
static bool take_all(struct config *c, cfg_t *root, struct fault *f)
{
	for (int i = 0; i < config_setting_count; i++) {
		const struct setting *s = &config_settings[i];
		unsigned times = cfg_size(root, s->section);

		if (times > 1)
			return fault_set(f, FAULT_CONFIG, "%s:%d: section %s is given twice", c->path,
			                 cfg_getnsec(root, s->section, 1)->line, s->section);
		if (times == 1 && cfg_size(cfg_getnsec(root, s->section, 0), s->name) == 1)
			take(c, s, cfg_getnsec(root, s->section, 0));
	}
	return true;
}

static bool parse(struct config *c, char *text, struct fault *f)
{
	FILE *in = text[0] == '\0' ? NULL : fmemopen(text, strlen(text), "r");
	struct grammar g;
	cfg_t *root = grammar_new(&g);
	bool good = true;

	if (root == NULL || (in == NULL && text[0] != '\0')) {
		good = fault_set(f, FAULT_SYSTEM, "no memory to read the configuration");
	} else if (in != NULL) {
		root->filename = strdup(c->path);
		if (cfg_parse_fp(root, in) != CFG_SUCCESS)
			good = fault_set(f, FAULT_CONFIG, "%s has an error", c->path);
		else
			good = take_all(c, root, f);
	}
	if (in != NULL)
		(void)fclose(in);
	if (root != NULL)
		(void)cfg_free(root);
	free(g.options);
	return good;
}

/* What no single row can say. */
static bool check_together(const struct config *c, struct fault *f)
{
	if (c->http.handler_timeout_ms <= c->intake.give_up_ms)
		return fault_set(f, FAULT_CONFIG, "http.handler_timeout_ms must be longer than intake.give_up_ms");
	if (c->query.page_default > c->query.page_max)
		return fault_set(f, FAULT_CONFIG, "query.page_default is more than query.page_max");
	if (c->http.memory_bytes < 2 * c->http.body_bytes)
		return fault_set(f, FAULT_CONFIG, "http.memory_bytes must be at least twice http.body_bytes");
	if (c->http.memory_bytes < 2 * c->batch.body_bytes)
		return fault_set(f, FAULT_CONFIG, "http.memory_bytes must be at least twice batch.body_bytes");
	if (c->sign.key_file[0] == '\0')
		return fault_set(f, FAULT_CONFIG, "sign.key_file is empty: receipts must be signed");
	if (c->identity.old_key_file[0] != '\0' && (c->identity.key_file[0] == '\0' || c->identity.key_version < 2))
		return fault_set(f, FAULT_CONFIG, "identity.old_key_file is of the version before: give key_file, and a key_version of 2 or more");
	if (c->privacy.key_file[0] == '\0')
		return fault_set(f, FAULT_CONFIG, "privacy.key_file is empty: what is stored must be encrypted");
	if ((c->customs.signing_key[0] == '\0') != (c->customs.certificate[0] == '\0'))
		return fault_set(f, FAULT_CONFIG, "customs.signing_key and customs.certificate go together: give both or neither");
	return true;
}

bool config_load(struct config *c, const char *path, struct fault *f)
{
	char *text = NULL;
	int open_sections = 0;
	bool good;

	*c = (struct config){ .path = path };
	arena_init(&c->arena, 2 * FILE_BYTES_MAX);
	for (int i = 0; i < config_setting_count; i++)
		set_default(c, &config_settings[i]);
	if (path != NULL) {
		text = read_file(&c->arena, path, f);
		if (text == NULL)
			return false;
		open_sections = blank_comments(text);
	}
	good = text == NULL || parse(c, text, f);
	if (good && open_sections > 0) /* libconfuse takes the end of the file for the end of a section */
		good = fault_set(f, FAULT_CONFIG, "%s: the last section is not closed", path);
	if (good && c->arena.full)
		good = fault_set(f, FAULT_CONFIG, "%s: is too large", path);
	return good && check_together(c, f);
}

void config_done(struct config *c)
{
	arena_done(&c->arena);
}

void config_take_reloadable(struct config *c, const struct config *from, char *restart, size_t size)
{
	size_t len = 0;

	restart[0] = '\0';
	for (int i = 0; i < config_setting_count; i++) {
		const struct setting *s = &config_settings[i];
		bool same = s->type == SETTING_TEXT ? strcmp(*config_text_at(c, s), *config_text_at(from, s)) == 0
		                                    : *config_number_at(c, s) == *config_number_at(from, s);

		if (same)
			continue;
		if (s->is_reloadable)
			*config_number_at(c, s) = *config_number_at(from, s);
		else if (len < size)
			len += (size_t)snprintf(restart + len, size - len, "%s%s.%s", len == 0 ? "" : " ", s->section, s->name);
	}
}

/* --- secrets ----------------------------------------------------------------------------------------------------- */

const char *config_secret_path(struct arena *a, const char *setting, struct fault *f)
{
	static const char prefix[] = "credential:";
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	struct buf b;

	if (strncmp(setting, prefix, strlen(prefix)) != 0)
		return setting;
	if (directory == NULL || strchr(setting, '/') != NULL) {
		(void)fault_set(f, FAULT_CONFIG, "%s: %s", setting, directory == NULL ? "the service manager passed no credentials" : "is no credential's name");
		return NULL;
	}
	buf_init(&b, a, 128);
	buf_printf(&b, "%s/%s", directory, setting + strlen(prefix));
	return b.full ? NULL : b.at;
}

static bool read_secret(int fd, char *out, size_t *len, const char *path, struct fault *f)
{
	struct stat st;
	ssize_t got;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return fault_set(f, FAULT_CONFIG, "%s: not a plain file", path);
	if ((st.st_mode & (st.st_uid == 0 ? 0037 : 0077)) != 0)
		return fault_set(f, FAULT_CONFIG, "%s: others may read or change this file (mode %04o); make it 0600", path, (unsigned)st.st_mode & 07777);
	got = read(fd, out, SECRET_BYTES_MAX);
	if (got <= 0 || got == SECRET_BYTES_MAX)
		return fault_set(f, FAULT_CONFIG, "%s: empty, or longer than a secret is", path);
	while (got > 0 && strchr(" \t\r\n", out[got - 1]) != NULL)
		got--;
	*len = (size_t)got;
	return got > 0 || fault_set(f, FAULT_CONFIG, "%s: holds nothing but white space", path);
}

bool config_secret(struct arena *a, const char *setting, struct text *out, struct fault *f)
{
	const char *path;
	char *bytes = arena_zalloc(a, SECRET_BYTES_MAX + 1);
	size_t len = 0;
	bool good;
	int fd;

	*out = (struct text){ NULL, 0 };
	if (setting[0] == '\0')
		return true;
	path = config_secret_path(a, setting, f);
	if (path == NULL || bytes == NULL)
		return fault_set(f, FAULT_SYSTEM, "no memory for a secret");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return fault_set(f, errno == EACCES ? FAULT_FORBIDDEN : FAULT_CONFIG, "%s: %s", path, strerror(errno));
	good = read_secret(fd, bytes, &len, path, f);
	(void)close(fd);
	if (!good)
		return false;
	bytes[len] = '\0';
	*out = (struct text){ bytes, len };
	return true;
}
