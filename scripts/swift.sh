#!/bin/sh
# Runs OpenStack Swift with its S3 layer on this machine, with all its data in a temporary folder, until it is ended:
#
#   apt-get install --no-install-recommends swift-proxy swift-account swift-container swift-object memcached
#   scripts/swift.sh 6280 &
#   S3_TEST_ENDPOINT=http://127.0.0.1:6280 S3_TEST_ACCESS_KEY_ID=test:tester S3_TEST_SECRET_ACCESS_KEY=testing npm test -- test/storage
#
# The five ports from the given one on are used. Its folder has to be on a file system with extended attributes.
set -eu
port=${1:-6280}
folder=$(mktemp -d "${TMPDIR:-/tmp}/swift-XXXXXX")
user=$(id -un)
pids=
end() {
  trap - EXIT INT TERM
  for pid in $pids; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$folder"
}
trap end EXIT
trap 'exit 143' INT TERM
mkdir -p "$folder/devices/disk"

common="bind_ip = 127.0.0.1
user = $user
swift_dir = $folder
devices = $folder/devices
mount_check = false
workers = 0
log_level = ERROR
log_address = $folder/no-syslog"

offset=1
for part in account container object; do
  ring="$folder/$part.builder"
  swift-ring-builder "$ring" create 4 1 0 >/dev/null
  swift-ring-builder "$ring" add r1z1-127.0.0.1:$((port + offset))/disk 1 >/dev/null
  swift-ring-builder "$ring" rebalance >/dev/null
  cat >"$folder/$part.conf" <<END
[DEFAULT]
$common
bind_port = $((port + offset))
[pipeline:main]
pipeline = $part-server
[app:$part-server]
use = egg:swift#$part
END
  offset=$((offset + 1))
done

cat >"$folder/proxy.conf" <<END
[DEFAULT]
$common
bind_port = $port
[pipeline:main]
pipeline = catch_errors gatekeeper cache listing_formats bulk s3api tempauth copy slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$((port + 4))
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
END

memcached -u "$user" -l 127.0.0.1 -p $((port + 4)) &
pids="$pids $!"
for part in account container object proxy; do
  "swift-$part-server" "$folder/$part.conf" &
  pids="$pids $!"
done
wait
