# Everything compiles with gcc without a single warning; those that follow values come with the first step of optimization.
# The build has kept what gcc said of each file (Makefile); what it was not asked about is compiled now.
set -e
variant=$(basename "$(dirname "${TONGGUAN_BIN:-build/release/bin}")")
make="${MAKE:-make} -j$(nproc) -k --no-print-directory SANITIZE= CC=gcc objects test-objects"
case "$variant ${CFLAGS:--O2}" in
	sanitize-* | fuzz* | *-O0*) exec $make VARIANT=gcc-warnings WERROR=1 CFLAGS=-O1 ;;
esac
$make VARIANT="$variant"
unheard=0 loud=0
for source in $(find src tests/unit tests/fuzz -name '*.c'); do
	said=build/$variant/obj/${source%.c}.o.gcc
	if [ ! -e "$said" ]; then
		unheard=1
	elif [ -s "$said" ]; then
		loud=1
		cat "$said"
	fi
done
[ $unheard = 0 ] || exec $make VARIANT=gcc-warnings WERROR=1 CFLAGS=-O1
exit $loud
