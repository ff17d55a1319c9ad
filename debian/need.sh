#!/bin/sh
# Installs the packages of debian/control that are missing, when it may; otherwise names them and fails.
# usage: debian/need.sh build|demo|check
#
# It adds packages and nothing else: no service is started, and PostgreSQL's package does not get its usual
# first cluster when it is installed from here. Clusters and settings that exist are left alone.
set -eu
cd "$(dirname "$0")/.."
what=${1:?usage: debian/need.sh build|demo|check}

command -v dpkg-query >/dev/null || exit 0 # no Debian: the compiler will say what it lacks

wanted() { # the names in Build-Depends that $what asks for; dpkg-buildpackage sees to debhelper itself
	awk -v what="$what" '
		/^[A-Za-z-]+:/ { inside = ($0 ~ /^Build-Depends:/); sub(/^[^:]*:/, "") }
		!inside || /^#/ { next }
		{ line = $0; gsub(/,/, "", line); if (split(line, w, " ") == 0 || w[1] ~ /^(debhelper|dh-)/) next
		  demo = line ~ /nodemo>/; check = line ~ /<!nocheck>/
		  if (check && what != "check" || demo && what == "build") next
		  sub(/:any$/, "", w[1]); print w[1] }' debian/control
}

missing() { # those of the arguments that are not installed
	{ dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true; } | awk -v names="$*" '
		$2 == "installed" { have[$1] = 1 }
		END { n = split(names, w, " "); for (i = 1; i <= n; i++) if (!(w[i] in have)) printf "%s ", w[i] }'
}

install_as_root() { # runs as root, alone on this machine
	packages=$(missing "$@") # another checkout may just have done it
	[ -n "$packages" ] || return 0
	clusters=/etc/postgresql-common/createcluster.d
	quiet=''
	if [ ! -e /usr/sbin/policy-rc.d ]; then
		printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
		chmod 755 /usr/sbin/policy-rc.d
		quiet=/usr/sbin/policy-rc.d
	fi
	mkdir -p "$clusters"
	echo 'create_main_cluster = false' >"$clusters/zz-tongguan.conf"
	trap 'rm -f "$clusters/zz-tongguan.conf" $quiet' EXIT
	trap 'exit 130' INT TERM
	export DEBIAN_FRONTEND=noninteractive
	apt_get='apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0'
	# shellcheck disable=SC2086
	$apt_get update && $apt_get install --no-install-recommends $packages || return 1
	case " $packages" in
	*" prometheus "*) # wanted for promtool only
		systemctl --quiet disable prometheus.service 2>/dev/null || true ;;
	esac
}

if [ "$what" = --install ]; then
	shift
	exec 9</var/lib/dpkg
	flock 9
	install_as_root "$@"
	exit
fi

# shellcheck disable=SC2046
packages=$(missing $(wanted))
[ -n "$packages" ] || exit 0

as_root=''
if [ "$(id -u)" -ne 0 ]; then
	as_root="sudo -n env"
	for v in http_proxy https_proxy ftp_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY all_proxy; do
		eval "value=\${$v-}"
		case $value in
		'' | *[!A-Za-z0-9:/@._,*%~+-]*) ;;
		*) as_root="$as_root $v=$value" ;;
		esac
	done
fi
if [ -z "$as_root" ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }; then
	log=$(mktemp)
	echo "Installing what is missing (debian/control): $packages"
	# shellcheck disable=SC2086
	if $as_root sh debian/need.sh --install $packages </dev/null >"$log" 2>&1; then
		rm -f "$log"
		exit 0
	fi
	tail -n 15 "$log" >&2
	rm -f "$log"
fi
echo "Packages are missing, please install them as root: apt-get install --no-install-recommends $packages" >&2
exit 1
