import type { Findings } from './problem.ts';
import type { CameraFile, ConfigFile } from './schema.ts';
import type { Section } from './section.ts';

// What this version accepts, because the file's contract has it, but does not do. Nothing is ignored silently.

export function warnOfFile(section: Section<ConfigFile>, findings: Findings): void {
  const heads = section.node('heads');
  if (heads?.kind === 'map' && heads.entries.size > 0) {
    findings.warn(heads, 'own labels are not in this version: no head is judged');
  }
}

export function warnOfCamera(section: Section<CameraFile>, findings: Findings): void {
  if (section.settings.motion.enabled) {
    findings.warn(section.place('motion.enabled'), 'the motion gate is not in this version: every sampled frame is judged');
  }
}
