#!/bin/sh
# Writes a backup of the database to standard output. The settings are libpq's: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE.
#
#   PGHOST=db.example.org PGUSER=workspace PGDATABASE=workspace deploy/backup/backup.sh > workspace.dump
set -eu
exec pg_dump --format=custom --no-owner --no-privileges
