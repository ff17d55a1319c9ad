# Everything compiles with gcc without a single warning; those that follow values come with the first step of optimization.
exec "${MAKE:-make}" -j"$(nproc)" -k --no-print-directory VARIANT=gcc-warnings SANITIZE= WERROR=1 CC=gcc CFLAGS=-O1 objects test-objects
