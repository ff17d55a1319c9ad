"""The settings, the sample and the manual are one: --print-config, conf/tongguand.conf, docs/CONFIG.md.

The sample is exactly what `tongguand --print-config` prints without a file, and it passes --check-config.
CONFIG.md has one table row per setting, first cell `section.name` in backticks, and names its default.
"""
import re

import _source as s


def settings(sample):
    """section.name -> default, from the sample's own form: sections in braces or dotted names, values after '='."""
    found, sections = {}, []
    for line in sample.splitlines():
        line = line.strip()
        if m := re.match(r"^#?\s*([a-z_][\w.-]*)\s*=\s*(.+?)\s*(?:#.*)?$", line):
            found[".".join([*sections, m[1]])] = m[2].strip('"')
        elif m := re.match(r"^([a-z_]\w*)\s*(?:\"[^\"]*\"\s*)?\{$", line):
            sections.append(m[1])
        elif line == "}" and sections:
            sections.pop()
    return found


def main():
    daemon = s.program("tongguand")
    status, printed = s.output([daemon, "--print-config"])
    if status != 0:
        s.finish([f"tongguand --print-config: exit status {status}", printed.rstrip()])
    sample_path, manual_path = s.ROOT / "conf/tongguand.conf", s.ROOT / "docs/CONFIG.md"
    problems = [f"{s.rel(p)} is missing" for p in (sample_path, manual_path) if not p.is_file()]
    if problems:
        s.finish(problems)
    sample, manual = sample_path.read_text(), manual_path.read_text()
    if sample != printed:
        differ = [f"  sample {a!r}, printed {b!r}" for a, b in zip(sample.splitlines(), printed.splitlines()) if a != b]
        problems += ["conf/tongguand.conf is not what --print-config prints", *differ[:5]]
    values = settings(printed)
    if len(values) < 5:
        problems.append(f"--print-config names {len(values)} settings: its form is not understood")
    rows = dict(re.findall(r"^\|\s*`([a-z_][\w.-]*)`\s*(\|.*)$", manual, re.M))
    problems += [f"docs/CONFIG.md lacks `{name}`" for name in values if name not in rows]
    problems += [f"docs/CONFIG.md: there is no setting `{name}`" for name in rows if name not in values]
    problems += [f"docs/CONFIG.md: `{name}` has the default {value!r}, the manual says otherwise"
                 for name, value in values.items() if name in rows and value and value not in rows[name]]
    status, said = s.output([daemon, "--check-config", "--config", sample_path])
    if status != 0:
        problems.append(f"tongguand --check-config refuses the sample ({status}): {said.strip()}")
    s.finish(problems)


main()
