import { expect, it } from 'vitest';
import { elementFrom } from '../config/from-text.ts';
import { maskedParams } from './masked.ts';

it('no secret is shown: by schema, by alias, by name, in headers and in URLs', () => {
  const element = elementFrom(`<match **>
  @type x
  key_of_door open-sesame
  door open-sesame
  mistyped_password open-sesame
  custom_headers {"Authorization":"open-sesame","X-Name":"shown"}
  hosts http://joe:open-sesame@es:9200,https://es2:9200
  path /var/log/x
</match>`);
  const shown = maskedParams(element, {
    doc: '',
    params: { key_of_door: { type: 'string', secret: true, alias: 'door', doc: '' } },
  });
  expect(JSON.stringify(shown)).not.toContain('open-sesame');
  expect(shown['path']).toBe('/var/log/x');
  expect(shown['custom_headers']).toContain('shown');
});
