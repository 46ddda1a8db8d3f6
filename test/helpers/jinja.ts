import { spawnSync } from 'node:child_process';

interface Rendering {
  readonly template: string;
  /** The payload of an MQTT message, as text. */
  readonly payload: string;
  /** Further variables, such as an automation's `trigger`. */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** As Home Assistant: sandboxed, `value` and, when it is JSON, `value_json`. Stricter in one thing: what is undefined may not even be printed. */
const PROGRAM = `
import json, sys
from datetime import datetime, timezone
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
# Of Home Assistant's own functions those that our documents use.
def as_timestamp(value, default=None):
    try:
        return value.timestamp() if isinstance(value, datetime) else datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
    except (AttributeError, ValueError):
        return default
def as_float(value, default):
    try:
        return float(value)
    except (TypeError, ValueError):
        return default
environment.globals.update(now=lambda: datetime.now(timezone.utc), as_timestamp=as_timestamp)
environment.filters.update(float=as_float)
def render(template, payload, more):
    variables = {"value": payload, **more}
    try:
        variables["value_json"] = json.loads(payload)
    except ValueError:
        pass
    try:
        return {"text": environment.from_string(template).render(variables)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
print(json.dumps([render(one["template"], one["payload"], one.get("variables", {})) for one in json.load(sys.stdin)]))
`;

/** Renders with real Jinja2 (Debian: python3-jinja2), all at once. Throws when a template fails. */
export function renderTemplates(renderings: readonly Rendering[]): readonly string[] {
  const complaints: string[] = [];
  for (const python of ['/usr/bin/python3', 'python3']) {
    const { status, stdout, stderr } = spawnSync(python, ['-c', PROGRAM], {
      input: JSON.stringify(renderings),
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (status !== 0) {
      complaints.push(`${python}: ${stderr}`);
      continue;
    }
    return (JSON.parse(stdout) as ({ text: string } | { error: string })[]).map((outcome, index) => {
      if ('text' in outcome) return outcome.text;
      throw new Error(`${outcome.error} in ${renderings[index]?.template} for ${renderings[index]?.payload}`);
    });
  }
  throw new Error(`no Python with jinja2 (npm test installs python3-jinja2):\n${complaints.join('\n')}`);
}
