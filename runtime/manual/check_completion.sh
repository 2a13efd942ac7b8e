#!/bin/bash
# check_completion.sh DIR: completes lines in bash, zsh and fish with the scripts of DIR, and looks at the words. The oci-rt of the test lists
# a container of each status. Exit code 77: there is no shell but bash, and bash was good.
set -euo pipefail
scripts=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/here" "$work/here/bundle" "$work/zsh"
touch "$work/here/afile"
cat >"$work/bin/oci-rt" <<'END'
#!/bin/sh
case "$*" in
  '--root /other list --format '*) echo 'elsewhere created' ;;
  'list --format '*) printf '%s\n' 'c1 created' 'r1 running' 'p1 paused' 's1 stopped' ;;
esac
END
chmod +x "$work/bin/oci-rt"
PATH=$work/bin:$PATH
cp "$scripts/_oci-rt" "$work/zsh"
failed=0

in_bash() {
  # shellcheck disable=SC2016
  bash -c '. "$1"; line=$2; read -ra COMP_WORDS <<<"$line"; [[ $line != *" " ]] || COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _oci_rt; printf "%s\n" "${COMPREPLY[@]}"' bash "$scripts/oci-rt" "$1"
}
in_fish() {
  # shellcheck disable=SC2016
  HOME=$work fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$scripts/oci-rt.fish" "$1" | cut -f 1
}
# Its compadd prints the words instead of offering them.
in_zsh() {
  # shellcheck disable=SC2016
  HOME=$work zsh -f -c '
    zmodload zsh/zpty
    zpty z zsh -f -i
    zpty -w z "PS1=; unsetopt zle_bracketed_paste 2>/dev/null; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; cd $3"
    zpty -w z "zstyle \":completion:*\" list-separator \"\"; LISTMAX=10000; COLUMNS=60; LINES=1000"
    zpty -w z "compadd() { local -a out; builtin compadd -O out \"\$@\"; print -rl -- \${out/#/WORD:} >>$4; builtin compadd \"\$@\" }"
    zpty -w z "bindkey \"^I\" list-choices; print RE\"\"ADY"
    zpty -r -m z x "*READY*"
    zpty -n -w z "$2"$'"'\\t'"'
    sleep 1
    zpty -d z' zsh "$work/zsh" "$1" "$PWD" "$work/words"
  sed -n 's/^WORD://p' "$work/words" 2>/dev/null | sort -u
  rm -f "$work/words"
}
# expect LINE WORD...: each word is offered, and those behind "not" are not.
expect() {
  local line=$1 words found=yes word
  shift
  words=$("in_$shell" "$line")
  for word in "$@"; do
    if [ "$word" = not ]; then found=no; continue; fi
    if grep -q -x -e "$word/\\?" <<<"$words"; then answer=yes; else answer=no; fi
    [ "$answer" = "$found" ] || { echo "FAIL: $shell: '$line': $word; offered: $(echo "$words" | head -c 400)"; failed=1; }
  done
}
cd "$work/here"
tried=
for shell in bash zsh fish; do
  command -v $shell >/dev/null || { echo "there is no $shell"; continue; }
  tried+=" $shell"
  expect 'oci-rt ' create start uninstall not c1
  expect 'oci-rt start ' c1 not r1 p1 s1
  expect 'oci-rt resume ' p1 not c1 r1 s1
  expect 'oci-rt delete ' c1 r1 p1 s1
  expect 'oci-rt exec ' r1 not c1 p1
  expect 'oci-rt --root /other start ' elsewhere not c1
  expect 'oci-rt kill r1 ' TERM KILL
  expect 'oci-rt exec --cap ' CAP_CHOWN CAP_SYS_ADMIN
  expect 'oci-rt run --bundle ' bundle not afile
  expect 'oci-rt update --resources ' afile
  expect 'oci-rt run --de' --detach
  expect 'oci-rt mounts ' add remove not r1
  expect 'oci-rt mounts add ' r1 not s1
  expect 'oci-rt install ' podman docker
  expect 'oci-rt check --format ' sarif json
done
echo "completed in:$tried"
[ "$failed" = 0 ] || exit 1
[ "$tried" != ' bash' ] || exit 77
