import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = path.resolve(import.meta.dirname, '..');
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');
const packageJson = JSON.parse(read('package.json')) as { scripts: Record<string, string>; bin: Record<string, string>; name: string };

describe('what a stranger follows to the letter', () => {
  const pages = [
    'README.md',
    ...readdirSync(path.join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];

  it.each(pages)('%s names only commands that exist and links only to files that are there', (page) => {
    const text = read(page);
    const commands = [...text.matchAll(/npm run ([a-z][a-z:-]*)/g)].map((match) => match[1] ?? '');
    expect(commands.filter((name) => !(name in packageJson.scripts))).toEqual([]);
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => !existsSync(path.join(root, path.dirname(page), link)))).toEqual([]);
  });
});

describe('docker-compose.yml', () => {
  interface Service {
    readonly build?: { readonly target: string };
    readonly profiles?: readonly string[];
    readonly volumes: readonly string[];
    readonly ports: readonly string[];
    readonly deploy?: object;
  }
  const { services } = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> };

  it('has daemon, broker and a GPU profile, and shows no port to other machines', () => {
    expect(Object.keys(services).toSorted()).toEqual(['framewatch', 'framewatch-gpu', 'mosquitto']);
    expect(services['framewatch']?.profiles).toBeUndefined();
    expect(services['framewatch-gpu']).toMatchObject({
      profiles: ['gpu'],
      deploy: { resources: { reservations: { devices: [{ driver: 'nvidia', capabilities: ['gpu'] }] } } },
    });
    for (const { ports } of Object.values(services)) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('builds stages that the Dockerfile has, and mounts files that are there', () => {
    const stages = [...read('Dockerfile').matchAll(/^FROM .* AS (\S+)$/gm)].map((match) => match[1]);
    for (const { build } of Object.values(services)) if (build) expect(stages).toContain(build.target);
    const mounted = services['mosquitto']?.volumes.find((volume) => volume.startsWith('./')) ?? '';
    const broker = read(mounted.split(':')[0] ?? '');
    expect(broker).toMatch(/^persistence true$/m);
    expect(broker).toMatch(/^autosave_interval 5$/m);
  });

  it('copies into the image only what is in the repository', () => {
    const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) => (match[1] ?? '').split(' '));
    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
  });
});

describe('systemd/framewatch.service', () => {
  const unit = read('systemd/framewatch.service');

  it('does what the daemon relies on', () => {
    for (const line of [
      'Type=notify',
      'NotifyAccess=all',
      'WatchdogSec=30',
      'Restart=on-failure',
      'RestartPreventExitStatus=78',
      'KillMode=mixed',
      'OOMPolicy=continue',
    ]) {
      expect(unit.split('\n')).toContain(line);
    }
    expect(unit).not.toMatch(/^MemoryDenyWriteExecute=yes/m);
    expect(unit).toContain(packageJson.bin['framewatch']);
  });

  const hasAnalyzer = spawnSync('systemd-analyze', ['--version']).status === 0;
  // Containers often come without systemd's tools; nothing else of the unit needs them.
  it.skipIf(!hasAnalyzer)('keeps its exposure below 20 of 100', () => {
    const { status, stdout } = spawnSync(
      'systemd-analyze',
      ['security', '--offline=true', '--threshold=20', path.join(root, 'systemd/framewatch.service')],
      { encoding: 'utf8' },
    );
    expect(stdout).toContain('Overall exposure level');
    expect(status).toBe(0);
  });
});
