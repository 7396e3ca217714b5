#!/usr/bin/env bash
# Brings a machine to where `make demo` and `make test` run.  Each step is skipped when it is done already.
#
# Installs distribution packages (no service is started or left enabled), a private Asterisk tree under
# $TRUNKLINE_CACHE (default ~/.cache/trunkline), Cassandra's jars beside it, the virtual environment .venv, and what the
# tests' browsers need from npm, and the console, built from its sources.  Only the packages need root:
# `setup.sh packages` does that part alone, for an administrator where the user has no sudo; `setup.sh asterisk` ends
# after Asterisk, which is all that an image needs of it.
set -euo pipefail

case "${1:-}" in
  "" | packages | asterisk) ;;
  *) echo "usage: $0 [packages|asterisk]" >&2; exit 2 ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly CACHE="${TRUNKLINE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/trunkline}"
case "${1:-}" in packages) readonly STEPS=1 ;; asterisk) readonly STEPS=2 ;; *) readonly STEPS=6 ;; esac
step=0

# --- what each distribution calls things: one row a distribution, `common` is added to each ---------------------------
# shellcheck disable=SC1091
distribution="$(. /etc/os-release && echo "${ID}-${VERSION_ID:-}")"
common="kamailio kamailio-python3-modules kamailio-tls-modules kamailio-websocket-modules kamailio-json-modules
  kamailio-utils-modules kamailio-extra-modules kamailio-outbound-modules kamailio-redis-modules
  rtpengine-daemon redis-server redis-tools sip-tester
  espeak-ng faketime mmdebstrap python3 python3-venv make openssl ca-certificates iproute2 procps tzdata
  util-linux"
# Telephones that others wrote, for tests/e2e/test_foreign_phones.py: 70 packages with their libraries, 86 MB, mostly
# Qt's and the codecs' below linphone; no daemon among them, and no image needs them.
[ "${1:-}" = asterisk ] || common="$common baresip-core linphone-cli"
# The browser that tests of pages and of browsers' phones use.  Ubuntu has it as a snap only, and those tests fail there.
case "$distribution" in ubuntu-*) ;; *) [ "${1:-}" = asterisk ] || common="$common chromium" ;; esac
case "$distribution" in
  debian-12)    packages="$common"; components=main ;;                                                # tested
  debian-13*)   packages="$common"; components=main ;;                                            # not tested yet
  ubuntu-24.04) packages="$common debian-archive-keyring"; components=main,universe ;;            # not tested yet
  *)            packages="$common"; components=main
                echo "set-up: $distribution is not known here; trying with Debian 12's package names" >&2 ;;
esac
# Cassandra 5 runs on Java 17 (or 11); a Java or Maven that is there is not added to.
command -v java >/dev/null || packages="$packages openjdk-17-jre-headless"
command -v mvn >/dev/null || packages="$packages maven"
# Node.js of 20.19 or newer, for the tests' browsers: one that is there is not added to.
[ "${1:-}" = asterisk ] || command -v npm >/dev/null || packages="$packages nodejs npm"
readonly services="kamailio redis-server rtpengine-daemon"

# --- telling -----------------------------------------------------------------------------------------------------------
begin() { step=$((step + 1)); current="$1"; step_started=$SECONDS; }
skipped() { printf '[%d/%d] %-34s already done\n' "$step" "$STEPS" "$current"; }
doing() { printf '[%d/%d] %-34s %s\n' "$step" "$STEPS" "$current" "$1"; }
done_() { printf '[%d/%d] %-34s done in %d s\n' "$step" "$STEPS" "$current" "$((SECONDS - step_started))"; }
fail() { printf '\nset-up stopped at [%d/%d] %s:\n  %s\n' "$step" "$STEPS" "${current:-start}" "$1" >&2; exit 1; }

# Runs a long command with its output in a log, shows that it is alive, and shows the log's end when it fails.
logged() {
  local what="$1" log="$CACHE/setup-$1.log" pid last=0 now
  shift
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.5
    now=$((SECONDS - step_started))
    if ((now - last >= 15)); then last=$now; doing "... $what, $now s"; fi
  done
  wait "$pid" && return 0
  tail -n 20 "$log" >&2
  return 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else
    fail "packages are missing, and only root can install them; there is no sudo here.  Let root run, once:
    su -c '$PWD/infra/setup/setup.sh packages'
  and start again as $(id -un)."
  fi
}

mkdir -p "$CACHE" || fail "the cache folder $CACHE can not be made; name another by TRUNKLINE_CACHE"
if command -v flock >/dev/null; then
  exec 9>"$CACHE/.setup.lock"
  if ! flock -n 9; then
    echo "another set-up works now; waiting until it lets go of $CACHE/.setup.lock"
    flock -w 1800 9 || fail "another set-up has held $CACHE/.setup.lock for half an hour"
  fi
fi

# --- 1: packages -------------------------------------------------------------------------------------------------------
installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing_packages() {
  local package
  # shellcheck disable=SC2086
  [ "$(dpkg-query -W -f '${db:Status-Status}\n' $packages 2>/dev/null | grep -c '^installed$')" -eq "$(wc -w <<<"$packages")" ] && return
  for package in $packages; do installed "$package" || echo "$package"; done
}

# Debian starts what it installs, unless /usr/sbin/policy-rc.d says 101.  An existing one is put back afterwards.
install_quietly() {
  local policy=/usr/sbin/policy-rc.d kept="" result=0
  if [ -e "$policy" ]; then kept="$policy.trunkline-kept"; mv "$policy" "$kept"; fi
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get -qq -o Acquire::Retries=3 update &&
    apt-get -qq -y -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 --no-install-recommends install "$@"; } || result=$?
  rm -f "$policy"
  [ -z "$kept" ] || mv "$kept" "$policy"
  return "$result"
}

begin "Distribution packages"
missing="$(missing_packages)"
if [ -z "$missing" ]; then
  skipped
else
  command -v apt-get >/dev/null || fail "this machine has no apt-get; Debian 12, 13 and Ubuntu 24.04 are provided for"
  doing "installing $(wc -w <<<"$missing") packages"
  ours=""
  for service in $services; do installed "$service" || ours="$ours $service"; done
  as_root true  # a password is asked for here, not in the background
  # shellcheck disable=SC2086
  logged packages as_root bash -c "$(declare -f install_quietly); install_quietly \"\$@\"" install $missing ||
    fail "packages could not be installed (log: $CACHE/setup-packages.log).  Is the network there?  Do 'apt-get update' and 'dpkg --configure -a' work?"
  # Only services that came with this set-up: someone's own Redis stays as it was.
  for service in $ours; do
    if command -v systemctl >/dev/null; then as_root systemctl disable "$service" >/dev/null 2>&1 || true
    elif command -v update-rc.d >/dev/null; then as_root update-rc.d "$service" disable >/dev/null 2>&1 || true; fi
  done
  done_
fi

if [ "${1:-}" = packages ]; then
  echo "packages are complete ($SECONDS s); the rest of the set-up needs no root"
  exit
fi

# --- 2: Asterisk -------------------------------------------------------------------------------------------------------
readonly ASTERISK="$CACHE/asterisk-22"

asterisk_version() {  # of the tree given; fails when it does not run
  local library
  library="$(echo "$1"/usr/lib/*-linux-gnu)"
  "$(echo "$library"/ld-linux-*.so.* | cut -d' ' -f1)" --library-path "$library" "$1/usr/sbin/asterisk" -V
}

# The distribution's own Asterisk where it is 20 or newer, else Debian sid's: both as a private tree, extracted only.
asterisk_suite() {
  local candidate major
  candidate="$(apt-cache policy asterisk 2>/dev/null | sed -n 's/^ *Candidate: *\([0-9]*:\)\?\([0-9]*\)\..*/\2/p')"
  major="${candidate:-0}"
  # shellcheck disable=SC1091
  if [ "$major" -ge 20 ]; then . /etc/os-release && echo "$VERSION_CODENAME"; else echo sid; fi
}

extract_asterisk() {
  local suite="$1" tree="$2" folders=main
  [ "$suite" = sid ] || folders="$components"
  # No mirror is named: mmdebstrap and apt use the distribution's.  sid's Release file can be past its date.
  # Nothing of the tree runs while it is extracted, so this needs neither root nor a namespace.
  mmdebstrap --variant=extract --mode=chrootless --components="$folders" \
    --include=asterisk,asterisk-core-sounds-en-gsm,asterisk-core-sounds-en-wav,asterisk-moh-opsound-wav \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
    --aptopt='Acquire::Retries "3"' "$suite" "$tree"
  chmod 755 "$tree"
  # extract runs no maintainer script: the merged /usr is ours to make.
  for folder in bin lib lib64 sbin; do ln -sfn "usr/$folder" "$tree/$folder"; done
  rm -rf "$tree"/usr/share/{doc,man,locale,perl,perl5,info,lintian,bug,zoneinfo,icons,mime} \
    "$tree"/usr/lib/*-linux-gnu/{perl,perl-base,gconv} "$tree"/var/cache/apt
}

begin "Asterisk (private tree)"
if [ -x "$ASTERISK/usr/sbin/asterisk" ]; then
  skipped
else
  doing "extracting into $ASTERISK"
  building="$(mktemp -d "$CACHE/.asterisk-XXXXXX")"
  trap 'rm -rf "$building"' EXIT
  logged asterisk extract_asterisk "$(asterisk_suite)" "$building/tree" ||
    fail "Asterisk could not be fetched (log: $CACHE/setup-asterisk.log).  It comes from Debian's archive by mmdebstrap: is the network there, and are 500 MB free in $CACHE?"
  asterisk_version "$building/tree" >/dev/null || fail "the extracted Asterisk does not start on this machine"
  rm -rf "$ASTERISK"
  mv "$building/tree" "$ASTERISK"  # whole or not at all
  rm -rf "$building"
  trap - EXIT
  done_
fi

[ "${1:-}" != asterisk ] || exit 0

# --- 3: Cassandra ------------------------------------------------------------------------------------------------------
readonly CASSANDRA="$CACHE/cassandra-$(sed -n '/cassandra-all/,/version/s/.*<version>\(.*\)<.*/\1/p' infra/setup/cassandra-jars/pom.xml)"

fetch_cassandra() {  # no host is named: Maven uses its own settings
  mvn -B -f infra/setup/cassandra-jars/pom.xml org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$1"
}

begin "Cassandra (jars)"
if [ -d "$CASSANDRA" ]; then
  skipped
else
  doing "fetching into $CASSANDRA"
  building="$(mktemp -d "$CACHE/.cassandra-XXXXXX")"
  trap 'rm -rf "$building"' EXIT
  logged cassandra fetch_cassandra "$building/jars" ||
    fail "Cassandra could not be fetched (log: $CACHE/setup-cassandra.log).  Is Maven's repository reachable, and are 100 MB free in $CACHE?"
  mv "$building/jars" "$CASSANDRA"  # whole or not at all
  rm -rf "$building"
  trap - EXIT
  done_
fi

# --- 4: Python ---------------------------------------------------------------------------------------------------------
# The distribution's Python, and no other: Kamailio embeds its libpython and reads this environment.
begin "Python environment (.venv)"
stamp=.venv/.trunkline-stamp
wanted="$({ cat pyproject.toml infra/setup/constraints.txt; pwd; readlink -f /usr/bin/python3; } | sha256sum | cut -d' ' -f1)"

install_python() {
  [ -x .venv/bin/python ] && [ "$(readlink -f .venv/bin/python)" = "$(readlink -f /usr/bin/python3)" ] &&
    .venv/bin/python -m pip --version >/dev/null 2>&1 ||
    /usr/bin/python3 -m venv --clear .venv || return 1
  .venv/bin/python -m pip install --disable-pip-version-check --no-input --retries 5 --timeout 60 \
    -e '.[test]' -c infra/setup/constraints.txt
}

if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && [ -x .venv/bin/trunkline ]; then
  skipped
else
  doing "installing packages (about a minute)"
  logged python install_python ||
    fail "the Python packages could not be installed (log: $CACHE/setup-python.log).  Is the package index reachable?  'rm -rf .venv' and run again."
  echo "$wanted" >"$stamp"
  done_
fi

# --- 5: Node.js ---------------------------------------------------------------------------------------------------------
begin "Browsers' phones (npm)"
readonly NODE_FOLDER=tests/interop
stamp="$NODE_FOLDER/node_modules/.trunkline-stamp"
wanted="$(sha256sum <"$NODE_FOLDER/package-lock.json" | cut -d' ' -f1)"

if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  skipped
else
  doing "installing packages (a few seconds)"
  logged node npm ci --prefix "$NODE_FOLDER" ||
    fail "the npm packages could not be installed (log: $CACHE/setup-node.log).  Is Node.js 20.19 or newer here, and npm's registry reachable?"
  echo "$wanted" >"$stamp"
  done_
fi

# --- 6: the console ------------------------------------------------------------------------------------------------------
begin "Console (npm, vite)"
readonly CONSOLE=tenants/console
stamp="$CONSOLE/node_modules/.trunkline-stamp"
lock="$(sha256sum <"$CONSOLE/package-lock.json" | cut -d' ' -f1)"
sources() { find "$CONSOLE"/{src,public,scripts} "$CONSOLE"/{package-lock.json,package.json,index.html,tsconfig.json,vite.config.ts} -type f -print0; }
wanted="$(sources | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)"
built="$CONSOLE/dist/.trunkline-stamp"

if [ "$(cat "$built" 2>/dev/null)" = "$wanted" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$lock" ]; then
  skipped
else
  doing "installing packages and building (a minute)"
  if [ "$(cat "$stamp" 2>/dev/null)" != "$lock" ]; then
    logged console-packages npm ci --prefix "$CONSOLE" ||
      fail "the npm packages could not be installed (log: $CACHE/setup-console-packages.log).  Is npm's registry reachable?"
    echo "$lock" >"$stamp"
  fi
  logged console npm run build --prefix "$CONSOLE" ||
    fail "the console could not be built (log: $CACHE/setup-console.log)"
  echo "$wanted" >"$built"
  done_
fi

echo "set-up complete ($SECONDS s)"
