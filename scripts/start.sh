#!/bin/sh
# Runs Leadline on a machine that has git and Node with npm, and nothing else.
set -eu
cd "$(dirname "$0")/.."
. scripts/ensure.sh

ensure_bun
ensure_packages
if [ -z "${REDIS_URL:-}" ] && ! grep -qs '^REDIS_URL=.' .env; then
  ensure_redis
fi

# Bun itself, not `bun run start`: it gets Ctrl-C and SIGTERM once, and its exit code is ours.
exec bun src/main.ts
