/** Whether a topic is one of those that an MQTT filter names: `+` is any one level, `#` at the end all further ones, none included. */
export function matchesFilter(filter: string, topic: string): boolean {
  // MQTT 5, 4.7.2: a wildcard in the first place leaves out the broker's own topics.
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const [wanted, levels] = [filter.split('/'), topic.split('/')];
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}
