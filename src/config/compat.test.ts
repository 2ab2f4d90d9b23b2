import { describe, expect, it } from 'vitest';
import { modernise } from './compat.ts';
import { dumpElement } from './dump.ts';
import type { Element } from './element.ts';
import { elementFrom } from './from-text.ts';
import { Problems, problemText } from './problems.ts';

/** The sections that were made, and the names that no longer count as unused. */
function converted(text: string) {
  const problems = new Problems();
  const element = modernise(elementFrom(text), problems);
  const copied = [...element.params].filter(([, param]) => param.copied).map(([name]) => name);
  const sections = element.children.map((child: Element) => dumpElement(child).replaceAll(/\n\s*/g, '; '));
  return { sections, copied, problems: problems.list.map(problemText) };
}

describe('v0.12 spellings of inputs and filters', () => {
  it('makes a regexp parser of a regexp in format', () => {
    const { sections, copied } = converted(
      '<source>\n type tail\n format /^(?<a>.)$/\n time_format %Y\n path x\n utc\n</source>',
    );
    expect(sections).toEqual([
      '<parse>; @type regexp; expression /^(?<a>.)$/; time_format %Y; localtime false; </parse>; ',
    ]);
    expect(copied).toEqual(['format', 'time_format', 'utc']);
  });

  it('takes the formats of multiline and the patterns of multi_format along', () => {
    expect(
      converted('<source>\n@type tail\nformat multiline\nformat_firstline /a/\nformat1 /b/\nformat2 /c/\n</source>')
        .sections,
    ).toEqual(['<parse>; @type multiline; format_firstline /a/; format1 /b/; format2 /c/; </parse>; ']);
    expect(
      converted('<source>\n@type tail\nformat multi_format\n<pattern>\nformat none\n</pattern>\n</source>').sections,
    ).toEqual(['<parse>; @type multi_format; <pattern>; @type none; </pattern>; </parse>; ']);
  });

  it('keeps types whose delimiters are their own', () => {
    const text =
      '<source>\n@type tail\nformat ltsv\ntypes a/integer;b/time/%Y\ntypes_delimiter ;\ntypes_label_delimiter /\n</source>';
    expect(converted(text).sections).toEqual(['<parse>; @type ltsv; types {"a":"integer","b":"time/%Y"}; </parse>; ']);
  });

  it('lets a section win and leaves inputs alone that do not parse', () => {
    const both = converted('<source>\n@type tail\nformat json\n<parse>\n@type none\n</parse>\n</source>');
    expect([both.sections, both.copied]).toEqual([['<parse>; @type none; </parse>; '], []]);
    expect(converted('<source>\n@type forward\ntime_format x\n</source>').sections).toEqual([]);
    expect(converted('<filter>\n@type grep\nkeys x\n</filter>').sections).toEqual([]);
  });

  it('converts parser and stdout filters', () => {
    expect(converted('<filter>\n@type parser\nkey_name log\nformat json\ntime_key t\n</filter>').sections).toEqual([
      '<parse>; @type json; time_key t; </parse>; ',
    ]);
    expect(converted('<filter>\n@type stdout\noutput_type json\ninclude_tag_key true\n</filter>').sections).toEqual([
      '<inject>; tag_key tag; </inject>; ',
      '<format>; output_type json; </format>; ',
    ]);
  });
});

describe('v0.12 spellings of outputs', () => {
  it('turns flat buffer parameters into a buffer section', () => {
    const { sections, copied } = converted(
      '<match **>\n type x\n buffer_type file\n buffer_queue_full_action exception\n num_threads 2\n disable_retry_limit\n</match>',
    );
    expect(sections).toEqual([
      '<buffer>; @type file; overflow_action throw_exception; flush_thread_count 2; retry_forever ""; </buffer>; ',
    ]);
    expect(copied).toEqual(['buffer_type', 'buffer_queue_full_action', 'num_threads', 'disable_retry_limit']);
  });

  it('converts the outputs inside of copy and leaves copy itself alone', () => {
    const { sections } = converted(
      '<match>\n@type copy\nnum_threads 2\n<store>\ntype x\nflush_interval 1s\n</store>\n</match>',
    );
    expect(sections).toEqual([
      '<store>; type x; flush_interval 1s; <buffer>; flush_interval 1s; </buffer>; </store>; ',
    ]);
  });

  it.each([
    ['time_slice_format %Y%m%d%H\nutc', '<buffer time>; timekey 3600; timekey_use_utc true; </buffer>; '],
    ['time_slice_format %Y%m%d-%M\nlocaltime', '<buffer time>; timekey 60; timekey_use_utc false; </buffer>; '],
  ])('makes a time key of %j', (flat, section) => {
    expect(converted(`<match>\n@type x\n${flat}\n</match>`).sections).toEqual([section]);
  });

  it('cuts files by day and forwards by tag where nothing else is said', () => {
    expect(converted('<match>\n@type file\nflush_interval 5s\n</match>').sections).toEqual([
      '<buffer time>; flush_interval 5s; timekey 86400; </buffer>; ',
    ]);
    expect(converted('<match>\n@type forward\nflush_interval 5s\n</match>').sections).toEqual([
      '<buffer tag>; flush_interval 5s; </buffer>; ',
    ]);
  });

  it('gives outputs that write text their format and inject sections', () => {
    const { sections } = converted('<match>\n@type file\nformat json\ninclude_time_key true\ntime_format %s\n</match>');
    expect(sections).toEqual([
      '<inject>; time_format %s; time_key time; time_type string; </inject>; ',
      '<format>; @type json; </format>; ',
    ]);
    // Elasticsearch has parameters of these names for itself.
    expect(converted('<match>\n@type elasticsearch\ninclude_tag_key true\ntime_key t\n</match>').sections).toEqual([]);
  });

  it('tells contradictions with their places', () => {
    expect(converted('<match>\n@type x\ntime_slice_format %Y%m\nutc\nlocaltime\n</match>').problems).toEqual([
      'fluent.conf:3: time_slice_format only with %Y or %m is too long',
      'fluent.conf:4: both of utc and localtime are specified, use only one of them',
    ]);
  });
});
