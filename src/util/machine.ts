import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const NVIDIA_GPUS = '/proc/driver/nvidia/gpus';

/** What computes here, for people and for comparing: `Intel(R) Xeon(R) … × 8`, and each NVIDIA GPU that the kernel's driver knows. The same for every process of the machine. */
export function machineName(gpuFolder: string = NVIDIA_GPUS): string {
  // Not the processors that this process may use: a unit and a shell may differ in that.
  const all = cpus();
  const cpu = all[0]?.model.trim() ?? '';
  return [`${cpu === '' ? 'unknown CPU' : cpu} × ${all.length}`, ...gpuNames(gpuFolder)].join(' + ');
}

function gpuNames(folder: string): string[] {
  try {
    const facts = readdirSync(folder).map((gpu) => readFileSync(`${folder}/${gpu}/information`, 'utf8'));
    return facts.map((text) => /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? 'unknown GPU').sort();
  } catch {
    // No such driver, or a container that does not show it.
    return [];
  }
}
