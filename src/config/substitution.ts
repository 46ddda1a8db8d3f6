import type { Findings } from './problem.ts';
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from './yaml-source.ts';

/** Environment variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** `$${` is a literal `${`; else a name with, perhaps, a default behind `:-` (used when the variable is unset or empty, as in a shell). */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g;

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every string value. It works on parsed values, so that no content of a variable can
 * change the structure of the file, and what comes in is not looked at again.
 */
export function substituteAll(root: YamlMap, env: Environment, findings: Findings): YamlMap {
  return substituteMap(root, env, findings);
}

function substituteMap(map: YamlMap, env: Environment, findings: Findings): YamlMap {
  const entries = new Map<string, YamlEntry>();
  for (const [key, entry] of map.entries) entries.set(key, { place: entry.place, node: substituteNode(entry.node, env, findings) });
  return { ...map, entries };
}

function substituteNode(node: YamlNode, env: Environment, findings: Findings): YamlNode {
  if (node.kind === 'map') return substituteMap(node, env, findings);
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => substituteNode(item, env, findings)) };
  return typeof node.value === 'string' && node.value.includes('${') ? substituteText(node, node.value, env, findings) : node;
}

function substituteText(node: YamlScalar, text: string, env: Environment, findings: Findings): YamlScalar {
  let fromEnv = false;
  let faulty = false;
  const value = text.replace(REFERENCE, (reference: string, name: string | undefined, fallback: string | undefined) => {
    if (reference === '$${') return '${';
    if (name === undefined) {
      faulty = true;
      findings.error(node, 'has a ${ that no name and no closing bracket follow', 'write $${ for a literal ${');
      return reference;
    }
    fromEnv = true;
    const content = Object.hasOwn(env, name) ? env[name] : undefined;
    if (fallback !== undefined) return content === undefined || content === '' ? fallback : content;
    if (content !== undefined) return content;
    faulty = true;
    findings.error(node, `the environment has no variable ${name}`, `set ${name}, or write \${${name}:-default}`);
    return '';
  });
  return { ...node, value, fromEnv, faulty };
}
