#!/usr/bin/env bash
# A Slurm array that makes one set: sbatch --array=0-15 tools/cluster/slurm_array.sh out/set --rooms 76 ...
# Give the same words again and only what is missing is made. Of tasks that failed, started again alone
# (sbatch --array=3,7), the parts are still those of PARTS, which has to be as many as at first:
#     PARTS=16 sbatch --array=3,7 tools/cluster/slurm_array.sh out/set --rooms 76 ...
#SBATCH --job-name=scenegen
#SBATCH --cpus-per-task=4
#SBATCH --mem-per-cpu=2G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@60
set -euo pipefail

out=${1:?"give the folder of the set, on a file system that all nodes see, then the options of scenegen render"}
shift
export SCENEGEN_SHARD="${SLURM_ARRAY_TASK_ID:?start it with sbatch --array=0-15}/${PARTS:-${SLURM_ARRAY_TASK_COUNT:?}}"
# a child of its own, so that the signal that comes before the time is up reaches it: the shards in work are finished
# by the next start
scenegen render --out "$out" --workers "${SLURM_CPUS_PER_TASK:-1}" "$@" &
trap 'kill -TERM $!; wait $!' TERM
wait $!
