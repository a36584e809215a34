# Sourced by start.sh and test.sh: installs what is missing on a bare Debian or macOS machine.
# POSIX sh. Each function is quick when nothing is missing and ends in a sentence when it cannot go on.

say() {
  printf '%s\n' "leadline: $*" >&2
}

# Ends with 2, so that a failed installation can be told from a failed test.
stop() {
  say "$@"
  exit 2
}

BUN_VERSION=$(sed -n 's/.*"packageManager": *"bun@\([^"]*\)".*/\1/p' package.json)
TOOLS="$PWD/.leadline/tools"

# Runs a command as root: directly, or with sudo. Fails when neither is possible.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    return 1
  fi
}

is_pinned_bun() {
  [ "$("$1" --version 2>/dev/null)" = "$BUN_VERSION" ]
}

# Bun at the version of package.json, first in PATH. Another Bun of the machine is left as it is.
ensure_bun() {
  if is_pinned_bun bun; then
    return
  fi
  if is_pinned_bun "$TOOLS/bin/bun"; then
    PATH="$TOOLS/bin:$PATH"
    return
  fi
  command -v npm >/dev/null 2>&1 ||
    stop "Node with npm is needed to install Bun. Install Node 20 or newer (https://nodejs.org), then run this again."
  if ! command -v bun >/dev/null 2>&1 && install_bun_globally; then
    return
  fi
  install_bun_here
}

npm_install() {
  npm install "$@" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error \
    "bun@$BUN_VERSION" >/dev/null
}

# For everybody on this machine, where npm may write there.
install_bun_globally() {
  prefix=$(npm prefix --global 2>/dev/null) || return 1
  [ -w "$prefix/lib" ] || return 1
  say "Installing Bun $BUN_VERSION with npm ..."
  npm_install --global || return 1
  # What the package would do after its installation; newer versions of npm leave that out.
  node "$(npm root --global)/bun/install.js" >&2 || return 1
  PATH="$PATH:$prefix/bin"
  is_pinned_bun bun
}

# For this project only, under .leadline/tools.
install_bun_here() {
  say "Installing Bun $BUN_VERSION for this project with npm ..."
  mkdir -p "$TOOLS/bin"
  npm_install --prefix "$TOOLS" --no-save ||
    stop "npm could not download Bun $BUN_VERSION. Check the network connection and npm's registry, then run this again."
  for program in "$TOOLS"/node_modules/@oven/bun-*/bin/bun; do
    if is_pinned_bun "$program"; then
      ln -sf "$program" "$TOOLS/bin/bun"
      PATH="$TOOLS/bin:$PATH"
      return
    fi
  done
  stop "Bun $BUN_VERSION was downloaded but does not run on this machine ($(uname -sm)). Leadline needs 64-bit Linux with glibc 2.31 or newer, or macOS 13 or newer."
}

ensure_packages() {
  # Bun takes milliseconds when everything is in place.
  [ -d node_modules ] || say "Installing the packages of bun.lock ..."
  bun install --frozen-lockfile --silent ||
    stop "The packages of bun.lock could not be installed. Check the network connection and npm's registry, then run: bun install --frozen-lockfile"
}

# ensure_program NAME APT_PACKAGE BREW_FORMULA: puts a program into PATH, or says how to.
ensure_program() {
  if command -v "$1" >/dev/null 2>&1; then
    return
  fi
  if command -v apt-get >/dev/null 2>&1; then
    say "Installing $2 with apt ..."
    install_with_apt "$2" || stop "$1 is missing and apt could not install it. As root, run: apt-get install $2"
  elif command -v brew >/dev/null 2>&1; then
    say "Installing $3 with brew ..."
    brew install --quiet "$3" >&2 || stop "$1 is missing and brew could not install it. Run: brew install $3"
  else
    return 1
  fi
  command -v "$1" >/dev/null 2>&1 || stop "$2 is installed, but $1 is not in PATH. Add its folder to PATH."
}

install_with_apt() {
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get install -y -qq --no-install-recommends "$1" >/dev/null 2>&1 ||
    { as_root apt-get update -qq >&2 && as_root apt-get install -y -qq --no-install-recommends "$1" >&2; }
}

# Leadline runs its own private Redis with this program; a Redis service of the machine is not used.
ensure_redis() {
  ensure_program redis-server redis-server redis ||
    stop "redis-server is missing. Install Redis 7 or newer (https://redis.io/downloads), or set REDIS_URL to a Redis of yours."
}
