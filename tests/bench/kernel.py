"""Two settings of the kernel, as docs/OPERATING.md advises them for the database's machine: huge pages for PostgreSQL's memory, and pages of
files written out as they come, not thirty seconds of them at once. They are everybody's: changed for the run where that may be done, and put back."""
import contextlib
import pathlib
import re

VM = pathlib.Path("/proc/sys/vm")
DIRTY_BYTES = 16 << 20  # that lie in the kernel's memory before it begins to write


def put(name, value):
    """False: it may not be done here."""
    try:
        (VM / name).write_text(f"{value}\n")
    except OSError:
        return False
    return True


class Lent:
    """What the run has changed. note: a file of names and values that put it back; it outlives a run that is killed, and serves the next one."""

    def __init__(self, note):
        self.note = note
        self.give_back()

    def take(self, name, value, back_name, back_value):
        with self.note.open("a") as f:
            f.write(f"{back_name} {back_value}\n")
        return put(name, value)

    def give_back(self):
        if self.note.is_file():
            for line in self.note.read_text().splitlines():
                put(*line.split())
            self.note.unlink()


def huge_pages(name):
    found = re.search(rf"^HugePages_{name}:\s+(\d+)$", pathlib.Path("/proc/meminfo").read_text(), re.M)
    return int(found[1]) if found else 0


def in_use():
    return huge_pages("Total") - huge_pages("Free") + huge_pages("Rsvd")


def reserve_pages(cluster, lent, others):
    """True: the cluster, started again, can have its memory on them."""
    pages, before = int(cluster.psql("show shared_memory_size_in_huge_pages")), huge_pages("Total")
    return pages > 0 and lent.take("nr_hugepages", max(before, others + pages), "nr_hugepages", before)


def write_early(lent):
    ratio, held = ("dirty_background_ratio", "dirty_background_bytes")  # the one is off while the other is on
    on = held if (VM / held).read_text().strip() != "0" else ratio
    return lent.take(held, DIRTY_BYTES, on, (VM / on).read_text().strip())


@contextlib.contextmanager
def advised(cluster, note, wanted):
    """Starts the cluster, under both settings if they can be had; says which of them it has."""
    lent = Lent(note)
    others = in_use()
    cluster.start()
    try:
        early = wanted and write_early(lent)
        if wanted and in_use() == others and reserve_pages(cluster, lent, others):
            cluster.restart()
        yield {"huge_pages": in_use() > others, "written_early": early}
    finally:
        cluster.stop("immediate")
        lent.give_back()
