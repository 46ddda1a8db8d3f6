/** Resolves with the first SIGTERM or SIGINT. A second one ends the process at once: whoever asks twice means it. */
export function terminationSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (signal: NodeJS.Signals) => {
      if (asked) process.exit(1);
      asked = true;
      resolve(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}

/** The terminal was closed: what runs must not stay behind. */
export function hangUp(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => process.once('SIGHUP', resolve));
}
