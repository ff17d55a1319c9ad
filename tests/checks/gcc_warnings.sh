# Everything compiles with gcc without a single warning.
exec "${MAKE:-make}" -k --no-print-directory VARIANT=gcc-warnings SANITIZE= WERROR=1 CC=gcc objects test-objects
