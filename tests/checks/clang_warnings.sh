# Everything compiles with clang without a single warning; its warnings need no code to be made.
exec "${MAKE:-make}" -j"$(nproc)" -k --no-print-directory VARIANT=clang-warnings SANITIZE= WERROR=1 CC=clang CFLAGS=-fsyntax-only objects test-objects
