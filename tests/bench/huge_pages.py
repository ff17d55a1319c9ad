"""Huge pages for the private PostgreSQL, as docs/OPERATING.md advises. Only the kernel can give them and it gives them to all: they are
reserved for the run where that may be done, and given back. Elsewhere PostgreSQL takes what is there, or does without."""
import contextlib
import pathlib
import re

RESERVED = pathlib.Path("/proc/sys/vm/nr_hugepages")


def counted(name):
    found = re.search(rf"^HugePages_{name}:\s+(\d+)$", pathlib.Path("/proc/meminfo").read_text(), re.M)
    return int(found[1]) if found else 0


def in_use():
    return counted("Total") - counted("Free") + counted("Rsvd")


def reserve(count):
    """False: it may not be done here."""
    try:
        RESERVED.write_text(f"{count}\n")
    except OSError:
        return False
    return True


@contextlib.contextmanager
def huge_pages(cluster, note, wanted):
    """Starts the cluster, on huge pages if they can be had; says whether it runs on them. note: a file that keeps, for the run after one
    that was killed, how many there were before."""
    before = int(note.read_text()) if note.is_file() else counted("Total")
    others = in_use()
    cluster.start()
    try:
        if wanted and in_use() == others:
            pages = int(cluster.psql("show shared_memory_size_in_huge_pages"))
            note.write_text(f"{before}\n")
            if pages > 0 and reserve(max(before, others + pages)):
                cluster.restart()
        yield in_use() > others
    finally:
        cluster.stop("immediate")
        if note.is_file():
            reserve(before)
            note.unlink()
