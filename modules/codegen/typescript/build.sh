#!/usr/bin/env bash
# Generates, copies and compiles the client into build/typescript-client, which is then a package.
#   build.sh [MORE_DESCRIPTORS...]    default: the built-in modules
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
out=$root/build/typescript-client

rm -rf "$out/src" "$out/dist"
mkdir -p "$out"
cp -r "$here/src" "$here/package.json" "$here/tsconfig.json" "$here/README.md" "$out/"
cp -r "$here/test" "$out/src/test"
ln -sfn "$here/node_modules" "$out/node_modules"
/usr/bin/python3 -B "$here/../generate.py" typescript --out "$out/src" \
  "$root"/modules/{core,elements,filters}/module.kmd.json "$@"
"$here/node_modules/.bin/tsc" -p "$out/tsconfig.json"
