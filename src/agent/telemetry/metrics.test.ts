import { expect, it } from 'vitest';
import { mergeExpositions } from './exposition.ts';
import { MetricsRegistry } from './metrics.ts';

it('values are floats, label values are escaped, le stands last', async () => {
  const metrics = new MetricsRegistry();
  metrics.counter('a_total', 'A\nhelp.', ['l']).inc(2, { l: 'q"\\\n' });
  metrics.histogram('h', 'H.', [1, 100], ['l'], new Map([[100, '100.0']])).observe(3, { l: 'x' });
  const summary = metrics.summary('s', 'S.');
  summary.observe(1.5);
  summary.observe(2);
  expect(await metrics.text()).toBe(
    [
      '# TYPE a_total counter',
      '# HELP a_total A\\nhelp.',
      'a_total{l="q\\"\\\\\\n"} 2.0',
      '# TYPE h histogram',
      '# HELP h H.',
      'h_bucket{l="x",le="1"} 0.0',
      'h_bucket{l="x",le="100.0"} 1.0',
      'h_bucket{l="x",le="+Inf"} 1.0',
      'h_sum{l="x"} 3.0',
      'h_count{l="x"} 1.0',
      '# TYPE s summary',
      '# HELP s S.',
      's_sum 3.5',
      's_count 2.0',
      '',
    ].join('\n'),
  );
});

it('one name has one type and one help text', () => {
  const metrics = new MetricsRegistry();
  metrics.gauge('x', 'X.');
  expect(() => metrics.counter('x', 'X.')).toThrow('already been registered as gauge');
  expect(() => metrics.gauge('x', 'Y.')).toThrow('different docstring');
});

it('merged workers have the comments of a family once and all its samples', () => {
  const one = '# TYPE a counter\n# HELP a A.\na{worker_id="0"} 1.0\n';
  const two = '# TYPE a counter\n# HELP a A.\na{worker_id="1"} 2.0\n# TYPE b gauge\n# HELP b B.\nb 1.0\n';
  expect(mergeExpositions([one, two])).toBe(
    '# TYPE a counter\n# HELP a A.\na{worker_id="0"} 1.0\na{worker_id="1"} 2.0\n# TYPE b gauge\n# HELP b B.\nb 1.0\n',
  );
});
