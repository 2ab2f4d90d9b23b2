import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogEvent } from '../../core/event.ts';
import { Shared, Text } from '../../core/slot.ts';
import { fromBytes, type Hash } from '../../core/value.ts';
import { compileLine, type LineOptions } from './line.ts';
import { chunkOf, entriesOf, requestBody } from './streams.ts';

const PLAIN: LineOptions = {
  ...{ labels: new Map(), extraLabels: {}, podLabels: false, removeKeys: [] },
  ...{ format: 'key_value', dropSingleKey: false },
};

interface Push {
  readonly streams: readonly { readonly stream: Hash; readonly values: readonly [string, string][] }[];
}

function pushed(options: Partial<LineOptions>, events: readonly LogEvent[], thread?: string): Push['streams'] {
  const render = compileLine({ ...PLAIN, ...options });
  const entries = entriesOf(events.map((event) => render(event)).join(''));
  return (JSON.parse(fromBytes(requestBody(entries, thread))) as Push).streams;
}

const one = (options: Partial<LineOptions>, record: Hash) => {
  const [stream, ...others] = pushed(options, [LogEvent.from(1_546_270_458, 7, record)]);
  expect(others).toEqual([]);
  return { labels: stream!.stream, line: stream!.values[0]![1] };
};

test('key_value quotes what has spaces or equal signs, escapes quotes and backslashes, writes values as Ruby does', () => {
  const record = { message: 'a "b" \\ c', stream: 'std"out', n: 1.5, h: { a: [1] }, none: null, 'ü=': 'x=ä' };
  expect(one({}, record).line).toBe(
    'message="a \\"b\\" \\\\ c" stream=std\\"out n=1.5 h="{\\"a\\"=>[1]}" none= ü=="x=ä"',
  );
});

test('fields that give labels leave the record, inside of it too; what is no string gives no label', () => {
  const labels = new Map([
    ['job', ''],
    ['pod', '$.kubernetes.pod'],
    ['n', 'n'],
    ['miss.ing-/x', 'nothing'],
  ]);
  const record = { message: 'm', job: 'a"b', n: 1, kubernetes: { pod: 'p', host: 'h' } };
  const { labels: found, line } = one({ labels, format: 'json' }, record);
  expect(found).toEqual({ job: 'a\\"b', pod: 'p' });
  expect(line).toBe('{"message":"m","kubernetes":{"host":"h"}}');
});

test('labels of the pod have safe names; constant ones win; keys are removed after all labels were taken', () => {
  const shared = new Shared({ labels: { 'app.kubernetes.io/name': 'web', env: 'pod' }, pod_name: 'p' });
  const events = ['a', 'b'].map((message, i) => {
    const event = LogEvent.from(10 + i, 0, { message });
    event.setShared('kubernetes', shared);
    return event;
  });
  const streams = pushed(
    { podLabels: true, extraLabels: { env: 'prod', n: 1 }, removeKeys: ['kubernetes'], dropSingleKey: true },
    events,
  );
  expect(streams).toEqual([
    {
      stream: { app_kubernetes_io_name: 'web', env: 'prod' },
      values: [
        ['10000000000', 'a'],
        ['11000000000', 'b'],
      ],
    },
  ]);
});

test('lines of a stream are sent in the order of their times, those of one time in the order they came', () => {
  const at = (sec: number, nsec: number, m: string) => LogEvent.from(sec, nsec, { m });
  const [stream] = pushed({ dropSingleKey: true }, [at(9, 2, 'd'), at(9, 1, 'b'), at(-1, 0, 'a'), at(9, 1, 'c')]);
  expect(stream?.values.map(([, line]) => line)).toEqual(['a', 'b', 'c', 'd']);
});

test('the label of the thread comes to those of the record, unless a constant one of its name is there', () => {
  const event = () => LogEvent.from(1, 0, { m: 1 });
  expect(pushed({}, [event()], 'flush_thread_1')[0]?.stream).toEqual({ fluentd_thread: 'flush_thread_1' });
  const extraLabels = { fluentd_thread: 'mine', a: 'b' };
  expect(pushed({ extraLabels }, [event()], 'flush_thread_1')[0]?.stream).toEqual(extraLabels);
});

test('bytes that are no UTF-8 become question marks, the others stay', () => {
  const event = LogEvent.from(1, 0, {});
  event.setSlot('m', new Text('\xc1 rest \xc3\xbc \xf0\x9f\x98\x80\xff'));
  expect(pushed({ format: 'json' }, [event])[0]?.values[0]?.[1]).toBe('{"m":"? rest ü 😀?"}');
});

test('whatever a record holds, its line and labels come out of the request as they went in, in streams of equal labels', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 });
  const record = fc.record({ label: text, message: text });
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
      const labels = new Map([['label', '']]);
      const events = records.map((item, i) => LogEvent.from(100 + i, i, item));
      const streams = pushed({ labels, dropSingleKey: true }, events);
      const all = streams.flatMap(({ stream, values }) => values.map(([time, line]) => ({ time, line, stream })));
      all.sort((a, b) => Number(BigInt(a.time) - BigInt(b.time)));
      expect(all.map(({ line }) => line)).toEqual(records.map(({ message }) => message));
      expect(all.map(({ stream }) => stream['label'])).toEqual(records.map((r) => r.label.replaceAll('"', '\\"')));
      expect(new Set(streams.map(({ stream }) => stream['label'])).size).toBe(streams.length);
    }),
  );
});

test('entries written back are the entries that were read', () => {
  const render = compileLine(PLAIN);
  const chunk = render(LogEvent.from(1, 0, { a: 'x\ty\n' })) + render(LogEvent.from(2, 0, { a: 'z' }));
  expect(chunkOf(entriesOf(chunk))).toBe(chunk);
});
