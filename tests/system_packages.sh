#!/bin/sh
# What the tests need of the system: Redis, PostgreSQL (its programs; the tests start servers of their own), Chromium,
# Node.js with npm, PHP, proxies, and systemd's checks. Installs what is missing through the system's package manager where
# it may, and otherwise says what to install and fails. It never skips quietly.
set -eu
cd "$(dirname "$0")"

missing=""
command -v redis-server >/dev/null || missing="$missing redis-server"
command -v pg_ctlcluster >/dev/null || missing="$missing postgresql"
command -v chromium >/dev/null || missing="$missing chromium"
command -v node >/dev/null || missing="$missing nodejs"
command -v npm >/dev/null || missing="$missing npm"
command -v php >/dev/null || missing="$missing php-cli"
command -v systemd-analyze >/dev/null || missing="$missing systemd"
command -v tinyproxy >/dev/null || missing="$missing tinyproxy"
# Debian keeps these two where only root's PATH leads.
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
command -v haproxy >/dev/null || [ -x /usr/sbin/haproxy ] || missing="$missing haproxy"

if [ -n "$missing" ]; then
  if ! command -v apt-get >/dev/null; then
    echo "The tests need, and this machine lacks:$missing. Please install them with your package manager." >&2
    exit 1
  fi
  as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      echo "The tests need, and this machine lacks:$missing. Please run: sudo apt-get install$missing" >&2
      exit 1
    fi
    as_root="sudo"
  fi
  echo "installing:$missing"
  export DEBIAN_FRONTEND=noninteractive
  # Installed services are not started: the tests run their own, on free ports, and end them.
  export RUNLEVEL=1
  $as_root apt-get -qq update
  # shellcheck disable=SC2086 # a list of words
  $as_root apt-get -qq install -y --no-install-recommends $missing >/dev/null
fi

node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' || {
  cat >&2 <<TEXT
The tests need Node.js 20 or newer, and $(command -v node) is $(node --version). Please install one of these:
  - the packages nodejs and npm of a newer release of your distribution (Debian 13, Ubuntu 25.04) or of its backports;
  - Node.js as nodejs.org offers it for download, with its bin folder put before all others in PATH.
TEXT
  exit 1
}

# The identity provider of the journeys and Shopify's own library, once per lock file.
for folder in journeys/provider sandbox/storefront/shopify; do
  if ! cmp -s $folder/package-lock.json $folder/node_modules/.installed; then
    (cd $folder && npm ci --silent --no-audit --no-fund)
    cp $folder/package-lock.json $folder/node_modules/.installed
  fi
done
