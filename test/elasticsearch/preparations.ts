/** What outputs make at a cluster before documents come: templates of both kinds, rollover indices. */
import { afterAll, expect, it } from 'vitest';
import { temporaryFolder } from '../agent/sluice.ts';
import type { Bench } from './contract.test.ts';
import { HAS_DATA_STREAMS } from './documents.ts';
import { ask, documents, numbered, numbers, range } from './shipping.ts';

/** Mappings without type: what 7 and later take. */
const MAPPINGS = { properties: { n: { type: 'long' }, code: { type: 'keyword' } } };

export function preparationTests({ version, url, output }: Bench): void {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  const file = (name: string, template: unknown) => folder.write(name, JSON.stringify(template));
  const mappingOf = async (index: string) => {
    const [found] = Object.values(await ask(url(), 'GET', `/${index}/_mapping`));
    return (found as { mappings: { properties: Record<string, { type: string }> } }).mappings.properties['code'];
  };

  it('a legacy template is there before the first document of its index', async () => {
    const template = file('legacy.json', { index_patterns: ['legacy-<<tag>>-*'], mappings: MAPPINGS });
    const params = `template_name legacy\ntemplate_file ${template}\ncustomize_template {"<<tag>>":"\${tag}"}`;
    const { ship, settled } = await output(`${params}\nlogstash_format true\nlogstash_prefix legacy-\${tag}`);
    await ship(numbered(20, 0, { code: 'x' }));
    await settled();
    expect(await numbers(url(), 'legacy-test.tag-*')).toEqual(range(20));
    expect(await mappingOf('legacy-test.tag-*')).toEqual({ type: 'keyword' });
  });

  it.runIf(HAS_DATA_STREAMS.includes(version))('a composable template is there, too', async () => {
    const template = file('composable.json', { index_patterns: ['composed'], template: { mappings: MAPPINGS } });
    const { ship, settled } = await output(
      `template_name composed\ntemplate_file ${template}\nuse_legacy_template false\nindex_name composed`,
    );
    await ship(numbered(20, 0, { code: 'x' }));
    await settled();
    expect(await numbers(url(), 'composed')).toEqual(range(20));
    expect(await mappingOf('composed')).toEqual({ type: 'keyword' });
  });

  // OpenSearch does not take the plugin's request for the alias.
  it.runIf(!version.startsWith('opensearch'))(
    'a rollover index takes the documents that are written to its alias',
    async () => {
      const template = file('rollover.json', { index_patterns: ['rolling-*'], mappings: MAPPINGS });
      const params = `template_name rolling\ntemplate_file ${template}\nrollover_index true\ndeflector_alias live`;
      const first = await output(`${params}\nindex_name rolling\ntarget_index_key to`);
      await first.ship(numbered(20, 0, { code: 'x', to: 'live' }));
      await first.settled();
      const found = await documents(url(), 'live');
      expect(found.map(({ _source }) => _source['n'])).toEqual(range(20));
      expect(found[0]!._index).toMatch(/^rolling-default-\d{4}\.\d\d\.\d\d-000001$/);
      // An agent that starts again finds alias and template.
      const second = await output(`${params}\nindex_name rolling\ntarget_index_key to`);
      await second.ship(numbered(5, 20, { to: 'live' }));
      await second.settled();
      expect(await numbers(url(), 'live')).toEqual(range(25));
    },
  );
}
