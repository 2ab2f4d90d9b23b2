import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogEvent } from '../../core/event.ts';
import { decodeJson, type Hash, type Value } from '../../core/value.ts';
import { actionOf, documentOf, itemCount, itemsOf } from './items.ts';
import { compileRender, type RenderOptions } from './render.ts';

const SEC = Date.UTC(2024, 2, 1, 10, 20, 30) / 1000;

function compiled(options: Partial<RenderOptions> = {}) {
  const missing: Hash[] = [];
  const errors: unknown[] = [];
  const render = compileRender({
    tag: 'test',
    index: 'app',
    type: undefined,
    typeFromRecord: false,
    operation: 'index',
    pipeline: undefined,
    logstash: undefined,
    timestamp: undefined,
    tagKey: undefined,
    idKey: undefined,
    parentKey: undefined,
    routingKey: undefined,
    routingName: 'routing',
    targetIndexKey: undefined,
    targetTypeKey: undefined,
    removeKeys: [],
    removeOnUpdate: [],
    removeOnUpdateKey: undefined,
    isBare: false,
    flatten: undefined,
    stableIds: false,
    storeOrder: false,
    onMissingId: (event) => missing.push(event.toObject()),
    onError: (_event, error) => errors.push(error),
    ...options,
  });
  return {
    missing,
    errors,
    render,
    of(record: Hash, nsec = 123_456_789): Value[] {
      const lines = render(LogEvent.from(SEC, nsec, record)).split('\n');
      expect(lines.pop()).toBe('');
      return lines.map((line) => decodeJson(line));
    },
  };
}

const timestamp = {
  precision: 9,
  timeKey: undefined,
  format: undefined,
  exclude: false,
  rewrite: false,
  onError: () => {
    throw new Error('no time');
  },
};

describe('the index', () => {
  test('is lower case, and the day is that of the document in UTC', () => {
    const { of } = compiled({ index: 'App-', logstash: { dateformat: '%Y.%m.%d', utc: true }, timestamp });
    expect(of({ a: 1, '@timestamp': '2024-05-06T23:30:00-02:00' })[0]).toEqual({ index: { _index: 'app-2024.05.07' } });
  });

  test('without utc_index has the day of the offset that the time was written with', () => {
    const { of } = compiled({ index: 'app-', logstash: { dateformat: '%Y.%m.%d', utc: false }, timestamp });
    expect(of({ '@timestamp': '2024-05-06T23:30:00-02:00' })[0]).toEqual({ index: { _index: 'app-2024.05.06' } });
  });

  test('of target_index_key is taken out of the record, nested or not; an empty one stays', () => {
    const nested = compiled({ targetIndexKey: 'meta.Index' });
    expect(nested.of({ a: 1, meta: { Index: 'X', b: 2 } })).toEqual([
      { index: { _index: 'x' } },
      { a: 1, meta: { b: 2 } },
    ]);
    expect(nested.of({ meta: { Index: null } })).toEqual([{ index: { _index: 'app' } }, { meta: { Index: null } }]);
  });

  test('that is no text puts the record on the error stream', () => {
    const { of, errors } = compiled({ targetIndexKey: 'i' });
    expect(of({ i: 1 })).toEqual([]);
    expect(errors).toEqual([expect.any(TypeError)]);
  });
});

describe('the action', () => {
  test('writes a suppressed type as null and leaves out one that is none', () => {
    expect(compiled({ type: null }).of({})[0]).toEqual({ index: { _index: 'app', _type: null } });
    expect(compiled({ type: '_doc' }).of({})[0]).toEqual({ index: { _index: 'app', _type: '_doc' } });
  });

  test('takes the type from the record where the server has types, else only removes it', () => {
    const options = { type: 'fluentd', targetTypeKey: 'k.t' };
    expect(compiled({ ...options, typeFromRecord: true }).of({ k: { t: 'mine' } })).toEqual([
      { index: { _index: 'app', _type: 'mine' } },
      { k: {} },
    ]);
    expect(compiled(options).of({ k: { t: 'mine' } })).toEqual([
      { index: { _index: 'app', _type: 'fluentd' } },
      { k: {} },
    ]);
  });

  test('holds id, parent and routing of nested fields, without those that are empty', () => {
    const { of } = compiled({ idKey: 'm.id', parentKey: '$.m.p', routingKey: 'r', routingName: '_routing' });
    expect(of({ m: { id: 1, p: false }, r: 'x' })[0]).toEqual({ index: { _index: 'app', _id: 1, _routing: 'x' } });
  });

  test.each(['create', 'update', 'upsert'] as const)(
    'leaves out a document without id where the operation is %s',
    (operation) => {
      const { of, missing } = compiled({ operation, idKey: 'id' });
      expect(of({ a: 1 })).toEqual([]);
      expect(missing).toEqual([{ a: 1 }]);
      expect(compiled({ operation }).of({ id: 1 })).toEqual([]);
    },
  );
});

describe('an update', () => {
  test('leaves fields out of the document and keeps them for the insertion', () => {
    const { of } = compiled({ operation: 'upsert', idKey: 'id', removeOnUpdate: ['b', 'x'] });
    expect(of({ id: 1, b: 2 })[1]).toEqual({ doc: { id: 1 }, upsert: { id: 1, b: 2 } });
    expect(of({ id: 1 })[1]).toEqual({ doc: { id: 1 }, doc_as_upsert: true });
  });

  test('takes the fields from the record, and the list itself away', () => {
    const { of, errors } = compiled({
      operation: 'update',
      idKey: 'id',
      removeOnUpdate: ['b'],
      removeOnUpdateKey: 'skip',
    });
    expect(of({ id: 1, a: 1, b: 2, skip: ['a'] })[1]).toEqual({ doc: { id: 1, b: 2 } });
    expect(of({ id: 1, a: 1, b: 2 })[1]).toEqual({ doc: { id: 1, a: 1 } });
    expect(of({ id: 1, skip: 'a' })).toEqual([]);
    expect(errors).toHaveLength(1);
  });

  test('is the record itself with suppress_doc_wrap', () => {
    const { of } = compiled({ operation: 'update', idKey: 'id', isBare: true });
    expect(of({ id: 1, script: {} })[1]).toEqual({ id: 1, script: {} });
  });
});

describe('@timestamp', () => {
  const at = (record: Hash, options: Partial<NonNullable<RenderOptions['timestamp']>>) =>
    (compiled({ timestamp: { ...timestamp, ...options } }).of(record)[1] as Hash)['@timestamp'];

  test('is the event time with as many digits as time_precision says', () => {
    expect(at({}, {})).toMatch(/^2024-03-01T\d\d:\d\d:30\.123456789[-+]\d\d:\d\d$/);
    expect(at({}, { precision: 3 })).toMatch(/:30\.123[-+]/);
    expect(at({}, { precision: 0 })).toMatch(/:30[-+]/);
  });

  test('of time_key is ISO 8601 with the offset that was written, UTC where none was', () => {
    expect(at({ ts: '2023-05-06 07:08:09.5 +0530' }, { timeKey: 'ts' })).toBe('2023-05-06T07:08:09.500000000+05:30');
    expect(at({ ts: '2023-05-06T07:08:09' }, { timeKey: 'ts' })).toBe('2023-05-06T07:08:09.000000000+00:00');
  });

  test('of a number in a format is what the format keeps of it', () => {
    expect(at({ ts: 1_683_356_889.5 }, { timeKey: 'ts', format: '%Y-%m-%dT%H:%M:%S%z' })).toMatch(
      /:\d9\.000000000[-+]/,
    );
  });

  test('is left alone with time_key_exclude_timestamp', () => {
    expect(at({ ts: '2023-05-06T07:08:09Z' }, { timeKey: 'ts', exclude: true })).toBeUndefined();
  });

  test('is the event time where time_key cannot be read, which is told', () => {
    const bad: Value[] = [];
    const text = at({ ts: 'soon' }, { timeKey: 'ts', onError: (_event, value) => bad.push(value) });
    expect(text).toMatch(/^2024-03-01T/);
    expect(bad).toEqual(['soon']);
  });
});

const text = fc.string({ unit: 'binary' });
/** As it comes back from JSON: no -0, no lone surrogates. */
const record = fc
  .dictionary(text, fc.oneof(text, fc.jsonValue({ stringUnit: 'binary' })), { maxKeys: 8 })
  .map((hash) => JSON.parse(Buffer.from(JSON.stringify(hash)).toString()) as Hash);
const read = (bytes: string): unknown => JSON.parse(Buffer.from(bytes, 'latin1').toString());

test('whatever the records hold, a chunk of them is read back as the same documents with the same actions', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 10 }), text, (records, id) => {
      const { render } = compiled({ idKey: 'id', index: 'i' });
      const all = records.map((hash) => ({ ...hash, id }));
      const bytes = Buffer.from(all.map((hash) => render(LogEvent.from(SEC, 0, hash))).join(''), 'latin1');
      const items = itemsOf(bytes);
      expect(itemCount(items)).toBe(all.length);
      all.forEach((hash, i) => {
        expect(read(documentOf(items, i))).toEqual(hash);
        expect(read(actionOf(items, i))).toEqual({ index: { _index: 'i', _id: id } });
      });
    }),
  );
});
