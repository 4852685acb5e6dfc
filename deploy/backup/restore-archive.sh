#!/bin/sh
# Prepares a data folder from a base backup and the archive. PostgreSQL replays the archive when it starts on that folder.
#
#   deploy/backup/restore-archive.sh BASE_BACKUP ARCHIVE DATA [TIME]
#
# BASE_BACKUP  a folder that pg_basebackup wrote
# ARCHIVE      the folder with the archived parts of the log, as the account of PostgreSQL sees it
# DATA         an empty or missing folder, the data folder of the restored server
# TIME         optional: the last time to restore, such as '2026-11-28 12:00:00+00'. Without it everything in the archive is restored.
set -eu
base=$1 archive=$2 data=$3 time=${4:-}
if [ -n "$(ls -A "$data" 2>/dev/null)" ]; then
  echo "Nothing was restored: the folder $data is not empty." >&2
  exit 1
fi
if [ ! -e "$base/backup_label" ]; then
  echo "Nothing was restored: $base is no base backup, because it has no file backup_label." >&2
  exit 1
fi
mkdir -p "$data"
cp -a "$base/." "$data/"
chmod 700 "$data"
{
  echo "restore_command = 'cp \"$archive/%f\" \"%p\"'"
  # Always written: the base backup may have the value of an earlier restore.
  echo "recovery_target_time = '$time'"
  echo "recovery_target_action = 'promote'"
} >>"$data/postgresql.auto.conf"
touch "$data/recovery.signal"
