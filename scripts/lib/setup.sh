# Sourced by the scripts: goes to the root of the project and installs what is missing.
#
# Installs Debian 12 packages (as root or with sudo) and the npm bundle that draws the report's
# figures.  A second call only looks, and takes well under a second.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

vesper_packages=(
  build-essential cmake ninja-build ccache pkg-config
  libsundials-dev libsuitesparse-dev libyaml-cpp-dev nlohmann-json3-dev libcli11-dev libfmt-dev
  libexpected-dev libudunits2-dev librandom123-dev libtbb-dev libnetcdf-dev libboost-math-dev
  libssl-dev llvm-19-dev libzstd-dev zlib1g-dev libsleef-dev libeigen3-dev libsbml5-dev python3 libgtest-dev librapidcheck-dev
)

say() { printf '%s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

# The packages among "$@" that are not installed, on one line.
missing_packages() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      printf '%s ' "$package"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
  command -v dpkg-query >/dev/null || other_distribution
  local missing
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  # shellcheck disable=SC1091
  [ "$(. /etc/os-release && echo "${ID:-}${VERSION_ID:-}")" = debian12 ] || other_distribution
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    stop "These Debian packages are missing, and neither root nor sudo is here to install them:
  $missing
Ask an administrator to run: apt-get install $missing"
  fi
  say "Installing Debian packages: $missing"
  local log
  log=$(mktemp)
  if ! { as_root apt-get update &&
         as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
           $missing; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    rm -f "$log"
    stop "The packages could not be installed (see above). Is there a network, and is apt free?"
  fi
  rm -f "$log"
}

other_distribution() {
  local name=unknown
  # shellcheck disable=SC1091
  [ -r /etc/os-release ] && name=$(. /etc/os-release && echo "${PRETTY_NAME:-unknown}")
  stop "This script installs what Vesper needs on Debian 12; this machine says: $name.
Install the libraries of docs/dependencies.md by hand, then run it with VESPER_SKIP_SETUP=1."
}

# node and npm, from Debian where the machine has none of its own.
install_node() {
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    install_packages nodejs npm
  fi
}

setup() {
  if [ -n "${VESPER_SKIP_SETUP:-}" ]; then
    say "VESPER_SKIP_SETUP is set: nothing is installed."
    return 0
  fi
  install_packages "${vesper_packages[@]}"
  [ -e web/vendor/made-from ] || install_node
  ./scripts/web-bundle
}

# configure PRESET [CMAKE OPTION ...]; quiet unless it fails.
configure() {
  local log
  log=$(mktemp)
  if ! cmake --preset "$@" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    stop "CMake could not configure the build (see above)."
  fi
  rm -f "$log"
}
