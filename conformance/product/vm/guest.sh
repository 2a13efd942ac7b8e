#!/bin/sh
# What the unit in the virtual machine runs: puts what came on the second drive to its own paths, runs
# the command with its output on the second serial line, and writes signs of life and its exit code to the third.
exec </dev/null >/dev/ttyS1 2>&1
stty -F /dev/ttyS1 raw -echo
stty -F /dev/ttyS2 raw -echo
# A sign of life every five seconds: run starts a machine without one again.
while sleep 5; do printf . >/dev/ttyS2; done &
signs=$!
while read -r path; do
  if [ -d "/share/files$path" ]; then
    mkdir -p "$path"
  else
    mkdir -p "$(dirname "$path")" && : >>"$path"
  fi
  mount --bind "/share/files$path" "$path"
done </share/paths
export HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd "$(head -n 1 /share/paths)"
bash /share/command
code=$?
sync /share 2>/dev/null
kill $signs && wait $signs
echo "$code" >/dev/ttyS2
