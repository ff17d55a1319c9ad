# Everything compiles with clang without a single warning.
exec "${MAKE:-make}" -k --no-print-directory VARIANT=clang-warnings SANITIZE= WERROR=1 CC=clang objects test-objects
