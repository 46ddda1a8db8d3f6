const PASSED_ON = ['PATH', 'LD_LIBRARY_PATH', 'TZ'] as const;

/** All of our environment that a child needs: the rest may hold secrets. */
export function childEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const reduced: NodeJS.ProcessEnv = {};
  for (const name of PASSED_ON) if (environment[name] !== undefined) reduced[name] = environment[name];
  return reduced;
}
