"""The systemd unit is sound and locked up: systemd-analyze verify and security."""
import pathlib
import shutil
import tempfile

import _source as s

THRESHOLD = 20  # tenths: exposure 2.0


def main():
    units = s.sources("conf/systemd/*.service", "conf/systemd/*.socket")
    daemon = s.program("tongguand")
    if shutil.which("systemd-analyze") is None:
        s.finish(["systemd-analyze is not installed"])
    problems = []
    with tempfile.TemporaryDirectory() as place:
        copies = []
        for unit in units:
            copy = pathlib.Path(place) / unit.name
            # verify wants to see every program that is started
            copy.write_text(unit.read_text().replace("/usr/sbin/tongguand", str(daemon))
                            .replace("/bin/kill", "/bin/true"))
            copies.append(copy)
        if " " in str(daemon):
            print("the checkout's path has a blank: ExecStart cannot be verified there")
        else:
            status, said = s.output(["systemd-analyze", "verify", "--man=no", *copies])
            own = [line for line in said.splitlines() if any(u.name in line for u in units)]
            if status != 0 or own:
                problems += ["systemd-analyze verify:", *(own or said.splitlines())]
        for copy in copies:
            if copy.suffix != ".service":
                continue
            status, said = s.output(["systemd-analyze", "security", "--offline=true", "--no-pager",
                                     f"--threshold={THRESHOLD}", copy])
            lines = said.strip().splitlines()
            if status != 0:
                problems += [f"systemd-analyze security {copy.name}: over {THRESHOLD / 10}",
                             *[line for line in lines if line.startswith("✗")], *lines[-1:]]
            elif not problems:
                print(lines[-1] if lines else "")
    s.finish(problems)


main()
