#!/usr/bin/env bash
# A job on a Ray cluster that makes one set, submitted from anywhere:
#     RAY_ADDRESS=http://head:8265 tools/cluster/ray_job.sh /shared/set --rooms 76
# The nodes need scenegen (pip install 'scenegen[ray]'), and the set and the sources at the same paths. Submitted again, it
# makes what is missing.
set -euo pipefail

out=${1:?"give the folder of the set, on a file system that all nodes see, then the options of scenegen render"}
shift
: "${RAY_ADDRESS:?set it to the address of the cluster, as http://head:8265}"
exec ray job submit -- scenegen render --executor ray --address auto --out "$out" "$@"
