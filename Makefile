# Tongguan: `make help` lists the targets; everything made lies under build/.
#
# A fresh machine has gcc, make and apt only: the packages come with the first target (debian/need.sh), so
# whatever asks pkg-config is expanded inside recipes, after that, and remembered then.

CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
CFLAGS    ?= -O2 -g
PREFIX    ?= /usr/local
DESTDIR   ?=
SANITIZE  ?=
WERROR    ?=
V         ?=
PYTHON    ?= /usr/bin/python3
INSTALL   ?= install
PKG_CONFIG ?= pkg-config
NEED      ?= sh debian/need.sh
VARIANT   ?= $(if $(SANITIZE),sanitize-$(subst $(comma),-,$(SANITIZE)),release)

BINDIR     ?= $(PREFIX)/bin
SBINDIR    ?= $(PREFIX)/sbin
DATADIR    ?= $(PREFIX)/share
MANDIR     ?= $(DATADIR)/man
DOCDIR     ?= $(DATADIR)/doc/tongguan
SYSCONFDIR ?= $(if $(filter /usr,$(PREFIX)),/etc,$(PREFIX)/etc)
UNITDIR    ?= $(if $(filter /usr,$(PREFIX)),/lib/systemd/system,$(PREFIX)/lib/systemd/system)
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
COMPLETIONDIR ?= $(DATADIR)/bash-completion/completions

comma := ,
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-6s %s\n' $(1) '$(2)')
OUT := build/$(VARIANT)
BIN := $(OUT)/bin
LIB := $(OUT)/libtongguan.a
VERSION := $(shell sed -n '1s/^[^(]*(\([^)]*\)).*/\1/p' debian/changelog)

# --- what is asked once, after the packages are there --------------------------------------------------------
LIBRARIES := libmicrohttpd gnutls jansson libpq libcrypto libssl libcurl libxml-2.0 libconfuse zlib liblz4
once = $(eval $(1) := $$(shell $(2)))$($(1))
SYSTEMD    = $(call once,SYSTEMD,$(PKG_CONFIG) --exists libsystemd && echo libsystemd)
PKG_CFLAGS = $(call once,PKG_CFLAGS,$(PKG_CONFIG) --cflags $(LIBRARIES) $(SYSTEMD))
PKG_LIBS   = $(call once,PKG_LIBS,$(PKG_CONFIG) --libs $(LIBRARIES) $(SYSTEMD))

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Wno-sign-conversion \
	-Wwrite-strings -Wvla -Wformat=2 -Wno-format-nonliteral $(if $(WERROR),-Werror)
HARDENING := $(if $(SANITIZE),,-fstack-protector-strong $(if $(findstring FORTIFY,$(CFLAGS) $(CPPFLAGS)),,-D_FORTIFY_SOURCE=2))
SANITIZING := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
COMPILE = $(CC) -std=gnu11 -D_GNU_SOURCE -DTONGGUAN_VERSION='"$(VERSION)"' -Iinclude $(PKG_CFLAGS) \
	$(if $(SYSTEMD),-DHAVE_SYSTEMD) $(CPPFLAGS) $(WARNINGS) $(HARDENING) $(CFLAGS) $(SANITIZING) -pthread -MMD -MP
LINK = $(CC) $(CFLAGS) $(SANITIZING) -pthread -Wl,--as-needed $(LDFLAGS)

# --- what there is ------------------------------------------------------------------------------------------
objects = $(patsubst %.c,$(OUT)/obj/%.o,$(1))
ROOMS   := base io model standard store flow api
HOUSE_C := $(foreach r,$(ROOMS),$(wildcard src/$(r)/*.c)) $(filter-out src/main.c,$(wildcard src/*.c))
HOUSE_O := $(call objects,$(HOUSE_C)) $(OUT)/obj/sql_embedded.o
TOOLS_C := $(wildcard src/ctl/*.c src/mock/*.c src/bench/*.c)
SHARED_C := $(filter-out %_test.c,$(wildcard tests/unit/*.c))
TOOLS_O := $(call objects,$(filter-out %/main.c,$(TOOLS_C)) $(SHARED_C))
TOOLS   := $(OUT)/libtools.a
FUZZED  := $(OUT)/libfuzzed.a
FUZZED_O := $(call objects,$(foreach r,base model standard,$(wildcard src/$(r)/*.c)))
PROGRAMS := $(if $(wildcard src/main.c),$(BIN)/tongguand) $(if $(wildcard src/ctl/*.c),$(BIN)/tongguanctl) \
	$(if $(wildcard src/mock/*.c),$(BIN)/tongguan-mock) $(if $(wildcard src/bench/*.c),$(BIN)/tongguan-bench)
UNIT    := $(patsubst tests/unit/%.c,$(OUT)/unit/%,$(wildcard tests/unit/*_test.c))
FUZZ    := $(patsubst tests/fuzz/%.c,$(OUT)/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))
SQL     := $(wildcard sql/migrations/*.sql sql/queries/*.sql sql/data/*.tsv)
RUN_ALL  = $(PYTHON) tests/run_all --variant $(VARIANT) $(if $(SANITIZE),--sanitize $(SANITIZE)) $(if $(K),--match '$(K)')

.PHONY: all programs objects test-objects unit-programs fuzz-programs fuzz-links demo run check check-long check-unit check-blackbox \
	check-faults check-fuzz check-static chaos bench states install uninstall clean distclean dist help need-build need-demo need-check sql-changed
.DELETE_ON_ERROR:
.SECONDARY:

all: programs ## build everything that installs
programs: $(PROGRAMS)
objects: $(HOUSE_O) $(TOOLS_O) $(call objects,$(wildcard src/main.c src/*/main.c))
test-objects: $(call objects,$(wildcard tests/unit/*.c tests/fuzz/*.c))

need-build need-demo need-check: need-%:
	$(Q)$(NEED) $*
# What the compiler says is kept beside the object: tests/checks/gcc_warnings.sh need not compile everything once more to hear it.
$(OUT)/obj/%.o: %.c | need-build
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -c -o $@ $< 2> $@.$(notdir $(CC)); status=$$?; cat $@.$(notdir $(CC)) >&2; exit $$status

# The list of files is a prerequisite by its text, so that a removed file is noticed as well.
$(OUT)/gen/sql_embedded.c: $(SQL) sql/embed.sh $(if $(filter-out $(SQL),$(shell cat $(OUT)/gen/sql.list 2>&1)),sql-changed)
	$(call say,EMBED,sql)
	@mkdir -p $(@D)
	$(Q)sh sql/embed.sh $@ && echo $(SQL) > $(@D)/sql.list

sql-changed:

$(OUT)/obj/sql_embedded.o: $(OUT)/gen/sql_embedded.c | need-build
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -c -o $@ $<

$(LIB): $(HOUSE_O)
$(TOOLS): $(TOOLS_O)
$(FUZZED): $(FUZZED_O)
$(LIB) $(TOOLS) $(FUZZED):
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BIN)/tongguand: $(call objects,src/main.c)
$(BIN)/tongguanctl: $(call objects,$(wildcard src/ctl/*.c))
$(BIN)/tongguan-mock: $(call objects,$(wildcard src/mock/*.c))
$(BIN)/tongguan-bench: $(call objects,$(wildcard src/bench/*.c))
$(BIN)/%: $(LIB)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $(filter %.o,$^) $(LIB) $(PKG_LIBS)

unit-programs: $(UNIT)
$(OUT)/unit/%_torture_test: LDFLAGS += -Wl,--wrap=db_start,--wrap=db_cancel # a test between the house and its database
$(OUT)/unit/%: $(OUT)/obj/tests/unit/%.o $(call objects,$(wildcard tests/unit/fixture*.c)) $(TOOLS) $(LIB)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $(filter %.o,$^) $(TOOLS) $(LIB) $(PKG_LIBS) -lcmocka

fuzz-programs: ## libFuzzer needs clang and its own objects
	$(Q)$(MAKE) --no-print-directory VARIANT=fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined fuzz-links
fuzz-links: $(FUZZ)
$(OUT)/fuzz/%: $(OUT)/obj/tests/fuzz/%.o $(FUZZED)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(LINK) -fsanitize=fuzzer -o $@ $< $(FUZZED) $(PKG_LIBS)

# --- what to do with it -------------------------------------------------------------------------------------
demo: need-demo all ## the main job from filing to release, as a table; then exits
	$(Q)TONGGUAN_BIN='$(abspath $(BIN))' tests/run/demo
run: need-demo all ## PostgreSQL, daemon and authority simulators until Ctrl-C
	$(Q)TONGGUAN_BIN='$(abspath $(BIN))' tests/run/serve
bench: need-demo all ## measures, and compares with PostgreSQL's own limit
	$(Q)TONGGUAN_BIN='$(abspath $(BIN))' tests/bench/run
chaos: need-check all ## everything goes wrong at once: SECONDS=180, SEED=what was printed
	$(Q)TONGGUAN_BIN='$(abspath $(BIN))' $(PYTHON) tests/chaos/run --seconds $(or $(SECONDS),180) --seed '$(SEED)'
check: need-check ## every test and check, under ten minutes
	+$(Q)$(RUN_ALL)
check-long: need-check ## the full counts, and the sanitizer build
	+$(Q)$(RUN_ALL) --long
check-unit check-blackbox check-faults check-fuzz check-static: check-%: need-check ## one layer of check
	+$(Q)$(RUN_ALL) --only $*

put = $(foreach f,$(wildcard $(3)),$(INSTALL) -m $(1) -D $(f) '$(DESTDIR)$(2)/$(notdir $(f))' &&) true
states: $(OUT)/unit/model_clearance_test ## prints docs/STATES.md from the table of changes
	$(Q)$< --page > docs/STATES.md
install: all ## honours DESTDIR and PREFIX
	$(Q)$(call put,755,$(SBINDIR),$(BIN)/tongguand)
	$(Q)$(call put,755,$(BINDIR),$(BIN)/tongguanctl $(BIN)/tongguan-mock)
	$(Q)test -e '$(DESTDIR)$(SYSCONFDIR)/tongguand/tongguand.conf' || $(call put,644,$(SYSCONFDIR)/tongguand,conf/tongguand.conf)
	$(Q)$(call put,644,$(SYSUSERSDIR),conf/sysusers/*.conf)
	$(Q)$(call put,644,$(COMPLETIONDIR),conf/completion/tongguanctl)
	$(Q)$(foreach s,1 5 8,$(call put,644,$(MANDIR)/man$(s),docs/man/*.$(s)) &&) true
	$(Q)$(call put,644,$(DOCDIR),README.md docs/*.md)
	$(Q)$(call put,644,$(DOCDIR)/mock,conf/mock/*.json)
	$(Q)mkdir -p '$(DESTDIR)$(UNITDIR)'
	$(Q)for u in $(notdir $(wildcard conf/systemd/*.s*)); do \
		sed 's|/usr/sbin/tongguand|$(SBINDIR)/tongguand|g; s|/etc/tongguand/|$(SYSCONFDIR)/tongguand/|g' \
			conf/systemd/$$u > '$(DESTDIR)$(UNITDIR)'/$$u && chmod 644 '$(DESTDIR)$(UNITDIR)'/$$u || exit 1; done

uninstall: ## leaves the configuration
	rm -f $(addprefix '$(DESTDIR)$(BINDIR)'/,tongguanctl tongguan-mock) '$(DESTDIR)$(SBINDIR)'/tongguand \
		$(addprefix '$(DESTDIR)$(UNITDIR)'/,$(notdir $(wildcard conf/systemd/*.s*))) \
		$(addprefix '$(DESTDIR)$(SYSUSERSDIR)'/,$(notdir $(wildcard conf/sysusers/*.conf))) \
		'$(DESTDIR)$(COMPLETIONDIR)'/tongguanctl \
		$(foreach s,1 5 8,$(addprefix '$(DESTDIR)$(MANDIR)'/man$(s)/,$(notdir $(wildcard docs/man/*.$(s)))))
	rm -rf '$(DESTDIR)$(DOCDIR)'
clean distclean: ## removes build/
	rm -rf build
dist: ## the sources of the last commit as an archive
	$(Q)mkdir -p build
	git archive --prefix=tongguan-$(VERSION)/ -o build/tongguan-$(VERSION).tar.gz HEAD
help:
	@sed -n 's/^\([a-z][a-z -]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 24

-include $(wildcard $(OUT)/obj/*.d $(OUT)/obj/*/*.d $(OUT)/obj/*/*/*.d)
