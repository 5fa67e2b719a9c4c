#!/bin/bash
# Unpacks Catch2 3.7.1 from Debian 12's own backports into PREFIX (Debian 12 itself has version 2). Needs no root.
# The mirror is the one that this machine's apt already uses; nothing outside PREFIX changes.
set -euo pipefail
prefix=${1:?usage: get_catch2v3.sh PREFIX}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$work"/{parts,lists/partial,archives/partial}

if [ -f /etc/apt/sources.list.d/debian.sources ]; then
  awk 'NF==0{exit} {print}' /etc/apt/sources.list.d/debian.sources |
    sed 's/^Suites:.*/Suites: bookworm-backports/' > "$work/parts/backports.sources"
else
  awk '$1=="deb" && / bookworm / {sub(/ bookworm .*/, " bookworm-backports main"); print; exit}' \
    /etc/apt/sources.list > "$work/parts/backports.list"
fi
apt=(apt-get -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/parts" -o Dir::State::lists="$work/lists"
     -o Dir::Cache="$work" -o APT::Sandbox::User=root -o Acquire::Retries=3)
"${apt[@]}" update
cd "$work"
"${apt[@]}" download libcatch2-dev
dpkg -x libcatch2-dev_*.deb "$prefix"
