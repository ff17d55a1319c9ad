#!/bin/sh
# Writes sql/migrations, sql/queries and sql/data as C (include/store/sql_embedded.h is the contract).
# A line "@FILE" of a migration stands for that file's text; the data is named once and pointed into, not kept twice.
# usage: sql/embed.sh OUT.c, from the top of the sources; needs a POSIX shell, awk and sha256sum.
set -eu
LC_ALL=C
export LC_ALL
out=$1

text() { # file: as a C string; on stdout, behind a tab, a line "name from length" for each file put into it
	awk -v text="$out.text" '
		function put(line, tail) {
			bytes += length(line) + length(tail)
			gsub(/\\/, "&&", line); gsub(/"/, "\\\"", line); gsub(/[?]/, "\\?", line); gsub(/\t/, "\\t", line); gsub(/\r/, "\\r", line)
			printf "\t\"%s\\n\"\n", line >text
		}
		/^@/ {
			file = substr($0, 2); from = bytes + 0; name = file
			sub(/.*\//, "", name); sub(/\.[^.]*$/, "", name)
			while ((got = (getline line <file)) > 0) put(line, "\n")
			if (got < 0) { print "sql/embed.sh: " file " cannot be read" >"/dev/stderr"; exit 1 }
			close(file); print name, from, bytes - from
			next
		}
		{ put($0, "\n") }
		END { if (NR == 0) print "\t\"\"" >text }' "$1"
}

array() { # name of the array, directory; globs come sorted
	: >"$out.rows"
	for file in "$2"/*.sql; do
		[ -e "$file" ] || continue
		name=$(basename "$file" .sql) sum=$(sha256sum <"$file")
		text "$file" >"$out.parts"
		printf '\nstatic const char %s_%s[] =\n' "$1" "$name"
		cat "$out.text"
		echo ';'
		printf '\t{ "%s", %s_%s, "%s" },\n' "$name" "$1" "$name" "${sum%% *}" >>"$out.rows"
		while read -r data from length; do
			printf '\t{ "%s", %s_%s + %s, %s },\n' "$data" "$1" "$name" "$from" "$length" >>"$out.data"
		done <"$out.parts"
	done
	printf '\nconst struct sql_file %s[] = {\n' "$1"
	cat "$out.rows"
	printf '\t{ 0, 0, 0 },\n};\n'
}

: >"$out.data"
{
	echo '/* Made by sql/embed.sh: do not edit. */'
	echo '#include "store/sql_embedded.h"'
	array sql_migrations sql/migrations
	array sql_queries sql/queries
	printf '\nconst struct sql_data sql_data[] = {\n'
	cat "$out.data"
	printf '\t{ 0, 0, 0 },\n};\n'
} >"$out.tmp"
rm -f "$out.text" "$out.parts" "$out.rows" "$out.data"
mv "$out.tmp" "$out"
