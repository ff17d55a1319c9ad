#!/bin/sh
# Writes sql/migrations and sql/queries as C (include/store/sql_embedded.h is the contract).
# usage: sql/embed.sh OUT.c, from the top of the sources; needs a POSIX shell, awk and sha256sum.
set -eu
LC_ALL=C
export LC_ALL
out=$1

array() { # name of the array, directory; globs come sorted
	printf '\nconst struct sql_file %s[] = {\n' "$1"
	for file in "$2"/*.sql; do
		[ -e "$file" ] || continue
		sum=$(sha256sum <"$file")
		printf '\t{ "%s",\n' "$(basename "$file" .sql)"
		awk '{ gsub(/\\/, "&&"); gsub(/"/, "\\\""); gsub(/[?]/, "\\?"); gsub(/\t/, "\\t"); gsub(/\r/, "\\r"); printf "\t  \"%s\\n\"\n", $0 }
		     END { if (NR == 0) print "\t  \"\"" }' "$file"
		printf '\t  , "%s" },\n' "${sum%% *}"
	done
	printf '\t{ 0, 0, 0 },\n};\n'
}

{
	echo '/* Made by sql/embed.sh: do not edit. */'
	echo '#include "store/sql_embedded.h"'
	array sql_migrations sql/migrations
	array sql_queries sql/queries
} >"$out.tmp"
mv "$out.tmp" "$out"
