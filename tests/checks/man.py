"""Every installed program and the configuration file have a manual page, and mandoc finds no fault with them."""
import re
import shutil

import _source as s

PAGES = ["tongguand.8", "tongguanctl.1", "tongguan-mock.1", "tongguand.conf.5"]


def options(text):
    """The long options that a text names: --check-config, or mdoc's `Fl -check-config`."""
    return set(re.findall(r"--([a-z][a-z-]+)", text)) | set(re.findall(r"Fl -([a-z][a-z-]+)", text))


def main():
    if shutil.which("mandoc") is None:
        s.finish(["mandoc is not installed"])
    problems = [f"docs/man/{page} is missing" for page in PAGES if not (s.ROOT / "docs/man" / page).is_file()]
    for page in s.sources("docs/man/*.[1-8]"):
        status, said = s.output(["mandoc", "-Tlint", "-Wwarning", page])
        if status != 0 or said.strip():
            problems.append(said.strip() or f"{s.rel(page)}: mandoc ended with {status}")
        name, section = page.stem, page.suffix
        if section in (".1", ".8") and page.name in PAGES:
            status, helped = s.output([s.program(name), "--help"])
            if status != 0:
                problems.append(f"{name} --help: exit status {status}")
            missing = options(helped) - options(page.read_text().replace("\\-", "-"))
            problems += [f"{s.rel(page)} lacks --{o}" for o in sorted(missing)]
    s.finish(problems)


main()
