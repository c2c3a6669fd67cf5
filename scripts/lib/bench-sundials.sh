# shellcheck shell=bash
# Sourced by scripts/bench: builds the SUNDIALS of the CVODE baseline.
#
# The packaged libsundials is built without optimisation and would flatter Vesper.  So the same
# version is built from Debian's source package with -O3 -march=native: CVODE, serial vectors,
# sparse matrices and KLU, as static libraries with position-independent code, in
# build/bench-sundials/prefix.  The lists and the state of apt lie there too; /etc stays as it is.

sundials_root=$PWD/build/bench-sundials

# apt-get with a deb-src line of its own and nothing of the machine's lists.
private_apt() {
  local apt=$sundials_root/apt
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
  printf 'deb-src [signed-by=%s] %s bookworm main\n' \
    /usr/share/keyrings/debian-archive-keyring.gpg \
    "${VESPER_DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$apt/sources.list"
  apt-get -q -o Dir::State="$apt" -o Dir::State::lists="$apt/lists" \
    -o Dir::State::status=/var/lib/dpkg/status -o Dir::Cache="$apt/cache" \
    -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- \
    -o APT::Sandbox::User="$(id -un)" "$@"
}

# What the libraries depend on: this file, the compiler, the processor.
sundials_stamp() {
  { cat scripts/lib/bench-sundials.sh; ${CC:-cc} --version; ${CC:-cc} -march=native -Q --help=target; } |
    sha256sum
}

fetch_and_build_sundials() {
  local root=$sundials_root
  rm -rf "$root/source" "$root/build" "$root/prefix"
  private_apt update
  (cd "$root" && private_apt source --download-only sundials)
  dpkg-source --no-check -x "$root"/sundials_6.4*.dsc "$root/source"
  cmake -G Ninja -S "$root/source" -B "$root/build" -DCMAKE_INSTALL_PREFIX="$root/prefix" \
    -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_FLAGS_RELEASE="-O3 -march=native -DNDEBUG" -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
    -DBUILD_STATIC_LIBS=ON -DBUILD_SHARED_LIBS=OFF -DBUILD_ARKODE=OFF -DBUILD_CVODES=OFF \
    -DBUILD_IDA=OFF -DBUILD_IDAS=OFF -DBUILD_KINSOL=OFF -DEXAMPLES_ENABLE_C=OFF \
    -DEXAMPLES_ENABLE_CXX=OFF -DEXAMPLES_INSTALL=OFF -DSUNDIALS_INDEX_SIZE=64 -DENABLE_KLU=ON \
    -DKLU_INCLUDE_DIR=/usr/include/suitesparse -DKLU_LIBRARY_DIR="$(klu_folder)"
  cmake --build "$root/build"
  cmake --install "$root/build"
}

klu_folder() { dirname "$(find /usr/lib -name libklu.so | head -n 1)"; }

build_sundials() {
  local stamp=$sundials_root/prefix/stamp log=$sundials_root/log status=0
  [ "$(cat "$stamp" 2>/dev/null)" = "$(sundials_stamp)" ] && return 0
  say "Building SUNDIALS for the baseline ..." >&2
  mkdir -p "$sundials_root"
  set +e  # inside a condition the subshell would not stop at its first error
  (set -e; fetch_and_build_sundials) >"$log" 2>&1
  status=$?
  set -e
  if [ $status != 0 ]; then
    tail -n 15 "$log" >&2
    stop "The baseline's SUNDIALS could not be built; the whole log is $log."
  fi
  sundials_stamp >"$stamp"
}
