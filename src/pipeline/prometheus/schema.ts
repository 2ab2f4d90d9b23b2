/** Sections that the prometheus plugins share. */
import type { SectionSpec } from '../../config/schema.ts';

export const LABELS = {
  doc: 'Labels: constants, `${tag}`, `${tag_parts[1]}`, `${hostname}`, `${worker_id}`, `${key}`, record accessors.',
  params: {},
  anyParam: true,
} as const satisfies SectionSpec;

export const METRIC = {
  doc: 'One metric.',
  multi: true,
  params: {
    name: { type: 'string', doc: 'Name of the metric.' },
    type: { type: 'string', doc: 'counter, gauge, summary or histogram.' },
    desc: { type: 'string', doc: 'Help text.' },
    key: {
      type: 'string',
      doc: 'Field that holds the value: a key or a record accessor. A counter without it counts events.',
    },
    buckets: { type: 'string', doc: 'Bounds of a histogram’s buckets; default 0.005 to 10.' },
    initialized: { type: 'bool', default: 'false', doc: 'Show the metric before the first event.' },
    retention: { type: 'time', doc: 'Seconds after which a label set that nothing moves is forgotten.' },
    retention_check_interval: { type: 'time', default: '60', doc: 'Seconds between looks for such label sets.' },
  },
  sections: {
    labels: LABELS,
    initlabels: { doc: 'Label set to show from the start.', params: {}, multi: true, anyParam: true },
  },
} as const satisfies SectionSpec;
