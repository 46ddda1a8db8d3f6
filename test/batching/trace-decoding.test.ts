import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTrace } from '../../src/batching/trace-decoding.ts';
import { hasCode } from '../../src/util/errors.ts';

const header =
  '{"framewatchTrace":1,"recordedBy":"0.1.0","sizes":[1,2],"costMs":{"1":30,"2":60},"preprocessMs":2.5,"overheadMs":2,' +
  '"engine":{"backend":"onnx","device":"cpu","precision":"float32","threads":2},"policy":{"name":"deadline","maxQueueDelayMs":50}}';
const slot = '["slot",0,0,0,0,500,1]';
const frame = '["frame",10,0,4]';
const file = (...lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

function problemOf(text: string): string {
  try {
    decodeTrace(text, 'FILE');
  } catch (error) {
    expect(hasCode(error, 'TRACE_INVALID')).toBe(true);
    return error instanceof Error ? error.message : '';
  }
  return 'none';
}

describe('decodeTrace', () => {
  it.each([
    ['an empty file', '', 'line 1: a trace begins with a header line'],
    ['a header that breaks off', header.slice(0, 40), 'line 1: a trace begins with a header line'],
    ['another file', file('{"cameras":3}'), 'line 1: this is not an arrival trace'],
    ['a text', file('# Framewatch'), 'line 1: this is not JSON'],
    ['a later format', file(header.replace(':1,', ':2,')), 'line 1: the trace has format 2, and this program reads format 1'],
    ['a size without its cost', file(header.replace('"2":60', '"3":60')), 'line 1: the cost of size 2 has to be a number'],
    ['no sizes', file(header.replace('[1,2]', '[]')), 'line 1: the sizes have to be a list'],
    ['a hole in the middle', file(header, slot, '["frame",10,', frame), 'line 3: this is not JSON'],
    ['an unknown record', file(header, slot, '["picture",1]'), 'line 3: there is no record "picture"'],
    ['an object for a record', file(header, '{}'), 'line 2: a record is an array'],
    ['a frame of a slot that is not there', file(header, slot, '["frame",10,1,4]'), 'line 3: slot 1 was not added before'],
    ['a slot out of turn', file(header, '["slot",0,3,0,0,500,1]'), 'line 2: slots are numbered as they come: 0 is next, not 3'],
    ['a bound of nothing', file(header, '["slot",0,0,0,0,0,1]'), 'line 2: the bound has to be more than 0'],
    ['an age below 0', file(header, slot, '["frame",10,0,-1]'), 'line 3: the age has to be a number ≥ 0, not -1'],
    ['a time that is none', file(header, '["slot",null,0,0,0,500,1]'), 'line 2: the time has to be a number, not null'],
    ['a time without end', file(header, slot, '["frame",1e308,0,4]'), 'line 3: the time lies more than a year from the beginning: 1e+308'],
    ['frames out of order', file(header, slot, '["frame",20,0,4]', frame), 'line 4: frames stand in the order in which they were offered'],
    ['a batch of nothing', file(header, slot, '["batch",10,40,1,2,30,[]]'), 'line 3: a batch ends with the list of its slots'],
    ['half a batch cost', file(header, slot, '["batch",10,40,1,2,null,[0]]'), 'line 3: the inference has to be a number'],
    ['half a slot', file(header, slot, '["frame",10,0.5,4]'), 'line 3: the slot has to be a whole number, not 0.5'],
    ['an unknown end', file(header, '["end",10,"tired"]'), 'line 2: a trace ends as closed, time, size, not as "tired"'],
  ])('names the line of %s', (_, text, problem) => {
    expect(problemOf(text)).toContain(`FILE, ${problem}`);
  });

  it('reads a file that was cut off anywhere after its first line, and says that it is cut off', () => {
    const whole = file(header, slot, frame, '["batch",10,40,1,2,30,[0]]', '["end",60,"closed"]');
    expect(decodeTrace(whole, 'FILE').end).toBe('closed');
    for (let length = header.length + 1; length < whole.length; length++) {
      const { records, end } = decodeTrace(whole.slice(0, length), 'FILE');
      expect(end).toBeNull();
      expect(records).toHaveLength(whole.slice(0, length).split('\n').length - 2);
    }
  });

  it('never throws anything but what names the file and a line', () => {
    const line = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom(slot, frame),
      fc.array(fc.jsonValue()).map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(fc.boolean(), fc.array(line), (headed, lines) => {
        expect(problemOf(file(...(headed ? [header] : []), ...lines))).toMatch(/^none$|^FILE, line \d+: ./);
      }),
    );
  });
});
