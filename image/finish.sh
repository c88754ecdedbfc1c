# shellcheck shell=bash
# The end of every image/*/build: archives, list of contents, checksums. Sourced after ci/env.sh.
# shellcheck disable=SC2034,SC2154 # used by who sources this; made by ci/env.sh
kVersion=$(sed -n 's/^project(.* VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
# The time of the last commit: the same sources give the same image.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
kRevision=${MS_REVISION:-$(git rev-parse HEAD)}

# makeRoot OUT COMMAND...: the command makes OUT/root, and OUT/root.packages.json, of files of this machine's
# packages. Those of them that Debian has updates of are brought up to date first.
makeRoot() {
  local out=$1 names outdated log=$kBuild/ci/image-updates.log
  "${@:2}"
  python3 -B image/closed_holes.py --packages "$out/root.packages.json" >"$out/closed-holes.txt"
  mapfile -t names < <(cut -d' ' -f1 "$out/closed-holes.txt")
  apt-get update -q >"$log" 2>&1 || echo "cannot ask Debian for updates: $(tail -n 1 "$log")" >&2
  mapfile -t outdated < <(apt-get install --simulate --only-upgrade "${names[@]}" | sed -n 's/^Inst \(\S*\) .*/\1/p')
  [ ${#outdated[@]} -gt 0 ] || return 0
  echo "bringing up to date: ${outdated[*]}"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --only-upgrade -o DPkg::Lock::Timeout=300 "${names[@]}" >"$log" 2>&1 </dev/null ||
    { tail -n 30 "$log"; return 1; }
  rm -rf "$out/root"
  "${@:2}"
  python3 -B image/closed_holes.py --packages "$out/root.packages.json" >"$out/closed-holes.txt"
}

# finish FOLDER IMAGE_JSON NAME VERSION VARIANT: of FOLDER/root; what else is in FOLDER counts as a result, too.
finish() {
  local out=$1 files
  python3 -B image/pack.py --root "$out/root" --image "$2" --out "$out" --name "localhost/$3:$4-$5" --version "$4" --revision "$kRevision"
  python3 -B image/sbom.py --root "$out/root" --name "$3" --version "$4" --revision "$kRevision" >"$out/sbom.spdx.json"
  mapfile -t files < <(cd "$out" && find . -maxdepth 1 -type f ! -name 'root.*' -printf '%P\n' | sort)
  (cd "$out" && sha256sum "${files[@]}" >SHA256SUMS)
  if [ -n "${MS_SIGNING_KEY:-}" ]; then
    openssl dgst -sha256 -sign "$MS_SIGNING_KEY" -out "$out/SHA256SUMS.sig" "$out/SHA256SUMS"
  fi
  echo "$out: $(($(stat -c %s "$out/image.oci.tar") / 1000000)) MB compressed"
}
