#!/bin/sh
# Copies a finished part of PostgreSQL's log (WAL) into the archive: archive_command = '…/archive.sh %p /archive/%f'
# PostgreSQL repeats the call until it succeeds, and keeps the part until then.
set -eu
if [ -e "$2" ]; then
  # The part was copied before, and PostgreSQL was killed before it knew. Another content would be another database.
  exec cmp -s "$1" "$2"
fi
cp "$1" "$2.part"
sync "$2.part"
mv "$2.part" "$2"
