#!/usr/bin/env bash
# One command for a person with an NVIDIA machine: installs, lets every way to the GPU pass the self-test, measures, runs the daemon for five minutes, and writes one
# report to send back. docs/gpu.md says what has to be there before. Nothing is sent anywhere; the report names no host, user or address.
#
#   scripts/gpu-acceptance.sh [--report FILE] [--seconds N] [--cameras N] [--rate N] [--skip STEP]... [--cpu-rehearsal]
#
# --cpu-rehearsal goes through every step on the CPU, shorter: it tries this script and says nothing about a GPU.
# A step that fails is written down with its reason, and the others go on where they can. Exit status: 0 all passed, 1 something failed, 64 misuse.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root
readonly model=inception-v3-content-safety
readonly steps=(machine install versions self-test bench-engine bench-pipeline run)

rehearsal=false
report=gpu-acceptance-report.md
seconds=''
cameras=''
rate=''
skipped=' '

usage() {
  echo "gpu-acceptance: $1" >&2
  sed -n '5p' "${BASH_SOURCE[0]}" | sed 's/^# */usage: /' >&2
  exit 64
}

whole_number() {
  [[ $2 =~ ^[1-9][0-9]{0,4}$ ]] || usage "$1 $2: a whole number is needed"
}

while (($# > 0)); do
  case $1 in
    --cpu-rehearsal) rehearsal=true ;;
    --help)
      sed -n '2,9p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//'
      exit 0
      ;;
    --report | --seconds | --cameras | --rate | --skip)
      (($# > 1)) || usage "$1 needs a value"
      case $1 in
        --report) report=$2 ;;
        --skip)
          [[ " ${steps[*]} " == *" $2 "* ]] || usage "--skip $2: the steps are ${steps[*]}"
          skipped+="$2 "
          ;;
        *)
          whole_number "$1" "$2"
          printf -v "${1#--}" '%s' "$2"
          ;;
      esac
      shift
      ;;
    *) usage "$1 is not known" ;;
  esac
  shift
done

if $rehearsal; then
  ways=(cpu wasm)
  : "${seconds:=20}" "${cameras:=1}" "${rate:=1}"
else
  ways=(cuda webgpu tensorflow)
  : "${seconds:=300}" "${cameras:=16}" "${rate:=10}"
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/framewatch-acceptance-XXXXXX")
readonly work
trap 'rm -rf "$work"' EXIT

framewatch() {
  node "$root/dist/cli/main.js" "$@"
}

# The configuration of one way to compute, in FILE.
write_config() {
  local engine batching=''
  case $1 in
    cuda | webgpu) engine='{ backend: onnx, device: gpu, onUnavailable: fail }' ;;
    tensorflow) engine='{ backend: tensorflow, device: gpu, onUnavailable: fail }' ;;
    cpu) engine='{ backend: onnx, device: cpu, onUnavailable: fail }' ;;
    wasm) engine='{ backend: wasm, device: cpu, onUnavailable: fail }' ;;
  esac
  if $rehearsal; then batching='batching: { maxBatchSize: 2, allowedBatchSizes: [1, 2] }'; fi
  printf 'stateDir: %s\nmodel: %s\nengine: %s\n%s\ncameras: {}\n' "$work/state" "$model" "$engine" "$batching" >"$2"
}

# Runs a command as `way` wants it: with CUDA hidden, ONNX Runtime takes WebGPU.
as_way() {
  local way=$1
  shift
  if [[ $way == webgpu ]]; then CUDA_VISIBLE_DEVICES='' "$@"; else "$@"; fi
}

step_machine() {
  uname -srm
  sed -n 's/^PRETTY_NAME="\(.*\)"$/\1/p' /etc/os-release
  sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sort | uniq -c | sed 's/^ *//'
  sed -n 's/^MemTotal: *//p' /proc/meminfo
  if $rehearsal; then
    echo 'the GPU is not looked at: this is a rehearsal'
    return
  fi
  { ldconfig -p || true; } | awk '/lib(cuda|cudart|cublas|curand|cufft|cudnn|vulkan)\.so/ { print $1 }' | sort -u
  find /usr/share/vulkan/icd.d /etc/vulkan/icd.d -name '*.json' -printf '%f\n' 2>/dev/null || true
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader || {
    echo 'nvidia-smi shows no GPU: is the driver installed?' >&2
    return 1
  }
}

step_install() {
  if $rehearsal; then node "$root/scripts/setup.mjs" --for run --no-gpu; else node "$root/scripts/setup.mjs" --for run --gpu; fi
}

step_versions() {
  local package
  echo "framewatch $(framewatch --version)"
  echo "node $(node --version)"
  for package in onnxruntime-node @tensorflow/tfjs @tensorflow/tfjs-node-gpu @tensorflow/tfjs-node; do
    echo "$package $(sed -n 's/^ *"version": "\(.*\)",*$/\1/p' "$root/node_modules/$package/package.json" 2>/dev/null || echo 'not installed')"
  done
  find "$root/node_modules/onnxruntime-node/bin" -path '*linux*' -name '*providers*' -printf '%f %s bytes\n' 2>/dev/null || true
  { ffmpeg -version 2>/dev/null || echo 'no ffmpeg on the PATH'; } | sed -n '1s/ Copyright.*//p'
}

# Every way must pass at every allowed batch size; those that do are measured and run later.
step_self_test() {
  local way failed=0
  : >"$work/passed"
  for way in "${ways[@]}"; do
    write_config "$way" "$work/$way.yaml"
    if as_way "$way" framewatch models verify "$model" --config "$work/$way.yaml" --json >"$work/self-test-$way.json" 2>"$work/self-test-$way.err" &&
      node "$root/scripts/gpu-acceptance-report.mjs" --is-way "$way" "$work/self-test-$way.json" >&2; then
      echo "$way" >>"$work/passed"
    else
      echo "$way did not pass" >&2
      failed=1
    fi
  done
  return $failed
}

require_passed() {
  [[ -s $work/passed ]] && return
  echo 'no way passed the self-test' >&2
  return 1
}

step_bench_engine() {
  local way failed=0 brief=()
  require_passed || return 1
  if $rehearsal; then brief=(--sizes '1,2' --seconds 2); fi
  while read -r way; do
    as_way "$way" framewatch bench engine --json --backend "$(backend_of "$way")" "${brief[@]}" --config "$work/$way.yaml" >"$work/bench-engine-$way.json" || failed=1
  done <"$work/passed"
  return $failed
}

backend_of() {
  case $1 in
    tensorflow | wasm) echo "$1" ;;
    *) echo onnx ;;
  esac
}

step_bench_pipeline() {
  local way brief=()
  require_passed || return 1
  if $rehearsal; then brief=(--max-cameras 1 --seconds 2 --bound 10000 --sample-fps 1 --decode all); fi
  way=$(head -n 1 "$work/passed")
  as_way "$way" framewatch bench pipeline --brief --json "${brief[@]}" --config "$work/$way.yaml" >"$work/bench-pipeline.json"
}

step_run() {
  local way
  require_passed || return 1
  way=$(head -n 1 "$work/passed")
  as_way "$way" node "$root/scripts/gpu-acceptance-run.mjs" --config "$work/$way.yaml" --seconds "$seconds" --cameras "$cameras" --rate "$rate" >"$work/run.json"
}

failures=0
for step in "${steps[@]}"; do
  if [[ $skipped == *" $step "* ]]; then
    printf '%s\tskipped\n' "$step" >>"$work/steps"
    continue
  fi
  echo "gpu-acceptance: $step" >&2
  if "step_${step//-/_}" >"$work/$step.out" 2>"$work/$step.err"; then
    printf '%s\tpassed\n' "$step" >>"$work/steps"
  else
    printf '%s\tfailed\n' "$step" >>"$work/steps"
    tail -n 3 "$work/$step.err" >&2
    failures=$((failures + 1))
  fi
done

kind=gpu
if $rehearsal; then kind=rehearsal; fi
node "$root/scripts/gpu-acceptance-report.mjs" --kind "$kind" --ways "${ways[*]}" --folder "$work" >"$report"
echo "gpu-acceptance: the report is $report" >&2
((failures == 0))
