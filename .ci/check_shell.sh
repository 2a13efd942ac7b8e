#!/bin/bash
# Runs shellcheck over every shell script of the tree, with its notes. .shellcheckrc has the exceptions, with their reasons.
set -euo pipefail
cd "$(dirname "$0")/.."
vm=conformance/product/vm
programs=() sourced=()
while read -r file; do
  case $file in
    # The bytes of these are the key of the images that are kept. A change builds all images again.
    "$vm/build_image" | "$vm/guest.sh" | "$vm/initrd.sh") continue ;;
  esac
  IFS= read -r first <"$file" || true
  case $first in
    '#!'*sh) programs+=("$file") ;;
    '#!'*) ;;
    *) [[ $file != *.sh ]] || sourced+=("$file") ;;
  esac
done < <(git grep -lI -e '^#!.*sh$' -- ':!*.cc' ':!*.md' && git ls-files '*.sh' | grep -v '^$')
mapfile -t programs < <(printf '%s\n' "${programs[@]}" | sort -u)
# A file without a first line #! is read with the programs that source it by a constant name.
for file in "${sourced[@]}"; do
  git grep -q "^ *\\. .*/$(basename "$file")\"$" -- '*.sh' "$vm/run" '.ci/run' || { echo "no script sources $file" >&2 && exit 1; }
done
shellcheck -S info --check-sourced "${programs[@]}"
shellcheck -S warning --exclude=SC2115,SC2164,SC2187 "$vm/build_image" "$vm/guest.sh" "$vm/initrd.sh"
echo "shell: ok"
