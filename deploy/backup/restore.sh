#!/bin/sh
# Restores a backup from standard input into an empty database. If anything fails, the database stays empty. The settings are
# libpq's: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE.
#
#   PGHOST=db.example.org PGUSER=workspace PGDATABASE=workspace deploy/backup/restore.sh < workspace.dump
set -eu
tables=$(psql --no-psqlrc --quiet --tuples-only --no-align --command="SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
if [ "$tables" != 0 ]; then
  echo 'Nothing was restored: the database is not empty. Stop the service, create an empty database, and restore into that.' >&2
  exit 1
fi
# The comments of the extensions belong to their owner, which may be an administrator.
exec pg_restore --dbname="${PGDATABASE:-$PGUSER}" --no-owner --no-privileges --no-comments --single-transaction --exit-on-error
