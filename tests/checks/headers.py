"""Every header compiles alone and twice, with gcc and with clang."""
import concurrent.futures
import os

import _source as s

FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-Iinclude", "-Wall", "-Wextra", "-Wstrict-prototypes", "-Werror", "-fsyntax-only"]
LIBRARIES = ["libmicrohttpd", "gnutls", "libpq", "libcurl", "libxml-2.0", "jansson", "libconfuse", "libsystemd"]


def compile_alone(job):
    compiler, name = job
    line = f'#include "{name}"\n'
    command = f"printf '%s' '{line + line}' | {compiler} {' '.join(FLAGS)} -x c -"
    status, said = s.output(["sh", "-c", command])
    return f"include/{name} with {compiler}:\n{said.rstrip()}" if status != 0 else None


def main():
    status, cflags = s.output(["pkg-config", "--cflags", *LIBRARIES])
    if status != 0:
        s.finish([cflags.rstrip()])
    FLAGS.extend(cflags.split())
    names = [str(p.relative_to(s.ROOT / "include")) for p in s.sources("include/**/*.h")]
    jobs = [(compiler, name) for compiler in ("gcc", "clang") for name in names]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        s.finish([p for p in pool.map(compile_alone, jobs) if p])


main()
