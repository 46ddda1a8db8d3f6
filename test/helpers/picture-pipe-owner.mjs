// @ts-nocheck It imports from dist/, which need not be there when types are checked.
// Opens a pipe for pictures with 0, 1, 2 and 3 descriptors left. Prints what came of it as one line of JSON.
import { closeSync, openSync } from 'node:fs';
import { openPicturePipe } from '../../dist/stream/picture-pipe.js';

const outcomes = [];
for (let left = 0; left <= 3; left += 1) {
  const held = [];
  try {
    for (;;) held.push(openSync('/dev/null'));
  } catch {}
  for (const descriptor of held.splice(0, left)) closeSync(descriptor);
  const opened = openPicturePipe({ room: () => new Uint8Array(1), read() {} });
  const outcome = await opened.then(
    (pipe) => pipe,
    (error) => `${error.code}: ${error.message}`,
  );
  for (const descriptor of held) closeSync(descriptor);
  if (typeof outcome !== 'string') outcome.close();
  outcomes.push(typeof outcome === 'string' ? outcome : 'opened');
}
process.stdout.write(JSON.stringify(outcomes), () => process.exit(0));
