import { describe, expect, it } from 'vitest';
import { eventAttributes, percentAt, ruleState, valueAt, wordsAt } from '../../../src/sinks/home-assistant/state-templates.ts';
import { renderTemplates } from '../../helpers/jinja.ts';
import { sequencedEvent } from '../../helpers/label-events.ts';

const STATE = {
  label: 'Sexy',
  regions: {
    full: {
      label: 'Sexy',
      score: 0.12345,
      rules: { unsafe: { active: true, score: 0.9, eventId: 'x' }, calm: { active: false, score: 0, eventId: null } },
    },
    gate: { label: 'Neutral', score: 0, rules: {} },
  },
};
const render = (template: string, message: unknown) =>
  renderTemplates([{ template, payload: typeof message === 'string' ? message : JSON.stringify(message) }])[0];

/** What may come in place of a message: nothing, no JSON, and JSON without what is looked for. */
const POOR = [
  '',
  'online',
  'null',
  '0',
  '[]',
  '{}',
  '{"regions":null}',
  '{"regions":{}}',
  '{"regions":{"full":null}}',
  '{"regions":{"full":{}}}',
  '{"regions":{"full":{"rules":{}}}}',
];

describe('templates, in real Jinja2 as strict as can be', () => {
  it('read what is there', () => {
    expect(render(valueAt('regions', 'full', 'label'), STATE)).toBe('Sexy');
    expect(render(percentAt('regions', 'full', 'score'), STATE)).toBe('12.3');
    expect(render(percentAt('regions', 'gate', 'score'), STATE)).toBe('0');
    expect(render(ruleState('full', 'unsafe'), STATE)).toBe('ON');
    expect(render(ruleState('full', 'calm'), STATE)).toBe('OFF');
    expect(render(valueAt('latencyMs', 'p95'), { latencyMs: { p95: 0 } })).toBe('0');
    expect(render(wordsAt('engine', ['backend', 'device']), { engine: { backend: 'onnx', device: 'cpu' } })).toBe('onnx cpu');
  });

  it('call unknown what is not there yet', () => {
    expect(render(ruleState('gate', 'unsafe'), STATE)).toBe('None');
    expect(render(ruleState('yard', 'unsafe'), STATE)).toBe('None');
    expect(render(valueAt('latencyMs', 'p95'), { latencyMs: { p95: null } })).toBe('None');
    expect(render(wordsAt('engine', ['backend']), { engine: null })).toBe('None');
  });

  it('fail on nothing that may come', () => {
    const templates = [
      valueAt('regions', 'full', 'label'),
      percentAt('regions', 'full', 'score'),
      ruleState('full', 'unsafe'),
      wordsAt('engine', ['backend']),
    ];
    const texts = renderTemplates(POOR.flatMap((payload) => templates.map((template) => ({ template, payload }))));
    expect(new Set(texts)).toEqual(new Set(['None']));
    expect(new Set(renderTemplates(POOR.map((payload) => ({ template: eventAttributes(), payload }))))).toEqual(new Set(['']));
  });

  it('make of an event what an event entity takes: JSON with `event_type`, whatever stands in it', () => {
    const event = sequencedEvent(7, { label: `<b>'"\\` });
    const attributes = JSON.parse(render(eventAttributes(), event) ?? '') as Record<string, unknown>;
    const { id, sequence, region, rule, label, score, peakScore, startedAt, at, endedAt, endReason, snapshot, type } = event;
    expect(attributes).toEqual({
      event_type: type,
      id,
      sequence,
      region,
      rule,
      label,
      score,
      peakScore,
      startedAt,
      at,
      endedAt,
      endReason,
      snapshot,
    });
  });

  it('are checked by something that catches a template which fails', () => {
    expect(() => render('{{ value_json.regions.full.label }}', '{}')).toThrow(/UndefinedError/);
    expect(() => render('{{ value_json.get("x") }}', 'no JSON')).toThrow(/UndefinedError/);
  });
});
