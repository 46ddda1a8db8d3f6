type Environment = Readonly<Record<string, string | undefined>>;

/** What a native library needs to be found, to know its time zone and language, and to keep its files. */
const NAMES: readonly string[] = [
  'PATH',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'HOME',
  'XDG_CACHE_HOME',
  'TMPDIR',
  'TZ',
  'LANG',
  'LC_ALL',
  'SystemRoot',
  'TEMP',
  'TMP',
];
/** Settings of CUDA and its container runtime, Vulkan's loader, ONNX Runtime, TensorFlow, OpenMP. */
const PREFIXES: readonly string[] = ['CUDA_', 'CUDNN_', 'NVIDIA_', 'VK_', 'ORT_', 'TF_', 'OMP_'];
/** Variables and tokens of Terraform, which shares a prefix with TensorFlow. */
const NOT_MEANT: readonly string[] = ['TF_VAR_', 'TF_TOKEN_'];

/**
 * What of the daemon's environment its engine process gets. The engine runs native code on pictures from strangers; the passwords that the
 * configuration takes from the environment, NOTIFY_SOCKET and NODE_OPTIONS are none of its business.
 */
export function engineEnvironment(daemon: Environment): Record<string, string> {
  const begins = (name: string, prefixes: readonly string[]) => prefixes.some((prefix) => name.startsWith(prefix));
  const passes = (name: string) => NAMES.includes(name) || (begins(name, PREFIXES) && !begins(name, NOT_MEANT));
  return Object.fromEntries(Object.entries(daemon).filter((entry): entry is [string, string] => entry[1] !== undefined && passes(entry[0])));
}
