import { CameraTile } from './camera-tile.ts';
import { EventList } from './event-list.ts';
import { FeedClient } from './feed-client.ts';
import type { Camera, Stats } from './messages.ts';

const wall = byId('cameras');
const connection = byId('connection');
const figures = byId('figures');
const tiles = new Map<string, CameraTile>();
const names = new Map<string, string>();
const events = new EventList(byId('events'), byId('no-events'), (id) => names.get(id) ?? id);

const client = new FeedClient({
  history: (messages) => events.replace(messages),
  hello({ cameras }) {
    const ids = new Set(cameras.map(({ id }) => id));
    for (const [id, tile] of tiles) if (!ids.has(id)) removeTile(id, tile);
    for (const camera of cameras) showCamera(camera);
    events.refresh();
    byId('no-cameras').hidden = cameras.length > 0;
    watchVisible();
  },
  message(message) {
    if (message.type === 'camera') showCamera(message.camera);
    if (message.type === 'classification') tiles.get(message.camera)?.classification(message);
    if (message.type === 'stats') showStats(message);
    if (message.type === 'event') {
      events.add(message.event);
      tiles.get(message.event.camera)?.event(message.event);
    }
  },
  tile: ({ camera, jpeg }) => tiles.get(camera)?.tile(jpeg),
  connection(state) {
    const isLost = state !== 'connected';
    connection.textContent = isLost ? `connection lost, next try in ${state.retryInSeconds} s` : 'connected';
    connection.classList.toggle('lost', isLost);
    wall.classList.toggle('lost', isLost);
  },
});

function showCamera(camera: Camera): void {
  names.set(camera.id, camera.name);
  const known = tiles.get(camera.id);
  if (known) {
    known.update(camera);
    return;
  }
  const tile = new CameraTile(camera);
  tiles.set(camera.id, tile);
  wall.append(tile.root);
  watchVisible();
}

function removeTile(id: string, tile: CameraTile): void {
  tile.dispose();
  tiles.delete(id);
}

function showStats({ cameras, framesPerSecond, latencyMs, boundsInfeasible }: Stats): void {
  const words = [`${cameras.live} of ${cameras.total} cameras live`, `${framesPerSecond.classified.toFixed(1)} pictures/s judged`];
  if (latencyMs.p95 !== null) words.push(`95 % within ${Math.round(latencyMs.p95)} ms`);
  if (boundsInfeasible > 0) words.push(`${boundsInfeasible} with a bound that cannot be kept`);
  figures.textContent = words.join(' · ');
}

/** A page that nobody sees costs the daemon no pictures. */
function watchVisible(): void {
  client.watch(document.hidden ? [] : [...tiles.keys()]);
}

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

document.addEventListener('visibilitychange', watchVisible);
byId('logout').addEventListener('click', () => {
  void fetch('/logout', { method: 'POST' }).then(() => location.assign('/login'));
});
setInterval(() => {
  for (const tile of tiles.values()) tile.showAge();
}, 500);
void client.start();
