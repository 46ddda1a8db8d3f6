import type { Reload } from './system-stats.ts';

/** What became of a reload: a headline, and what there is to say of it. */
export function reloadWords(reload: Reload): { readonly tone: 'good' | 'warn' | 'bad'; readonly words: string; readonly lines: readonly string[] } {
  if (reload.outcome !== 'applied') {
    const why = reload.outcome === 'refused' ? 'the changed file is wrong' : 'the changed file could not be applied';
    return { tone: 'bad', words: `Nothing was changed: ${why}`, lines: reload.problems };
  }
  const { added, removed, restarted, needRestart, warnings } = reload;
  const changes = [
    [added, 'added'],
    [removed, 'removed'],
    [restarted, 'restarted'],
  ].filter(([count]) => count !== 0);
  const what = changes.length === 0 ? 'no camera changed' : `cameras: ${changes.map(([count, verb]) => `${count} ${verb}`).join(', ')}`;
  const waits = needRestart.length === 0 ? [] : [`Changes of ${needRestart.join(', ')} take effect at the next restart of the daemon.`];
  return { tone: needRestart.length + warnings.length > 0 ? 'warn' : 'good', words: `Reloaded, ${what}`, lines: [...waits, ...warnings] };
}
