/** The daemon takes 16 KiB; the rest is for the frame around the ids. */
const MOST_BYTES = 16 * 1024 - 64;

/** The one message that a client sends: of which cameras pictures and verdicts are wanted. Those that have no room, at the end of the list, are left out and counted. */
export function watchMessage(ids: Iterable<string>): { readonly text: string; readonly leftOut: number } {
  const kept: string[] = [];
  let bytes = 0;
  let leftOut = 0;
  for (const id of ids) {
    // In both lists, with quotes and comma; ids are ASCII.
    bytes += 2 * (id.length + 3);
    if (bytes > MOST_BYTES) leftOut += 1;
    else kept.push(id);
  }
  return { text: JSON.stringify({ type: 'watch', tiles: kept, classifications: kept }), leftOut };
}
