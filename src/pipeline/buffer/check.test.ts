import { describe, expect, it } from 'vitest';
import { rig } from '../../../test/plugins/rig.ts';
import { Element } from '../../config/element.ts';
import { chunkKeys, extractPlaceholders, isSubstituted, placeholderProblem } from './placeholders.ts';

const place = { file: 'test', line: 1 };
const output = (params: string, type = 'file', own = 'path /tmp/never') =>
  `<match **>\n@type ${type}\n${own}\n${params}\n</match>`;

describe('a buffer refuses what Fluentd refuses', () => {
  it.each<[string, string, RegExp]>([
    [
      'time without timekey',
      output('<buffer time>\n</buffer>', 'http', 'endpoint http://x/'),
      /includes 'time', but timekey/,
    ],
    ['a timekey of zero', output('<buffer time>\ntimekey 0\n</buffer>'), /timekey should be greater than 0/],
    ['brackets', output("<buffer $['a']>\n</buffer>"), /bracket notation is not allowed/],
    [
      'keys with spaces between them',
      output('<buffer tag time>\n</buffer>'),
      /chunk_keys specification includes invalid char/,
    ],
    [
      'flush_interval of a lazy buffer',
      output('<buffer []>\nflush_mode lazy\nflush_interval 1s\n</buffer>'),
      /'flush_interval' can't be specified .* explicitly: 'lazy'/,
    ],
    [
      'a key without placeholder',
      output('<buffer a,b>\n</buffer>', 'file', 'path /x/${a}'),
      /doesn't have enough placeholders for keys b/,
    ],
    [
      'a placeholder without key',
      output('<buffer []>\n</buffer>', 'file', 'path /x/${a}'),
      /has placeholders, but chunk keys doesn't have keys a/,
    ],
    [
      'a path coarser than the slice',
      output('<buffer time>\ntimekey 1h\n</buffer>', 'file', 'path /x/%Y%m%d'),
      /insufficient timestamp placeholders in path/,
    ],
    [
      'a buffer of an output that has none',
      output('<buffer>\n</buffer>', 'relabel', '@label @ROOT'),
      /plugin 'relabel' doesn't support buffering/,
    ],
    [
      'a secondary of such an output',
      output('<secondary>\n@type file\npath /x\n</secondary>', 'relabel', '@label @ROOT'),
      /Invalid <secondary> section for non-buffered plugin/,
    ],
    [
      'a buffer in a secondary',
      output('<secondary>\n@type file\npath /x\n<buffer>\n</buffer>\n</secondary>'),
      /<secondary> section cannot have <buffer> section/,
    ],
    [
      'a secondary that cannot buffer',
      output('<secondary>\n@type relabel\n@label @ROOT\n</secondary>'),
      /secondary plugin 'relabel' must support buffering/,
    ],
    [
      'secondary_file with the time of no slice',
      output(
        '<secondary>\n@type secondary_file\ndirectory /x\nbasename %Y\n</secondary>',
        'http',
        'endpoint http://x/',
      ),
      /incompatible placeholder, remove time formats/,
    ],
    [
      'secondary_file with the tag of no chunk key',
      output('<secondary>\n@type secondary_file\ndirectory /x/${tag}\n</secondary>', 'http', 'endpoint http://x/'),
      /incompatible placeholder tag, remove tag placeholder/,
    ],
    [
      'secondary_file with a field',
      output('<secondary>\n@type secondary_file\ndirectory /x/${a}\n</secondary>', 'http', 'endpoint http://x/'),
      /incompatible placeholder a, remove variable placeholder/,
    ],
  ])('%s', async (_name, text, message) => {
    await expect(rig(text)).rejects.toThrow(message);
  });

  it.each([
    ['several keys', output('<buffer tag, time ,$.k.x>\n</buffer>', 'file', 'path /tmp/never/${tag}.${$.k.x}')],
    ['keys as JSON', output('<buffer ["tag","a"]>\n</buffer>', 'file', 'path /tmp/never/${tag[1]}.${a}')],
    ['flush_interval beside a time key warns only', output('<buffer time>\nflush_interval 1s\n</buffer>')],
    ['another time than the slice in an endpoint', output('<buffer []>\n</buffer>', 'http', 'endpoint http://x/%Y')],
  ])('but takes %s', async (_name, text) => {
    await (await rig(text)).stop();
  });
});

describe('placeholders', () => {
  const buffer = (arg: string) => new Element('buffer', arg, place).withParam('timekey_use_utc', 'true');
  const fill = (template: string, meta: object, id?: string) => extractPlaceholders(template, meta, id, buffer('x'));

  it.each<[string, string, object, string]>([
    ['parts of the tag from both ends', '${tag} ${tag[0]} ${tag[-1]} [${tag[7]}]', { tag: 'a.b.c' }, 'a.b.c a c []'],
    ['the slice', 'x-%Y.%m.%d', { timekey: 86_400 }, 'x-1970.01.02'],
    ['no slice: as written', 'x-%Y', { tag: 'a' }, 'x-%Y'],
    ['fields, absent ones empty', '${a}-${b}-${$.k.n}', { variables: { a: 1, b: null, '$.k.n': 'x' } }, '1--x'],
    ['other names go where there are keys of the record', '${z}|${tag}', { variables: { a: 1 } }, '|${tag}'],
    ['and stay where there are none', '${z}', { tag: 't' }, '${z}'],
    ['Ruby as text stays', '${record["z"]}', { variables: { a: 1 } }, '${record["z"]}'],
    ['the chunk', 'c-${chunk_id}', {}, 'c-00ff'],
  ])('%s', (_name, template, meta, expected) => {
    expect(fill(template, meta, '00ff')).toBe(expected);
  });

  it.each<[string, string, number | undefined, string, string | undefined]>([
    ['time', 'x', 3600, '', "doesn't have timestamp placeholders for timekey 3600"],
    ['time', '%d', 3600, '', "doesn't have timestamp placeholder for day('%d') for timekey 3600"],
    ['time', '%d%H', 3600, '', undefined],
    ['time', '%M', 3600, '', undefined],
    ['[]', '%d', undefined, '', "has timestamp placeholders, but chunk key 'time' is not configured"],
    ['tag', 'x', undefined, '', "doesn't have tag placeholder"],
    ['[]', '${tag[1]}', undefined, '', "has tag placeholders, but chunk key 'tag' is not configured"],
    ['tag,b,a', '${tag}', undefined, '', "doesn't have enough placeholders for keys a,b"],
    ['a', '${a}${chunk_id}', undefined, '', undefined],
  ])('chunk keys %s and %s with slices of %s', (keys, template, timekey, _none, message) => {
    const problem = placeholderProblem('p', template, { keys: chunkKeys(new Element('buffer', keys, place)), timekey });
    expect(problem).toBe(message && `Parameter 'p: ${template}' ${message}`);
  });
});

describe('substitution', () => {
  it.each<[string, string, number | undefined, boolean]>([
    ['app', 'tag', undefined, false],
    ['app-${tag}', 'tag', undefined, true],
    ['app-${tag[-1]}', 'tag', undefined, true],
    ['app-${tag}', '[]', undefined, false],
    ['app-%Y%m%d', 'time', 86_400, true],
    ['app-%Y%m%d', 'time', 3600, false],
    ['app-%H', 'time', 3600, true],
    ['app-%Y%m%d', '[]', undefined, false],
    ['app-${a}', 'a', undefined, true],
    ['app-${$.k.n}', '$.k.n', undefined, true],
    ['app-${a}', 'a,b', undefined, false],
    ['app-${a}-${b}', 'a', undefined, false],
    ['app-${record["a"]}', 'a', undefined, false],
  ])('%s with chunk keys %s of %s s: %s', (template, arg, timekey, expected) => {
    expect(isSubstituted(template, { keys: chunkKeys(new Element('buffer', arg, place)), timekey })).toBe(expected);
  });
});
