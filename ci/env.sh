# shellcheck shell=bash
# What every script of this folder begins with: strict mode, the repository's top as current folder,
# a node that is new enough, and the one line by which a stage tells how many checks it made.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Everything that ci/ makes goes below build/, so that one folder can be thrown away.
kBuild=$PWD/build
export CCACHE_DIR=${CCACHE_DIR:-$HOME/.cache/ccache} CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
export CTEST_OUTPUT_ON_FAILURE=1 CLICOLOR_FORCE=
[ -x "$kBuild/node/bin/node" ] && export PATH="$kBuild/node/bin:$PATH"  # put there by ci/deps
mkdir -p "$kBuild/ci"

# total NAME PASSED FAILED: the last line of a stage, read by ci/test; status 1 when something failed.
total() {
  printf '%s: %d passed, %d failed\n' "$1" "$2" "$3"
  [ "$3" -eq 0 ]
}

# configure PRESET [-DNAME=VALUE...]: makes build/PRESET, silently when all is well.
configure() {
  local log=$kBuild/ci/configure-$1.log
  cmake --preset "$1" -DMS_WERROR="${MS_WERROR:-OFF}" "${@:2}" >"$log" 2>&1 || { cat "$log"; return 1; }
}

# makeTargets FOLDER TARGET...: compiles in build/FOLDER, a preset's name most often, with all cores; shows the compiler's words only on failure.
makeTargets() {
  local log=$kBuild/ci/compile-${1//\//-}.log
  if [ -t 1 ]; then ninja -C "build/$1" "${@:2}"; return; fi
  ninja -C "build/$1" -k 20 "${@:2}" >"$log" 2>&1 ||
    { grep -E 'FAILED:|error:|undefined reference|undefined symbol' "$log" | head -n 60; return 1; }
}

# runUnitTests PRESET: adds to $passed and $failed of the caller; shows what failed. A GoogleTest program
# counts for each test that it says has ended, another program as one; one that ends badly without saying
# which test it was (a crash, a sanitizer's finding, no end) as one failure more.
runUnitTests() {
  local log=$kBuild/ci/ctest-$1.log good bad
  ctest --test-dir "build/$1" -V -j "$(nproc)" --no-tests=error --timeout 480 >"$log" 2>&1 </dev/null || true
  read -r good bad < <(python3 ci/count_tests.py "$log")
  passed=$((passed + good))
  failed=$((failed + bad))
  [ "$bad" -eq 0 ] || {
    grep -E '\*\*\*(Failed|Exception|Timeout|Not Run)|\[  FAILED  \]' "$log"
    # From the copy that ctest prints as it runs, with the program's number before each line.
    grep -E -A 30 '^[0-9]+: .*(ERROR: .*Sanitizer|runtime error|WARNING: ThreadSanitizer|: Failure)' "$log"
  } | head -n 250 || true  # head may leave grep behind
}

# installNodePackages FOLDER: what its package-lock.json names; does nothing when that is there.
# No install scripts: kurento-client's is broken, and none of the others is needed.
installNodePackages() {
  local stamp=$1/node_modules/.lock-sum sum
  sum=$(sha256sum "$1/package-lock.json")
  [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] && return
  npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund >"$kBuild/ci/npm.log" 2>&1 </dev/null || { tail -n 20 "$kBuild/ci/npm.log"; return 1; }
  echo "$sum" >"$stamp"
}
