/** What a right document looks like, per scenario: the sink checks a sample with it. */
export type Document = Record<string, unknown>;

function hasMetadata({ kubernetes }: Document): boolean {
  const k = kubernetes as Record<string, unknown> | undefined;
  return String(k?.['pod_name']).startsWith('feature-') && k?.['pod_ip'] !== undefined;
}

const common = (d: Document) => hasMetadata(d) && d['@timestamp'] !== undefined && String(d['tag']).includes('_shop_');

/** Joined traces are whole, and no other line is joined to anything. */
function isWhole(d: Document): boolean {
  const lines = String(d['log']).trimEnd().split('\n');
  return String(d['log']).startsWith('java.') ? lines.length === 14 && lines[13]!.includes('more') : lines.length === 1;
}

export const checks: Readonly<Record<string, (d: Document) => boolean>> = {
  'docker-json': (d) => {
    const k = d['kubernetes'] as Record<string, unknown> | undefined;
    return (
      common(d) &&
      typeof d['log'] === 'string' &&
      d['log'] === d['message'] &&
      k?.['pod_id'] === undefined &&
      String(d['hostname']).endsWith(`-shop-${String(k?.['pod_name'])}`)
    );
  },
  'cri-json': (d) =>
    common(d) && d['message'] === undefined && typeof d['duration_ms'] === 'number' && d['stream'] === 'stdout',
  'cri-ruby': (d) => common(d) && !/\d/.test(String(d['masked'])) && /^\d{4}-\d\d-\d\d$/.test(String(d['day'])),
  'detect-exceptions': (d) => common(d) && isWhole(d),
  concat: (d) => common(d) && isWhole(d),
};
