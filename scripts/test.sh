#!/bin/sh
# Runs every test on a machine that has git and Node with npm, and nothing else.
set -eu
cd "$(dirname "$0")/.."
. scripts/ensure.sh

ensure_bun
ensure_packages
ensure_redis

# The browser tests need a Chromium; without one they are left out, and the end says so.
if [ -z "${CHROMIUM:-}" ] && [ "$(uname)" = Linux ] && command -v apt-get >/dev/null 2>&1; then
  if ! command -v chromium >/dev/null 2>&1 && ! command -v google-chrome >/dev/null 2>&1; then
    say "Installing chromium with apt for the browser tests ..."
    install_with_apt chromium || say "apt could not install chromium."
  fi
fi

exec bun scripts/test-all.ts
