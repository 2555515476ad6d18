#!/bin/sh
# What the benchmark needs of the system: Redis, PostgreSQL (its programs; it starts a server of its own), taskset and
# setpriv, and the peers it is measured beside. Installs what is missing
# through the system's package manager where it may, and otherwise says what to install and fails.
set -eu

missing=""
command -v redis-server >/dev/null || missing="$missing redis-server"
command -v pg_ctlcluster >/dev/null || missing="$missing postgresql"
command -v taskset >/dev/null || missing="$missing util-linux"
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
command -v apache2 >/dev/null || [ -x /usr/sbin/apache2 ] || missing="$missing apache2"
[ -e /usr/lib/apache2/modules/mod_auth_openidc.so ] || missing="$missing libapache2-mod-auth-openidc"

[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "The benchmark needs, and this machine lacks:$missing. Please install them with your package manager." >&2
  exit 1
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
  if ! sudo -n true 2>/dev/null; then
    echo "The benchmark needs, and this machine lacks:$missing. Please run: sudo apt-get install$missing" >&2
    exit 1
  fi
  as_root="sudo"
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# Installed services are not started: the benchmark runs its own, on free ports, and ends them.
export RUNLEVEL=1
$as_root apt-get -qq update
# shellcheck disable=SC2086 # a list of words
$as_root apt-get -qq install -y --no-install-recommends $missing >/dev/null
